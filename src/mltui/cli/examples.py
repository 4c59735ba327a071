"""What `mltui --help` groups the commands by, and the examples that each command's help ends with.

Imported only for help. A test parses every example and wants some of every command; those that only read are run, too.
"""

from __future__ import annotations

from typing import Final

#: Section -> commands, in the order in which somebody meets them.
SECTIONS: Final = {
    "Looking": (
        "status",
        "history",
        "data",
        "pipeline",
        "runs",
        "run",
        "experiments",
        "models",
        "model",
        "jobs",
        "log",
        "journal",
        "projects",
    ),
    "Comparing": ("compare", "diff", "chart", "trend", "lineage", "why"),
    "Doing": (
        "retrain",
        "stop",
        "restore",
        "clean",
        "exp",
        "promote",
        "rollback",
        "undo",
        "reproduce",
        "hash",
    ),
    "Setting up": ("doctor", "keys", "trust", "completion", "demo"),
}

#: Command -> examples, each with what it is good for. Names are those of `mltui demo` where it has them.
EXAMPLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "": (
        ("mltui", "the terminal program, on the repository around you"),
        ("mltui ~/models/churn", "on another one"),
        ("mltui http://127.0.0.1:5000", "on an MLflow tracking server"),
        ("mltui --read-only -C /shared/churn status", "look, and change nothing"),
    ),
    "status": (
        ("mltui status", "what is stale, what failed"),
        ("mltui status --json --exit-code", "in CI: exit 1 if something needs attention"),
        ("mltui status --watch", "the same, as it changes"),
        ("mltui status --watch 5 --json | jq -c 'select(.event==\"run\")'", "follow the runs in a script"),
    ),
    "history": (
        ("mltui history --limit 20", "the newest commits, and what came out of each"),
        ("mltui history HEAD", "one whole: files, runs, metrics"),
        ("mltui history --json | jq '.commits[0]'", "for a script"),
    ),
    "data": (
        ("mltui data", "datasets and their versions"),
        ("mltui data data/customers.csv --ask-remote", "one dataset's versions, and whether the remote has them"),
        ("mltui data --all --json", "those of all history, for a script"),
        ("mltui data --at HEAD~1", "as the commit before had them"),
    ),
    "pipeline": (
        ("mltui pipeline", "every stage, and why it is stale"),
        ("mltui pipeline train", "one whole: params, deps, outs, its last run"),
        ("mltui pipeline --no-wait --json", "what is remembered, at once"),
    ),
    "runs": (
        ("mltui runs --limit 10", "the newest ten"),
        ("mltui runs --filter \"metrics.auc > 0.9 and age < 30d\" --sort 'metrics.auc desc'", "the best of a month"),
        ("mltui runs --column name --column metrics.auc-champion", "how far from the champion"),
        ("mltui runs --csv > runs.csv", "all of them, every key a column"),
    ),
    "run show": (
        ("mltui run show alpha=0.03", "one run whole, by its name"),
        ("mltui run show 1a2b3c4d --json", "by the beginning of its id"),
    ),
    "run files": (
        ("mltui run files alpha=0.03", "what it logged"),
        ("mltui run files alpha=0.03 model --recursive", "all files of its model"),
    ),
    "run cat": (
        ("mltui run cat alpha=0.03 train.log", "a file it logged, whole"),
        ("mltui run cat alpha=0.03 validation/predictions.csv > predictions.csv", "to keep it"),
        ("mltui run cat alpha=0.03 train.log --json", "for a script: its text, or that it is none"),
    ),
    "run tag": (
        ("mltui run tag alpha=0.03 --tag team=risk", "set a tag, after a look and a question"),
        ("mltui run tag alpha=0.03 --delete team --yes", "take it off, unasked"),
    ),
    "run note": (
        ("mltui run note alpha=0.03 --text 'the one of the report'", "write about a run"),
        ("mltui run note alpha=0.03 --text ''", "take it away"),
    ),
    "run rename": (
        ("mltui run rename 1a2b3c4d baseline", "call a run baseline"),
        ("mltui run rename 1a2b3c4d baseline --dry-run", "see what would be done"),
    ),
    "run delete": (
        ("mltui run delete alpha=1e-6 --dry-run", "see what would be deleted"),
        ("mltui run delete alpha=1e-6 alpha=0.1", "two runs; mltui undo brings them back"),
    ),
    "run restore": (
        ("mltui run restore 1a2b3c4d", "bring a deleted run back, by its id"),
        ("mltui run restore 1a2b3c4d --json --yes", "in a script"),
    ),
    "run end": (
        ("mltui run end alpha=1e-6", "end a run whose process is gone"),
        ("mltui run end alpha=1e-6 --dry-run", "see what would be set"),
    ),
    "experiments": (
        ("mltui experiments", "those of MLflow, and which are this project's"),
        ("mltui experiments --json | jq -r '.experiments[] | select(.in_scope).name'", "for a script"),
    ),
    "models": (
        ("mltui models", "registered models, who is champion"),
        ("mltui models --json", "for a script"),
        ("mltui models --at 2024-05-01", "what was registered then"),
    ),
    "model tag": (
        ("mltui model tag churn/4 --tag reviewed=yes", "tag a version"),
        ("mltui model tag churn@champion --delete reviewed", "of the champion, take a tag off"),
    ),
    "model note": (
        ("mltui model note churn --text 'who leaves within a month'", "describe a model"),
        ("mltui model note churn/4 --text 'trained on the May data'", "or one version"),
    ),
    "model rename": (
        ("mltui model rename churn churn-b2c --dry-run", "see what would break"),
        ("mltui model rename churn churn-b2c", "and do it"),
    ),
    "jobs": (
        ("mltui jobs", "what mltui started"),
        ("mltui jobs 20261130-010203", "one whole; the beginning of its id is enough"),
        ("mltui jobs --json | jq '.jobs[] | select(.state==\"failed\")'", "those that failed"),
    ),
    "log": (
        ("mltui log 20261130-010203", "what a job printed"),
        ("mltui log 20261130-010203 --follow", "until it has ended; its exit code says how"),
        ("mltui log alpha=0.03", "of a run, as its files or the configuration have it"),
    ),
    "journal": (
        ("mltui journal --limit 20", "what was done through mltui"),
        ("mltui journal --model churn", "every move of a model's aliases"),
        ("mltui journal --json", "for an audit"),
    ),
    "projects": (
        ("mltui projects", "what was opened before, and when"),
        ("mltui projects --json | jq -r '.projects[].where'", "for a script that goes through them"),
    ),
    "compare": (
        ("mltui compare alpha=0.03 alpha=0.01", "two runs side by side"),
        ("mltui compare alpha=0.03 alpha=0.01 alpha=0.001 --only-differences", "three, where they differ"),
        ("mltui compare alpha=0.03 alpha=0.01 --md", "as a table for a pull request"),
    ),
    "diff": (
        ("mltui diff HEAD worktree", "what changed since the last commit: data, params, code"),
        ("mltui diff alpha=0.03 alpha=0.01", "why two runs differ"),
        ("mltui diff churn@champion churn@challenger --json", "two aliases, for a script"),
    ),
    "chart": (
        ("mltui chart auc", "the newest runs that logged it"),
        ("mltui chart auc alpha=0.03 alpha=0.01 --x time --smooth 0.6", "two of them, smoothed, over time"),
        ("mltui chart auc --json", "all points"),
    ),
    "trend": (
        ("mltui trend auc", "over the commits, and where it got worse"),
        ("mltui trend auc --last 20 --md", "the last twenty, as a table"),
    ),
    "lineage": (
        ("mltui lineage train", "what a stage reads, and what was made with it"),
        ("mltui lineage churn@champion", "where the champion comes from"),
        ("mltui lineage HEAD --json", "what came out of a commit"),
    ),
    "why": (
        ("mltui why alpha=0.03", "one line to paste into a ticket"),
        ("mltui why churn@champion", "of the champion"),
    ),
    "retrain": (
        ("mltui retrain --dry-run", "which stages would run, why and how long"),
        ("mltui retrain train --wait", "run a stage, follow it, exit 1 if it failed"),
        ("mltui retrain -S train.epochs=60", "with another param, in a copy of the worktree"),
        ("mltui retrain --executor gpu-box --yes --json", "elsewhere, in a script"),
    ),
    "stop": (
        ("mltui stop 20261130-010203", "a job: softly, and then look whether all of it is gone"),
        ("mltui stop alpha=1e-6 --grace 10 --yes", "a training by its run"),
    ),
    "restore": (
        ("mltui restore 20261130-010203 --dry-run", "what a stopped job left different"),
        ("mltui restore 20261130-010203", "put it back"),
    ),
    "clean": (
        ("mltui clean --dry-run", "what ended jobs left on other machines"),
        ("mltui clean 20261130-010203 --yes", "of one job, unasked"),
    ),
    "exp list": (
        ("mltui exp list", "DVC experiments, queued and running ones too"),
        ("mltui exp list --json", "for a script"),
    ),
    "exp apply": (
        ("mltui exp apply fuzzy-lynx --dry-run", "what would be overwritten"),
        ("mltui exp apply fuzzy-lynx", "make the worktree that of the experiment"),
    ),
    "exp branch": (
        ("mltui exp branch fuzzy-lynx better-lr", "a git branch of it"),
        ("mltui exp branch fuzzy-lynx better-lr --dry-run", "see the commands"),
    ),
    "exp remove": (
        ("mltui exp remove fuzzy-lynx", "one experiment"),
        ("mltui exp remove fuzzy-lynx muddy-fox --yes", "several, unasked"),
    ),
    "exp queue": (
        ("mltui exp queue -S train.lr=0.05 -n low-lr", "queue one with another param"),
        ("mltui exp queue -S train.lr=0.05 --yes", "unasked; mltui exp start runs it"),
    ),
    "exp start": (
        ("mltui exp start", "run what is queued"),
        ("mltui exp start -j 2 --yes", "two at once"),
    ),
    "exp stop": (
        ("mltui exp stop low-lr", "stop one of the queue"),
        ("mltui exp stop low-lr --kill --yes", "whatever it takes"),
    ),
    "promote": (
        ("mltui promote churn 5 --to champion --dry-run", "what differs, and what each gate says"),
        ("mltui promote churn 5 --to champion --reason 'better on May'", "after a question"),
        ("mltui promote churn 5 --to Production --force --reason 'gate is broken'", "past the gates, for all to see"),
    ),
    "rollback": (
        ("mltui rollback churn --dry-run", "who was champion before"),
        ("mltui rollback churn --reason 'false alarms'", "and is again"),
    ),
    "undo": (
        ("mltui undo --dry-run", "what the last reversible action of yours was"),
        ("mltui undo", "take it back"),
        ("mltui undo 20261130-010203", "another one, by the beginning of its id"),
    ),
    "reproduce": (
        ("mltui reproduce alpha=0.03 --print", "the commands, and what can't be restored"),
        ("mltui reproduce churn@champion --to ../champion", "a worktree in which it stands again"),
    ),
    "hash": (
        ("mltui hash --dry-run", "what was left unhashed, and how much that is"),
        ("mltui hash --yes", "hash it, overnight"),
    ),
    "doctor": (
        ("mltui doctor", "what was found, who reads it, what is wrong"),
        ("mltui doctor --json", "for a report"),
    ),
    "keys": (
        ("mltui keys", "every key, as keys.toml has it"),
        ("mltui keys --json", "for a script"),
    ),
    "trust": (
        ("mltui trust --show", "which commands the repository brings"),
        ("mltui trust", "let them run, after a question"),
        ("mltui trust --revoke", "and no more"),
    ),
    "completion": (
        ("mltui completion bash >> ~/.bashrc", "bash"),
        ("mltui completion zsh > ~/.zfunc/_mltui", "zsh, where ~/.zfunc is in fpath"),
        ("mltui completion fish > ~/.config/fish/completions/mltui.fish", "fish"),
    ),
    "demo": (
        ("mltui demo", "a small real project in mltui-demo"),
        ("mltui demo /tmp/churn", "or elsewhere"),
    ),
}
