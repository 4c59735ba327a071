"""What all files say at each commit, against a reading of each tree alone; and the graph they hang on."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from histories import Made, lock, tracking
from hypothesis import given, settings
from hypothesis import strategies as st

from mltui.model.dvc import Entry
from mltui.model.dvc_history import LockEntry, StageKey
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.files import Files
from mltui.sources.dvc.history.making import history_of
from mltui.sources.dvc.history.walk import Walk, walk_in, walk_out
from mltui.sources.git.graph import children_first, parse_graph

PATHS = ("x.csv.dvc", "d/x.csv.dvc", "dvc.lock", "d/dvc.lock", "d/dvc.yaml")
HASHES = ("a" * 32, "b" * 32, "c" * 32)

yamls = st.sampled_from(["stages: {}\n", "stages:\n  s: {cmd: x, wdir: ..}\n"])
locks = st.dictionaries(st.sampled_from("st"), st.sampled_from(HASHES), max_size=2).map(
    lambda stages: lock(**{name: f"{name}.out {value}" for name, value in stages.items()})
)


def content(path: str) -> st.SearchStrategy[str]:
    if path.endswith(".dvc"):
        return st.sampled_from(HASHES).map(tracking)
    return locks if path.endswith("lock") else yamls


trees = st.fixed_dictionaries({}, optional={path: content(path) for path in PATHS})


@st.composite
def histories(draw: st.DrawFn) -> Made:
    """Up to eight commits, each with up to two of those before as parents, and clocks that are wrong."""
    made = Made()
    for number in range(draw(st.integers(1, 8))):
        before = sorted(made.trees)
        chosen = draw(st.lists(st.sampled_from(before), max_size=2, unique=True)) if before else []
        made.commit(str(number), draw(trees), *chosen, time=draw(st.integers(0, 5)))
    for name in draw(st.lists(st.sampled_from(sorted(made.trees)), max_size=3)):
        made.ref(f"r{len(made.refs)}", name)
    return made


@settings(max_examples=150, deadline=None)
@given(histories())
def test_every_commit_says_what_its_tree_says(made: Made) -> None:
    history = made.history()
    for sha, tree in made.trees.items():
        alone = Made()
        alone.commit("alone", tree)
        files, expected = history.at(sha), alone.history().at("alone")
        assert files is not None
        assert expected is not None
        assert (files.tracked, files.locked, files.files) == (expected.tracked, expected.locked, expected.files)
        assert files.declared == expected.declared
    assert history.at("elsewhere") is None


@settings(max_examples=150, deadline=None)
@given(histories())
def test_versions_are_where_the_trees_have_them(made: Made) -> None:
    """Each content there is has a version, first seen at a commit that has it; refs are those that reach one."""
    history = made.history()
    having: dict[tuple[str, str], set[str]] = {}
    for sha in made.trees:
        for name, entry in history.at(sha).tracked.items():  # type: ignore[union-attr]
            having.setdefault((name, str(entry.hash)), set()).add(sha)
    told = {(name, one.hash): one for name, versions in history.versions.items() for one in versions}
    assert having.keys() <= told.keys()
    for key, shas in having.items():
        version = told[key]
        if not version.path:
            assert version.time == min(made.times[sha] for sha in shas if _is_new(made, shas, sha))
        assert set(version.refs) >= {ref.name for ref in made.refs if _reached(made, ref.sha) & shas}
        assert set(version.tips) >= {ref.name for ref in made.refs if ref.sha in shas}


@settings(max_examples=150, deadline=None)
@given(histories())
def test_entries_come_where_no_parent_has_them(made: Made) -> None:
    history = made.history()
    came: dict[int, set[str]] = {}
    for sha, parents in made.parents.items():
        known = [set(map(id, history.at(one).locked.values())) for one in parents]  # type: ignore[union-attr]
        for entry in history.at(sha).locked.values():  # type: ignore[union-attr]
            if not any(id(entry) in each for each in known):
                came.setdefault(id(entry), set()).add(sha)
    assert {id(seen.entry): set(seen.commits) for seen in history.entries} == came
    for seen in history.entries:
        times = [made.times[sha] for sha in seen.commits]
        assert times == sorted(times)


def _is_new(made: Made, having: set[str], sha: str) -> bool:
    return not having & set(made.parents[sha])


def _reached(made: Made, sha: str) -> set[str]:
    left, found = [sha], set()
    while left:
        one = left.pop()
        found.add(one)
        left += made.parents[one]
    return found


@settings(max_examples=100, deadline=None)
@given(histories())
def test_what_is_kept_is_what_was_walked(made: Made) -> None:
    graph = made.graph([next(iter(made.trees))])
    commits = tuple(made._changes(sha) for sha in made.trees)
    kept = walk_in(json.loads(json.dumps(walk_out(Walk(graph, commits, "why")))))
    assert (dict(kept.graph.parents), dict(kept.graph.time), kept.graph.cut) == (graph.parents, graph.time, graph.cut)
    assert list(kept.graph.parents) == list(graph.parents)
    assert [(one.sha, one.author, one.time, one.changes) for one in kept.commits] == [
        (one.sha, one.author, one.time, one.changes) for one in commits
    ]
    assert kept.problem == "why"


def test_commits_with_the_same_files_share_what_they_say() -> None:
    made = Made()
    made.commit("0", {"dvc.lock": lock(s="o " + HASHES[0])})
    made.commit("1", {"dvc.lock": lock(s="o " + HASHES[0]), "x.csv.dvc": tracking(HASHES[0])}, "0")
    made.commit("2", made.trees["1"], "1")
    made.commit("3", made.trees["1"], "0", "2")
    history = made.history()
    zero, one = history.at("0"), history.at("1")
    assert zero is not None
    assert one is not None
    assert history.at("2") is one is history.at("3")
    assert one.locked is zero.locked


def test_a_lock_entry() -> None:
    text = (
        "schema: '2.0'\nstages:\n  s@a/b:\n    cmd: [one, two]\n    deps:\n    - path: ..\\src\\x.py\n"
        "      md5: '00'\n    - path: remote://s/y\n      etag: e\n"
        "    params:\n      ../params.yaml:\n        a.b: 1\n        day: 2020-01-02\n"
        "    outs:\n    - path: /abs/o\n      md5: '11'\n      size: 5\n      cache: false\n"
    )
    made = Made()
    made.commit("0", {"p/q/dvc.lock": text})
    (seen,) = made.history().entries
    assert seen.commits == ("0",)
    assert seen.entry == LockEntry(
        StageKey("p/q", "s@a/b"),
        "one\ntwo",
        (Entry("p/src/x.py", "md5:00"), Entry("remote://s/y", "etag:e")),
        (Entry("/abs/o", "md5:11", 5, None, False),),
        {"p/params.yaml": {"a.b": 1, "day": "2020-01-02"}},
    )
    assert seen.entry.key.address == "p/q/dvc.yaml:s@a/b"


def test_a_stage_file_of_dvc_0_is_an_entry_and_no_dataset() -> None:
    made = Made()
    made.commit(
        "0", {"d/model.dvc": "cmd: make\nwdir: ..\ndeps:\n- {path: in, md5: '00'}\nouts:\n- {path: o, md5: '11'}\n"}
    )
    made.commit("1", {"Dvcfile": "deps: [{path: o, md5: '11'}]\n"}, "0")
    history = made.history()
    assert {seen.entry.key.address: [out.path for out in seen.entry.outs] for seen in history.entries} == {
        "d/model.dvc": ["o"],
        "Dvcfile": [],
    }
    assert history.versions == {}


def test_entries_that_are_written_in_two_ways_are_one() -> None:
    made = Made()
    made.commit("0", {"dvc.lock": lock(s="o " + HASHES[0])})
    made.commit("1", {"dvc.lock": lock(s="o " + HASHES[0]).replace("    cmd: make s", '    cmd: "make s"')}, "0")
    history = made.history()
    assert [seen.commits for seen in history.entries] == [("0",)]
    assert history.at("0").locked == history.at("1").locked  # type: ignore[union-attr]


changes = st.lists(st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.text(max_size=2)), max_size=4))


@given(changes)
def test_files_are_a_dict(steps: list[dict[str, str | None]]) -> None:
    files, plain = Files(), {}
    for step in steps:
        before, old = files, dict(plain)
        files = files.changed(step)
        plain = {path: blob for path, blob in {**plain, **step}.items() if blob is not None}
        assert dict(files.items()) == plain
        assert dict(before.items()) == old
        assert (files is before) == (plain == old)
        assert all(files.get(path) == plain.get(path) for path in step)


def test_the_graph_of_a_clock_that_was_wrong() -> None:
    graph = parse_graph(b"30 p\n20 c p\n40 g c x\n10 x\n", frozenset({"p", "nowhere"}))
    assert list(graph.parents) == ["g", "c", "p", "x"]
    assert graph.time == {"g": 40_000, "c": 20_000, "p": 30_000, "x": 10_000}
    assert graph.cut == {"p"}
    assert "c" in graph
    assert "nowhere" not in graph


def test_parents_that_are_not_here_are_left_out() -> None:
    graph = parse_graph(b"30 c p q\n20 p\n")
    assert graph.parents == {"c": ("p",), "p": ()}
    assert graph.cut == {"c"}


@given(st.data())
def test_children_come_first_and_the_rest_stays(data: st.DataObject) -> None:
    names = [str(number) for number in range(data.draw(st.integers(0, 12)))]
    parents = {
        name: tuple(data.draw(st.lists(st.sampled_from(names[:at]), max_size=3, unique=True)) if at else ())
        for at, name in enumerate(names)
    }
    given_order = data.draw(st.permutations(names))
    order = children_first({name: parents[name] for name in given_order})
    assert sorted(order) == sorted(names)
    assert all(order.index(above) > order.index(name) for name in names for above in parents[name])
    right = list(reversed(names))
    assert children_first({name: parents[name] for name in right}) == right


@pytest.mark.parametrize("document", [{}, {"ids": "a", "parents": [1], "times": [1], "cut": [], "words": []}])
def test_a_broken_cache_is_no_walk(document: dict[str, object]) -> None:
    with pytest.raises((KeyError, IndexError)):
        walk_in(document)


def test_a_version_of_a_long_lock_holds_little() -> None:
    """A thousand of them are kept as long as somebody looks at a stage: each was 28 KiB, for one stage that moved."""

    def held(versions: int) -> int:
        made = Made()
        first = {f"s{at}": f"o{at} {'f' * 32}" for at in range(300)}
        before = (made.commit("first", {"dvc.lock": lock(**first)}),)
        for number in range(versions):
            stages = {f"s{at}": f"o{at} {number if at == number else 0:032x}" for at in range(300)}
            before = (made.commit(f"{number:040x}", {"dvc.lock": lock(**stages)}, *before),)
        walked, blobs = made.walked(), made.blobs()
        text = json.dumps([blobs.rows, blobs.blocks, blobs.digests])
        tracemalloc.start()
        try:
            history = history_of(walked, Blobs(*json.loads(text)), (), ())
            return tracemalloc.get_traced_memory()[0] if history.entries else 0
        finally:
            tracemalloc.stop()

    few, many = held(40), held(104)  # the sets of numbers that are kept for a while are as many
    assert few
    assert (many - few) / 64 < 5 << 10
