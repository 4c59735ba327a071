"""A project in which every name and text that can be chosen is hostile, made by git, DVC and MLflow themselves.

Each text holds what a terminal would obey, what would stand invisibly or backwards on a screen, what a shell or a
markup would take for its own, and what tears a table. `CANARY` is what shells would make.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import dvc_project as dp
from git_repository import git, make, raw_commit

CANARY = "pwned"
#: A shell that sees this makes a file; for refs, which hold no blank.
SHELL = f"$(touch {CANARY}-a);touch {CANARY}-b;`touch {CANARY}-c`'\"|touch {CANARY}-d&"
REF = f"$(touch${{IFS}}{CANARY}-r);touch${{IFS}}{CANARY}-s;'\"|`touch${{IFS}}{CANARY}-t`&"
#: What a terminal obeys: the clipboard, a colour, C1 controls, the cursor, the title, a bell.
OBEYED = "\x1b]52;c;RVZJTA==\x07\x1b[31mEVIL\x9b32m\x1b[2J\x1b[H\x1b]0;EVIL\x1b\\\x1bP1$qm\x1b\\\x07\x08\x7f\x85"
#: What stands on no screen, or turns what stands there around.
UNSEEN = "\u202eLIVE\u2066\u200b\u200d\ufeff\u00ad\u2028\u061c\u115f\u3164\u034f\U000e0041"
#: What is wider or narrower than its characters, and what markups take for theirs.
WIDE = "模型é\u0301Z\u0335\u0336\u0337\u0338\u0334\u0319👩\u200d💻❤\ufe0f👍\U0001f3fd"
MARKUP = "[bold]b[/bold][@click=app.bell]c[/][/]{braces}$x%s"

NASTY = f"n{OBEYED}{UNSEEN}{WIDE}{MARKUP}{SHELL}\ttab|pipe"
LINES = f"{NASTY}\nsecond\r\nthird {NASTY}"
#: What git takes for a branch: no control characters, no blanks, none of ``~^:?*[\``.
BRANCH = f"feat/{REF}\u202e\u200b模型{{x}}"
#: One that a stage of DVC may have: no punctuation.
STAGE = "train\x1bc\u202e\u200b模型 x"
KEY = f"k{OBEYED}{UNSEEN}"
#: A registered model.
MODEL = f"m{OBEYED}{UNSEEN}[bold]{{x}}[red]{SHELL}"
#: A param's, for which brackets are no letters.
PARAM = f"k\x1bc\x9b{UNSEEN}"
#: Names of files: everything but a slash and NUL.
FILE = f"f{OBEYED}{UNSEEN}\n\t[bold]{{x}}$(touch {CANARY}-f);'\"|模"
#: One that DVC tracks: without OSC, which DVC's own messages die of, and without a newline, which .gitignore can't say.
TRACKED = f"t\x1b[31mEVIL\x9b{UNSEEN}[bold]{{x}}$(touch {CANARY}-g);'\"模.csv"
BYTES = b"bytes\xff\xfe\x1b[31m"
OPTIONS = ("--upload-pack=touch${IFS}pwned-o", "-o", "--output=pwned-out")

METRICS = json.dumps({KEY: 0.5, "auc": 0.8})
#: What a training prints, and what it makes.
LOG = f"""\
import sys
out = sys.stdout.buffer
out.write({LINES!r}.encode() + b"\\n" + {BYTES!r} + b"\\n")
out.write(b"\\x1b[3" * 300_000 + b"\\n")
out.write(b"x" * 1_000_000 + b"\\x1b[31mEVIL\\n")
out.write(b"\\x1b]52;c;RVZJTA" + b"=" * 70_000)
out.write(b"\\r\\x1b[31mEVIL\\x9b\\n")
open(sys.argv[1], "w").write("made")
open("metrics.json", "w").write({METRICS!r})
"""
RUNS = """
import json, os, sys
import mlflow
from mlflow.entities import Metric, Param, RunTag
uri, commit = sys.argv[1:3]
text, lines, key, file, model = json.load(open(sys.argv[3]))
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
exp = client.create_experiment("churn " + text)
for number in range(2):
    run = client.create_run(exp, run_name=f"{number}{text}", tags={
        "mlflow.source.git.commit": commit, "mlflow.note.content": lines, "mlflow.user": text,
        "mlflow.source.name": text, text[:200]: lines, "=cmd|' /C calc'!A0": "@SUM(1+1)*cmd|' /C calc'!A0",
    })
    id = run.info.run_id
    client.log_batch(id, [Metric("auc", 0.8 + number / 100, 1_700_000_000_000 + step, step) for step in range(3)],
                     [Param("lr", lines), Param("other", text + str(number))])
    client.log_metric(id, "hostilekey", 1.0 + number)
    client.log_param(id, "hostileparam", "=1+1")
    folder = os.path.join(os.path.dirname(uri.removeprefix("sqlite:///")), "logged")
    os.makedirs(folder, exist_ok=True)
    for name in ("a.txt", "b.json", "c.csv", "d.md", "e.yaml", "f.log", "g.html", file):
        with open(os.path.join(folder, name), "w", newline="") as out:
            out.write(json.dumps({text: lines}) if name == "b.json" else lines)
    client.log_artifacts(id, folder)
    client.set_terminated(id, "FAILED" if number else "FINISHED")
client.create_registered_model(model, tags={"hostiletag": lines}, description=lines)
for number in range(2):
    client.create_model_version(model, run.info.artifact_uri, id, tags={"hostiletag": lines}, description=lines)
client.set_registered_model_alias(model, "champion", "1")
print(id)
"""


def pipeline() -> str:
    """dvc.yaml."""

    train = {"cmd": "python train.py model.bin", "desc": LINES, "deps": ["train.py", TRACKED]}
    train |= {"params": [PARAM, "lr"], "outs": ["model.bin"], "metrics": [{"metrics.json": {"cache": False}}]}
    each = {"cmd": "cp train.py each.txt", "deps": ["train.py"], "outs": ["each.txt"]}
    made = {"path": "model.bin", "type": NASTY, "desc": LINES, "labels": [NASTY]}
    stages = {STAGE: train, "each": {"foreach": [SHELL], "do": each}}
    return _yaml({"artifacts": {"churn": made}, "stages": stages})


def _yaml(document: object) -> str:
    import yaml

    return yaml.safe_dump(document, width=1_000_000, sort_keys=False)


def build(folder: Path) -> Path:
    """The project in `folder`/project; nothing of it was run by mltui yet."""
    root = make(folder / "project")
    dp.dvc(root, "init", "-q")
    ignored = ["/mlflow.db*", "/mlruns/", "/logged/", "/notes/"]
    dp.write(root, {"params.yaml": _yaml({"lr": 0.1, PARAM: LINES}), "train.py": LOG, "dvc.yaml": pipeline()})
    dp.write(root, {"metrics.json": METRICS, ".gitignore": "\n".join(ignored)})
    dp.write(root, {TRACKED: "a,b\n1,2\n", f"images/{FILE}": "1", "images/plain": "2", "mltui.toml": gates()})
    dp.dvc(root, "add", "-q", "images", TRACKED)
    dp.dvc(root, "repro", "-q", "each")
    commit = _commits(root)
    _runs(root, commit)
    dp.write(root, {f"images/{FILE}": "changed", FILE: "untracked", ".env": f"MLFLOW_EXPERIMENT_NAME='{LINES}'\n"})
    (root / os.fsdecode(BYTES)).write_text("untracked")
    return root


def gates() -> str:
    """mltui.toml: a gate of each kind that a name can be put in, one whose command prints what a training does."""
    return """\
["unknown \\u001b[31mEVIL"]
[metrics]
goal = {auc = "max"}
[[gates]]
metric = "metrics.auc >= 0.99"
[[gates]]
metric = "metrics.nothing\\u001b[31mEVIL >= 0.99"
[[gates]]
command = "python train.py model.bin"
"""


def _commits(root: Path) -> str:
    """A history, its branches and tags; the newest commit, on `BRANCH`."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", LINES, GIT_AUTHOR_NAME=NASTY, GIT_COMMITTER_NAME=NASTY)
    dp.write(root, {"train.py": LOG + "# changed\n"})
    git(root, "commit", "-q", "-a", "-m", "by the letter")
    first, tree = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", "HEAD^{tree}")
    who = f"{_name(NASTY)} <{_name(NASTY)}> 1700000000 +0000".encode()
    sha = raw_commit(root, who, LINES.encode() + BYTES, first, tree=tree)
    for name in (BRANCH, f"hotfix/{REF}", *OPTIONS):
        git(root, "update-ref", f"refs/heads/{name}", sha)
        git(root, "update-ref", f"refs/tags/{name}", sha)
    git(root, "symbolic-ref", "HEAD", f"refs/heads/{BRANCH}")
    git(root, "tag", "-a", "-m", LINES, "churn@v1.0.0", sha)
    git(root, "tag", "-a", "-m", LINES, "churn#$(touch${IFS}pwned-stage)#1", sha)
    return sha


def _name(text: str) -> str:
    """Of an author: what ends the line or the name can't stand in it."""
    return "".join(char for char in text if char not in "<>\n\0")


def _runs(root: Path, commit: str) -> str:
    """Runs as MLflow lets them be called, and keys that older versions and other clients took. One run's id."""
    texts = root.parent / "texts.json"
    texts.write_text(json.dumps([NASTY, LINES, KEY, FILE, MODEL]))
    uri = f"sqlite:///{root}/mlflow.db"
    done = dp.run(root, sys.executable, "-c", RUNS, uri, commit, str(texts))
    with closing(sqlite3.connect(root / "mlflow.db")) as connection, connection:
        for table in ("metrics", "latest_metrics", "params"):
            was, now = ("hostileparam", KEY) if table == "params" else ("hostilekey", KEY)
            connection.execute(f"UPDATE {table} SET key = ? WHERE key = ?", (now, was))
        for table in ("registered_model_tags", "model_version_tags"):
            connection.execute(f"UPDATE {table} SET key = ?", (KEY,))
    return done.split()[-1]
