"""Command lines for every view of the hostile project, with hostile words."""

from __future__ import annotations

from collections.abc import Sequence

import hostile_project as hp

MODEL, WORD = hp.MODEL, hp.NASTY
#: Those that print bytes as they came into a pipe.
RAW = ("--csv", "log")
#: All commands in one process: each would start as long as it runs.
ALL_IN_ONE = """
import json, sys
from mltui import cli
for number, command in enumerate(json.load(open(sys.argv[1]))):
    print(f"@@@{number}", flush=True)
    try:
        cli.run(command)
    except SystemExit:
        pass
    sys.stdout.flush()
    sys.stderr.flush()
"""


def commands(runs: Sequence[str], jobs: Sequence[str]) -> list[list[str]]:
    """`runs` are ids of two runs, `jobs` of jobs."""
    one, two = runs[:2]
    dry = ["--dry-run"]
    reading = [
        ["status"], ["status", "--json"], ["status", "--store", WORD], ["status", "--store", f"http://127.0.0.1:1/{WORD}"],
        ["runs"], ["runs", "--json"], ["runs", "--csv"], ["runs", "--md"],
        ["runs", "--column", f"params.{hp.KEY}", "--column", "tags.mlflow.note.content", "--csv"],
        ["runs", "--group-by", "params.lr"], ["runs", "--group-by", "params.lr", "--md"],
        ["runs", "--group-by", "params.lr", "--json"], ["runs", "--filter", WORD], ["runs", "--sort", WORD],
        ["runs", "--experiment", WORD], ["runs", "--limit", WORD],
        ["chart", hp.KEY], ["chart", hp.KEY, "--json"], ["chart", WORD],
        ["compare", one, two], ["compare", one, two, "--md"], ["compare", one, two, "--json"], ["compare", WORD, one],
        ["data"], ["data", "--json"], ["data", hp.TRACKED], ["data", WORD],
        ["diff", one, two], ["diff", one, two, "--md"], ["diff", one, two, "--json"],
        ["diff", hp.BRANCH, "worktree", "--md"], ["diff", WORD, "HEAD"],
        ["experiments", "--all"], ["experiments", "--json"], ["projects"], ["projects", "--json"],
        ["run", "cat", one, WORD], ["run", "cat", one, WORD, "--json"], ["run", "cat", WORD, WORD],
        ["doctor"], ["doctor", "--json"], ["exp", "list"], ["jobs"], ["jobs", "--json"], ["jobs", WORD],
        ["journal"], ["journal", "--json"], ["journal", "--model", MODEL],
        ["lineage", one], ["lineage", hp.BRANCH, "--json"], ["lineage", hp.TRACKED], ["lineage", WORD],
        ["models"], ["models", "--json"], ["models", MODEL], ["models", "churn"], ["models", WORD],
        ["trend", hp.KEY], ["trend", "auc", "--md"], ["trend", "auc", "--json"], ["trust", "--show"],
        ["why", one], ["why", hp.STAGE], ["why", MODEL], ["why", WORD], [WORD], ["status", f"--{WORD}"],
        ["-C", f"/nowhere/{WORD}", "status"],
    ]  # fmt: skip
    doing = [
        ["exp", "queue", "-S", WORD, *dry], ["exp", "queue", "-n", WORD, *dry], ["exp", "apply", WORD, *dry],
        ["promote", MODEL, "2", "--to", "@champion", *dry], ["promote", MODEL, "2", "--to", f"@{WORD}", *dry],
        ["promote", MODEL, "2", "--to", "@champion", *dry, "--json"], ["rollback", MODEL, *dry],
        ["model", "note", MODEL, "--text", hp.LINES, *dry], ["model", "rename", MODEL, WORD, *dry],
        ["run", "tag", one, "-t", f"{hp.KEY}={hp.LINES}", *dry], ["run", "rename", one, WORD, *dry],
        ["reproduce", one, "--print"], ["reproduce", one, "--print", "--to", WORD], ["reproduce", WORD, "--print"],
        ["retrain", *dry], ["retrain", *dry, "--json"], ["retrain", "-S", f"lr={hp.LINES}", *dry],
        ["retrain", "-S", WORD, *dry], ["retrain", hp.STAGE, *dry], ["retrain", WORD, *dry],
        ["retrain", "--rev", hp.BRANCH, *dry], ["retrain", "--rev", WORD, *dry], ["retrain", "--executor", WORD, *dry],
        ["stop", WORD, *dry], ["restore", WORD, *dry], ["clean", *dry], ["undo", WORD],
    ]  # fmt: skip
    of_jobs = [[*words, job] for job in jobs for words in (["jobs"], ["jobs", "--json"], ["log"])]
    return [*reading, *doing, *of_jobs]
