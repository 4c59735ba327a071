"""A workspace whose sources are fakes: the door of the TUI is `Source`, and these stand in for that alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mltui.config import Config
from mltui.errors import NotFound, SourceError
from mltui.model.difference import Between, CodeChange, Difference, TableChange, differences
from mltui.model.dvc import Dataset, Entry, Pipeline, Reason, Stage
from mltui.model.git import Change, Commit, GitState, History, Ref
from mltui.model.journal import JournalRead
from mltui.model.lineage.graph import Graph, Lineage, around
from mltui.model.metric import PrimaryMetric
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.remote import RemoteAnswer, RemoteAnswers
from mltui.model.runs import Experiment, Run, RunTable, Store
from mltui.model.side import Datum, Side
from mltui.model.stage_facts import StageFacts
from mltui.model.trend import Between as TrendBetween
from mltui.model.trend import Regression, Trend
from mltui.sources.dvc.remote import Stopped
from mltui.sources.dvc.stored import StoredData
from mltui.sources.places import Project
from mltui.sources.runner import Done

#: The moment every test happens at: 2026-03-04 12:41:07 UTC.
NOW = 1_772_628_067_000
HOUR = 3_600_000
SHA = "3f2a1c9d0e5b4a69788796a5b4c3d2e1f0a9b8c7"


class FakeSource:
    """A source that gives what it is told. `value` may be an error, which `load` then raises."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value
        self.version = 0
        self.loads = 0

    def fingerprint(self) -> Hashable:
        return self.version

    def load(self) -> Any:
        self.loads += 1
        if isinstance(self.value, SourceError):
            raise self.value
        return self.value

    def there(self) -> Any:
        return self.load()

    def on_screen(self, run_ids: Any) -> None:
        """Nothing is asked for here."""

    def remembered(self) -> None:
        return None

    def registry(self, *, quick: bool = True) -> None:
        return None

    def active(self) -> None:
        return None

    def soon(self) -> None:
        return None

    def first(self, limit: int = 500) -> None:
        return None

    def many(self) -> bool:
        return False

    def more(self) -> Any:
        return self.value

    def forget(self) -> None:
        """Nothing is kept here."""

    def becomes(self, value: Any) -> None:
        self.value = value
        self.version += 1


class FakeLineage(FakeSource):
    """The graph it is told."""

    def around(self, node_id: str, graph: Graph) -> Lineage:
        if node_id not in graph.nodes:
            raise NotFound(f"{node_id.partition(':')[2]} is in nothing that was joined")
        return around(graph, node_id)


class FakeReader:
    """A store that knows the runs it was given whole."""

    store = Store("sqlite:///mlflow.db", "sqlite", "repository", True)

    def __init__(self, runs: tuple[Run, ...]) -> None:
        self._runs = {run.run_id: run for run in runs}

    def fingerprint(self) -> Hashable:
        return 0

    def run(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise NotFound(f"there is no run {run_id}")
        return self._runs[run_id]

    def runs(self, **wanted: Any) -> Iterator[tuple[Run, ...]]:
        yield tuple(self._runs.values())

    def inputs(self, run_id: str) -> tuple[()]:
        return ()

    def logged_models(self, run_id: str) -> tuple[()]:
        return ()

    def traces(self, run_id: str) -> None:
        return None

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[()]:
        return ()

    def experiments(self) -> tuple[Experiment, ...]:
        names = {run.experiment_id: run.experiment for run in self._runs.values()}
        return tuple(Experiment(key, name, "active", 1) for key, name in names.items())

    def deleted(self, run_ids: Collection[str]) -> frozenset[str]:
        return frozenset(run_ids) - self._runs.keys()

    def last_writes(self, run_ids: Collection[str]) -> dict[str, int]:
        return {}

    def read_times(self, run_ids: Collection[str]) -> dict[str, int]:
        return {}


class FakeTrend:
    """The history of `found`; without one there is no git. `asked` are the questions."""

    def __init__(self) -> None:
        self.found: Trend | None = None
        self.asked: list[tuple[str, bool]] = []

    def load(
        self, metric: str, runs: Any = None, run_keys: Any = (), *, merged: bool = False, join: bool = True
    ) -> Trend:
        self.asked.append((metric, merged))
        if self.found is None:
            raise NotFound("no git repository here", "git init")
        line = replace(self.found.line, merged=merged)
        return replace(self.found, metric=metric, line=line)

    def placing(self) -> Hashable:
        return ""

    def keys(self) -> dict[str, frozenset[str]]:
        return {"metrics.json": frozenset({"f1"})}

    def subject(self, sha: str) -> str:
        return f"subject of {sha[-4:]}"

    def between(self, trend: Trend, regression: Regression) -> TrendBetween:
        return TrendBetween(2, ((regression.first_bad.commit, "lower it"),), 3, trend.data, (("lr", "0.1", "0.5"),))


class FakeDiffer:
    """Why two things differ: what it is told, or what fits any two (`difference`). `asked` are the words of both."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.value: Any = None
        self.stops = 0

    def stop(self) -> None:
        self.stops += 1

    def difference(self, old: Any, new: Any, primary: Any = None, say: Any = None) -> Difference:
        self.asked.append((old.word, new.word))
        say(f"reading {old.label}")
        if isinstance(self.value, SourceError):
            raise self.value
        return difference(old.label, new.label)


def difference(old: str = "churn/4", new: str = "churn/5") -> Difference:
    """The difference of SCREENS.md."""
    data = [{"d.csv": Datum("d.csv", f"md5:{at}", "inferred", f"dvc.lock at {at}", 10, version=at)} for at in (3, 4)]
    sides = [
        Side("model", name, name, SHA, None, at, held, params={"depth": depth, "lr": "0.1"}, metrics={"auc": auc})
        for name, at, held, depth, auc in ((old, "a", data[0], "6", 0.942), (new, "b", data[1], "8", 0.947))
    ]
    required = [{"requirements.txt": {"scikit-learn": version}} for version in ("1.9.0", "1.9.1")]
    sides = [replace(side, required=each, commands={"train": "x"}) for side, each in zip(sides, required, strict=True)]
    sides[1] = replace(sides[1], deps=frozenset({"src/train.py"}), unknowns=("whether 3f2a1c9 was dirty",))
    code = (CodeChange("README.md", "M", 4, 1, 1), CodeChange("src/train.py", "M", 12, 3, 2))
    between = Between(code, contents={"d.csv": TableChange((10, 1214), 1204, 0, columns_same=3)})
    return differences(*sides, between, {"auc": "max"}, PrimaryMetric("auc", "max", guessed=False))


class FakeRemote:
    """A default remote that has the objects named in `there`, or answers with an error."""

    def __init__(self) -> None:
        self.answers = RemoteAnswers("store", "s3://bucket/dvc")
        self.there: set[str] = set()
        self.error: SourceError | None = None
        self.asked: list[list[str]] = []
        self.hold: threading.Event | None = None  #: answers when it is set
        self.stopped = False

    def known(self, root: Path) -> RemoteAnswers:
        return self.answers

    def ask(self, root: Path, hashes: Collection[str], heard: Callable[[str], object]) -> RemoteAnswers:
        self.asked.append(list(hashes))
        heard("asking store (s3://bucket/dvc)")
        if self.hold is not None:
            self.hold.wait(120)
        if self.stopped:
            raise Stopped("stopped asking the remote")
        if self.error is not None:
            raise self.error
        fresh = {each: RemoteAnswer(each in self.there, NOW) for each in hashes}
        self.answers = replace(self.answers, answers={**self.answers.answers, **fresh})
        return self.answers

    def stop(self) -> None:
        self.stopped = True
        if self.hold is not None:
            self.hold.set()


class NoGit:
    """A command runner at whose door every command fails: no repository is behind the fakes."""

    def __init__(self) -> None:
        self.log: deque[Done] = deque()

    def run(self, argv: Sequence[str], **_: Any) -> Done:
        return Done(tuple(argv), 128, b"", "fatal: not a git repository", 0.0)


class FakeWorkspace:
    """A workspace of fake sources. `closed` tells whether it was ended."""

    as_of: Any = None

    def __init__(self, root: Path, config: Config | None = None, **values: Any) -> None:
        self.project = Project(root, root)
        self.config = config or Config()
        self.runner = NoGit()
        self.closed = False
        self.passing = False
        self.kept: list[Any] = []
        for name in ("git", "history", "pipeline", "experiments", "stores", "runs", "models"):
            setattr(self, name, FakeSource(name, values[name]))
        self.jobs = FakeSource("jobs", values.get("jobs", ()))
        self.journal = FakeSource("journal", values.get("journal", JournalRead()))
        self.lineage = FakeLineage("lineage", values.get("lineage", Graph.of((), ())))
        self._reader = FakeReader(values["runs"].runs)
        self.trend = FakeTrend()
        self.differ = FakeDiffer()
        self.stage_facts = SimpleNamespace(of=lambda stage: StageFacts(None, None, False, None, ()))
        self.stored = StoredData(self.project)
        self.remote = FakeRemote()

    def reader(self, *, wait: bool = True) -> FakeReader:
        return self._reader

    remembered: Any = None

    def remember(self, snapshot: Any) -> None:
        self.kept.append(snapshot)

    def let_go(self) -> None:
        """There is nothing large."""

    def close(self) -> None:
        self.closed = True


def run(at: int, **changes: Any) -> Run:
    """The run number `at`, the larger the older."""
    values: dict[str, Any] = {
        "run_id": f"{at:032x}",
        "name": f"run-{at}",
        "kind": "run",
        "experiment": "churn",
        "experiment_id": "1",
        "status": "FAILED" if at == 2 else "FINISHED",
        "lifecycle": "active",
        "start": NOW - at * HOUR - 60_000,
        "end": NOW - at * HOUR,
        "commit": SHA,
        "metrics": {"auc": round(0.947 - at * 0.0003, 4), "loss": 0.1 + at / 1000},
        "params": {"lr": "0.1"},
        "tags": {},
    }
    return Run(**{**values, **changes})


def churn(root: Path, runs: int = 24, config: Config | None = None) -> FakeWorkspace:
    """The project of SCREENS.md: four stages of which two are stale, runs, a model with two aliases."""
    table = RunTable(tuple(run(at) for at in range(runs)), True, ("auc", "loss"))
    versions = (
        ModelVersion("churn", "5", f"{0:032x}", NOW - HOUR, ("challenger",)),
        ModelVersion("churn", "4", f"{1:032x}", NOW - 72 * HOUR, ("champion",)),
    )
    ref = Ref("branch", "main", SHA)
    commits = tuple(
        Commit(
            f"{at:040x}" if at else SHA,
            (f"{at + 1:040x}",),
            "Ada",
            "ada@example.org",
            NOW - at * HOUR,
            NOW - at * HOUR,
            f"Commit number {at}",
            (ref,) if at == 0 else (),
        )
        for at in range(60)
    )
    return FakeWorkspace(
        root,
        config,
        git=GitState(str(root), "main", SHA, True, 1, 2, 0, "origin/main", (Change(".M", "params.yaml"),)),
        history=History(commits, True),
        pipeline=Pipeline(roots=("",), stages=_stages(), datasets=_datasets(), as_of=NOW, metric_keys=("auc",)),
        experiments=(),
        stores=(Store("sqlite:///mlflow.db", "sqlite", "repository", True, 312, runs, 3, NOW - HOUR),),
        runs=table,
        models=(RegisteredModel("churn", "mlflow", versions, {"champion": "4", "challenger": "5"}),),
    )


def _stages() -> tuple[Stage, ...]:
    def stage(name: str, status: Any, parents: tuple[str, ...], **changes: Any) -> Stage:
        return Stage(name, "dvc.yaml", name, status, parents=parents, cmd=f"python src/{name}.py", as_of=NOW, **changes)

    why = (Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)
    return (
        stage("prepare", "fresh", ()),
        stage("validate", "fresh", ("prepare",)),
        stage("train", "stale", ("validate",), reasons=why, outs=(Entry("model.pkl", "md5:ab", 5_200_000),)),
        stage("evaluate", "stale", ("train",), upstream=("train",)),
    )


def _datasets() -> tuple[Dataset, ...]:
    return (
        Dataset(
            "data/customers.csv", "data/customers.csv.dvc", "md5:0123456789abcdef", 8_100_000, None, "fresh", versions=4
        ),
    )
