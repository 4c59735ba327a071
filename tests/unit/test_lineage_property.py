"""Random work on a pipeline, whose truth is known: no edge that is recorded or inferred may differ from it.

What people do: edit data, code and params, ``dvc repro``, run the script by hand, commit, amend, go back, branch. The
same with the real tools is in tests/real/test_join_truth.py.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.lineage_past import STEP, data_edges, digest, entry, joined, past, run, sha

from mltui.model.dvc_history import LockEntry
from mltui.model.lineage.graph import Graph
from mltui.model.runs import Run

STEPS = ("data", "code", "param", "repro", "repro", "repro", "hand", "force", "commit", "commit", "discard", "branch")


@dataclass
class World:
    """A repository in the hands of a person. `files` says that the stage writes metrics.json, `stage` that it logs
    DVC_STAGE, `logs` that it logs metrics."""

    files: bool = True
    stage: bool = False
    logs: bool = True
    locks: dict[str, LockEntry | None] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    metrics: dict[str, Mapping[str, float]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)
    head: str = "c0"
    data: str = "d0"
    code: str = "k0"
    param: int = 0
    lock: LockEntry | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    locked: Mapping[str, float] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._trees: dict[str, tuple[str, str, int]] = {}
        self._commit((), "c0")

    def _now(self) -> LockEntry:
        each = entry(self.data, f"m{self.data}{self.code}{self.param}", lr=self.param)
        deps = (each.deps[0], replace(each.deps[1], hash=f"md5:{digest(self.code)}"))
        return replace(each, deps=deps)

    def _run(self) -> None:
        value = {"auc": int(digest(f"{self.data}{self.code}{self.param}")[:8], 16) / 2**32}
        id = f"r{len(self.runs)}"
        tags = {"DVC_STAGE": "train"} if self.stage else {}
        # commits come a whole step apart: the run ended between the last one and the next, after all runs before
        ended = len(self.locks) - 0.9 + 0.01 * len(self.runs)
        logged = value if self.logs else {}
        self.runs.append(run(self.head, id=id, ended=ended, metrics=logged, tags=tags, lr=str(self.param)))
        self.truth[id] = digest(self.data)
        self.measured = value

    def _commit(self, parents: tuple[str, ...], name: str) -> None:
        self.head = name
        self.locks[name], self.parents[name] = self.lock, parents
        self._trees[name] = (self.data, self.code, self.param)
        if self.files and self.measured:
            self.metrics[name] = self.measured
        if self.files and self.measured != self.locked:
            self.spoilt.add(name)

    def act(self, step: str, choice: int) -> None:
        fresh = f"{len(self.runs)}{len(self.locks)}{choice}"
        if step == "data":
            self.data = f"d{choice % 3}" if choice % 2 else f"d{fresh}"
        elif step == "code":
            self.code = f"k{fresh}"
        elif step == "param":
            self.param = choice % 3
        elif step in ("repro", "force"):
            if step == "force" or self._now() != self.lock:
                self._run()
                self.lock, self.locked = self._now(), self.measured
        elif step == "hand" and not self.stage:
            self._run()
        elif step == "commit":
            self._commit((self.head,), f"c{len(self.locks)}")
        elif step == "discard":
            self._go(self.head)
        elif step == "branch":
            self._go(sorted(self.locks)[choice % len(self.locks)])

    def _go(self, commit: str) -> None:
        self.head, self.lock = commit, self.locks[commit]
        self.data, self.code, self.param = self._trees[commit]
        self.measured = self.metrics.get(commit, {})
        self.locked = {} if commit in self.spoilt else self.measured

    def graph(self) -> Graph:
        return joined(past(self.locks, self.parents, metrics=self.metrics, spoilt=self.spoilt), *self.runs)


def wrong(world: World) -> list[tuple[str, str]]:
    """(run, what the graph says it read) where that is not so."""
    graph = world.graph()
    found = []
    for id, truth in world.truth.items():
        for edge in data_edges(graph, id):
            if edge.kind != "unknown" and edge.source.rpartition(":")[2] != truth:
                found.append((id, edge.how))
    return found


steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=40)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps, st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_wrong(done: list[tuple[str, int]], files: bool, stage: bool, logs: bool) -> None:
    """Whether there are metrics files or not, the stage is recorded or not, metrics are logged or not."""
    world = World(files, stage, logs)
    for step, choice in done:
        world.act(step, choice)
    assert wrong(world) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_upstream_and_downstream_are_inverse(done: list[tuple[str, int]]) -> None:
    world = World()
    for step, choice in done:
        world.act(step, choice)
    graph = world.graph()
    above = {id: {edge.source for edge in graph.upstream(id)} for id in graph.nodes}
    below = {id: {edge.target for edge in graph.downstream(id)} for id in graph.nodes}
    for id in graph.nodes:
        assert all(id in below[other] for other in above[id])
        assert all(id in above[other] for other in below[id])


@pytest.mark.parametrize(("files", "stage"), [(True, False), (True, True), (False, True)])
def test_most_of_what_was_committed_is_found(files: bool, stage: bool) -> None:
    rng = random.Random(4)
    known = total = 0
    for _ in range(60):
        world = World(files, stage)
        for at in range(40):
            world.act("repro" if at % 3 == 1 else "commit" if at % 3 == 2 else rng.choice(STEPS[:3]), rng.randrange(6))
        graph = world.graph()
        total += len(world.runs)
        known += sum(any(edge.kind == "inferred" for edge in data_edges(graph, id)) for id in world.truth)
    share = known / total
    print(f"metrics files {files}, stage recorded {stage}: {1 - share:.0%} of {total} runs unknown")
    assert share > 0.4


def test_the_simulation_can_fail() -> None:
    """A join that trusted the recorded commit alone would be wrong here, as it is in life."""
    world = World()
    world.act("repro", 0)
    world.act("commit", 0)
    world.act("data", 1)
    world.act("repro", 0)
    world.act("commit", 0)
    last = world.runs[-1]
    own = world.locks["c1"]
    assert own is not None
    assert own.deps[0].hash != f"md5:{world.truth[last.run_id]}"
    assert last.commit == sha("c1")
    assert STEP > 1000
