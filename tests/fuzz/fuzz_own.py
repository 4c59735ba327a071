"""mltui's own files: journal, jobs, views, configuration, trust, caches; and texts that people write: .env, filters."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.fuzz.harness import at, place, reader

from mltui.actions.executors import record
from mltui.actions.user_state import choices, recent
from mltui.config.files import read_file
from mltui.config.gates import gate_problems
from mltui.config.loading import load_config
from mltui.model.as_of import AsOf
from mltui.model.filters.filter import parse
from mltui.model.gate_reading import policy_of
from mltui.model.journal import worries
from mltui.model.journal_record import entries, events
from mltui.model.move_tags import move_of_entry, move_of_tag
from mltui.present import plot_ticks
from mltui.present.as_of import as_of_words
from mltui.present.marks import clock, moment, stamp, took
from mltui.present.text import ago
from mltui.sources import cachedir, dotenv, glance, memory, standing
from mltui.sources.dvc import memory as dvc_memory
from mltui.sources.dvc.history.brief import _read as read_brief
from mltui.sources.gates import policy
from mltui.sources.git.files import seconds_to_ms
from mltui.sources.jobs.locks import JobLocks
from mltui.sources.jobs.reads import stage_reads, with_edits
from mltui.sources.jobs.source import read_job
from mltui.sources.json_files import read_json
from mltui.sources.lineage import kept
from mltui.sources.logs.indexed import IndexedLog
from mltui.sources.logs.last import last_lines
from mltui.sources.mlflow.discovery import memory as search_memory
from mltui.sources.places import Project
from mltui.sources.trust import trust_of
from mltui.sources.views import parse_views

INTENT = {
    "schema": 1,
    "event": "intent",
    "id": "a1",
    "at": 1700000000000,
    "action": "promote",
    "title": "churn/2 to @champion",
    "who": {"name": "Ada", "source": "git", "unix_user": "ada", "host": "box"},
    "what": "churn@champion",
    "from": "1",
    "to": "2",
    "reason": "",
    "facts": {"model": "churn", "alias": "champion"},
    "commands": ["x"],
    "pid": 1,
    "pid_start": "2",
}
OUTCOME = {"schema": 1, "event": "outcome", "id": "a1", "at": 1700000000001, "state": "done", "summary": "", "left": []}
JOURNAL = json.dumps(INTENT) + "\n" + json.dumps(OUTCOME) + "\n" + json.dumps({**OUTCOME, "event": "found"}) + "\n"


@reader("journal.jsonl", JOURNAL, json.dumps(INTENT), kind="json")
def journal(data: bytes) -> None:
    said = entries(events(data))
    worries(said, 1700000000002)
    for each in said:
        move_of_entry(each)
        ago(each.at, 1700000000002)
        stamp(each.ended)


@reader(
    "a move's tag",
    json.dumps({"schema": 1, "at": 1, "version": "2", "gates": [["a", "b"]], "figures": {"auc": 1}}),
    kind="json",
)
def move_tag(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    move_of_tag("churn", "mltui.move.a1", text)
    from mltui.model.claim import claims_in

    claims_in({"mltui.claim.champion": text, text: text})


SPEC = {
    "schema": 1,
    "title": "train",
    "created": 1,
    "argv": ["dvc", "repro"],
    "cwd": "/x",
    "env": {"A": "b"},
    "mode": "in place",
    "stages": ["train"],
    "links": [],
    "options": {"a": 1},
    "state": "done",
    "start": 1,
    "end": 2,
    "exit_code": 0,
    "pid": 1,
    "steps": [
        {"address": "train", "state": "done", "start": 1, "end": 2, "lock": {"deps": []}, "edited": ["params.yaml"]}
    ],
    "alive": [[1, "x"]],
    "changed": ["a"],
    "same": ["a"],
    "before": {"a": "b"},
    "params": {"params.yaml": ["a: 1", 2]},
}


@reader("files of a job", json.dumps(SPEC), kind="json")
def job(data: bytes) -> None:
    for name in ("spec.json", "state.json", "handle.json", "reads/1-train.json"):
        at(f"jobs/j1/{name}", data)
    found = read_job(place() / "jobs" / "j1")
    if found is not None:
        for step in found.steps:
            stage_reads(found, step.address)
        with_edits(found, JobLocks(found, Project(place(), place()), None))
    text = data.decode("utf-8", "replace")
    record.document(text)
    with suppress(ValueError, RecursionError):
        record.pairs(json.loads(text))


@reader("times", "1700000000000", "-1 4294967296000 253402300800000", "9223372036854775807")
def times(data: bytes) -> None:
    """What comes from a store, a tag or a commit may be any number."""
    for word in data.split()[:20]:
        seconds_to_ms(word)
        try:
            ms = int(word[:25])  # no reader lets longer ones in
        except ValueError:
            continue
        for show in (
            stamp,
            moment,
            clock,
            lambda at: as_of_words(AsOf(at, None, "x", "x")),
            lambda at: took(0, at, at),
        ):
            assert show(ms) is not None
        ago(ms, 1_700_000_000_000)
        if abs(ms) < 1 << 63:
            plot_ticks.days(ms, ms + 1)
            plot_ticks.clock(ms, 1.0)


VIEWS = """\
last = {columns = ["name", {metric = "auc"}], order = [{key = "start", descending = true}], filter = "metrics.auc > 1"}
[views.best]
columns = ["name", "metrics.auc"]
group = "params.lr"
varying = true
"""


@reader("views.toml", VIEWS, kind="toml")
def views(data: bytes) -> None:
    parse_views(at("views.toml", data))


SETTINGS = """\
store = "sqlite:///mlflow.db"
[metric]
primary = "auc"
[promote]
[[gates]]
kind = "metric"
metric = "auc"
min = 0.8
[[gates]]
kind = "command"
run = ["pytest", "-q"]
timeout = 60
[executors.box]
kind = "ssh"
[data]
outs = ["a"]
"""


@reader("mltui.toml", SETTINGS, kind="toml")
def settings(data: bytes) -> None:
    top = place() / "conf"
    at("conf/mltui.toml", data)
    gate_problems(load_config(top, top, environ={"XDG_CONFIG_HOME": str(place() / "nothing"), "HOME": str(top)}))
    policy._here(Project(top, top))


@reader("pyproject.toml", "[tool.mltui]\nstore = 'x'\n[[tool.mltui.gates]]\nkind = 'metric'\n", kind="toml")
def pyproject(data: bytes) -> None:
    found, _ = read_file(at("py/pyproject.toml", data))
    if found is not None:
        policy_of(found)
    policy._here(Project(place() / "py", place() / "py"))


@reader(".env", "A=1\nexport B='x'\nMLFLOW_TRACKING_URI=\"http://${A}:${C:-3}\\n\" # it\nD=${B}\n")
def env(data: bytes) -> None:
    at(".env", data)
    dotenv.read_dotenv(place() / ".env")


@reader(
    "a filter", "metrics.auc > 0.9 and (params.`a b` LIKE '%x%' or not has tags.y) and age < 3d and start > 2024-01-01"
)
def filter_(data: bytes) -> None:
    parse(data.decode("utf-8", "replace"))


@contextmanager
def _state() -> Iterator[None]:
    before = os.environ.get("XDG_STATE_HOME"), os.environ.get("MLTUI_CACHE_DIR")
    os.environ["XDG_STATE_HOME"] = os.environ["MLTUI_CACHE_DIR"] = str(place() / "state")
    try:
        yield
    finally:
        for name, value in zip(("XDG_STATE_HOME", "MLTUI_CACHE_DIR"), before, strict=True):
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _trusts() -> dict[str, object]:
    key = Project(place(), place()).key
    return {
        key: {"digest": "x", "commands": [["a", "b"]], "pythons": {"a": "b"}, "at": 1, "origin": "x", "primary": "auc"}
    }


@reader(
    "the user's state", lambda: [json.dumps({**_trusts(), "projects": [{"root": "/x", "at": 1}]}).encode()], kind="json"
)
def user_state(data: bytes) -> None:
    with _state():
        for name in ("trust.json", "choices.json", "projects.json", "recent.json"):
            at(f"state/mltui/{name}", data).chmod(0o600)
        trust_of(Project(place(), place()))
        choices(Project(place(), place()))
        recent()


CACHED = {
    "form": 1,
    "at": 1,
    "git": {"root": "/x", "branch": "main"},
    "stages": [{"name": "a", "path": "dvc.yaml", "address": "a", "status": "fresh"}],
    "stores": [{"uri": "x", "kind": "sqlite", "origin": "found"}],
    "runs": [{"run_id": "a", "metrics": {"a": 1}, "status": "FINISHED"}],
    "models": [{"name": "churn", "versions": []}],
    "format": 7,
    "key": "x",
    "roots": [],
    "root": "/x",
    "named": {"a": [1, ["x"]]},
    "walk": {
        "databases": [],
        "trees": [],
        "code": [],
        "directories": {"/x": 1},
        "entries": 1,
        "seconds": 0.1,
        "complete": True,
    },
    "nodes": [["run", "r", "l", "", 1, 2]],
    "edges": [[0, 0, "recorded", 0]],
    "hows": ["x"],
    "in_tree": [],
    "coverage": {},
}


def sealed(path: Path, data: bytes) -> Path:
    """An entry of the cache whose checksum is right: who reads it has to look at what it says."""
    cachedir.create(str(path.parent))
    cachedir.keep(str(path), data)
    return path


@reader("mltui's caches", json.dumps(CACHED), kind="json")
def caches(data: bytes) -> None:
    project = Project(place(), place())
    with _state():
        for path in (memory._path(project), kept._path(project)):
            sealed(path, data)
        memory.recall(project)
        kept.recall(project, "x")
        for path in (glance._file(str(place())), standing._file(str(place()))):
            sealed(Path(path), data)
        glance.recall(str(place()), (80, 24))
        standing.recall(str(place()))
    file = sealed(place() / "cache.json", data)
    dvc_memory.load(file)
    read_brief(file)
    search_memory.recall(file, place())
    read_json(file)


@reader("a log", "epoch 1\nloss 0.5\r\r\x1b[31mred\nTraceback\n", b"\xff\n" * 50)
def a_log(data: bytes) -> None:
    path = str(at("log", data))
    log = IndexedLog(path)
    log.look()
    log.read(0, 100)
    log.end(4096)
    log.search("loss", 0)
    last_lines(path)
