"""Why two things differ: nothing of a thing and itself, the same from either side, and never a guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.mirrors import mirrored

from mltui.model.data_files import changes
from mltui.model.difference import Between, CodeChange, Difference, NotRead, Row, TableChange, differences
from mltui.model.metric import PrimaryMetric
from mltui.model.side import Datum, Side

_names = st.sampled_from(["a", "b", "a.b", "x/a", "lr", "train.lr", "f.yaml:lr"])
_values = st.sampled_from(["1", "1.0", "0.5", "x", ""])
_texts = st.dictionaries(_names, _values, max_size=4)
_floats = st.dictionaries(_names, st.floats(allow_nan=True), max_size=3)
_hashes = st.sampled_from([None, "md5:aa", "md5:bb", "etag:aa", "md5:cc.dir"])
_data = st.dictionaries(
    _names,
    st.builds(
        Datum,
        path=st.just(""),
        hash=_hashes,
        basis=st.sampled_from(["recorded", "inferred", "in the tree", "unknown"]),
        made_by=st.sampled_from(["", "train"]),
    ),
    max_size=3,
)
_sides = st.builds(
    Side,
    kind=st.sampled_from(["run", "commit", "worktree"]),
    id=_names,
    label=_names,
    run=st.sampled_from(["", "r1"]),
    data=st.none() | _data,
    tree=_data,
    params=_texts,
    locked=_texts,
    metrics=_floats,
    commands=st.none() | _texts,
    required=st.none() | st.dictionaries(_names, _texts, max_size=2),
    packages=_texts,
    deps=st.frozensets(_names, max_size=2),
    in_git=st.frozensets(_names, max_size=3),
    told_elsewhere=st.frozensets(_names, max_size=1),
    code=st.dictionaries(_names, st.sampled_from("12"), max_size=3),
    edited=st.frozensets(_names, max_size=2),
    diff=st.sampled_from(["", "d1", "d2"]),
)
_numbers = st.none() | st.integers(0, 9)
_code = st.builds(CodeChange, _names, st.sampled_from("AMDT"), _numbers, _numbers, _numbers, st.just(""), st.booleans())
_betweens = st.builds(
    Between,
    code=st.none() | st.lists(_code, max_size=3, unique_by=lambda each: each.path).map(tuple),
    contents=st.dictionaries(_names, st.just(TableChange((1, 2), 1, 0)) | st.just(NotRead("why")), max_size=2),
)


def _seen(found: Difference, *, turned: bool = False) -> set[Any]:
    """What a difference says, as said from the other side if `turned`."""

    def one(row: Row) -> tuple[Any, ...]:
        old, new, data = (row.new, row.old, row.data[::-1]) if turned else (row.old, row.new, row.data)
        detail = mirrored(row.detail) if turned and row.detail is not None else row.detail
        return repr((row.section, row.key, old, new, row.changed, row.of, data, row.used, row.inside, detail, row.role))

    return {one(row) for section in found.sections for row in section.rows}


@given(_sides)
def test_a_thing_does_not_differ_from_itself(side: Side) -> None:
    found = differences(side, side)
    assert not [row for section in found.sections for row in section.changed]
    assert not found.explained


@given(_sides, _sides, _betweens)
def test_it_is_the_same_from_either_side(old: Side, new: Side, between: Between) -> None:
    there, back = differences(old, new, between), differences(new, old, mirrored(between))
    assert _seen(there) == _seen(back, turned=True)
    assert sorted(there.unknowns) == sorted(back.unknowns)
    assert [each.section for each in there.sections] == [each.section for each in back.sections]


@given(_sides, _sides, _betweens)
def test_what_changed_comes_first(old: Side, new: Side, between: Between) -> None:
    found = differences(old, new, between)
    assert found.sections[-1].section == "metrics"
    for section in found.sections:
        states = [0 if row.changed else 1 if row.changed is None else 2 for row in section.rows]
        assert states == sorted(states)
    sure = [any(row.used for row in each.changed) for each in found.sections[:-1]]
    assert sure == sorted(sure, reverse=True)


def test_data_of_a_run_that_only_lay_in_the_tree_is_no_use_of_it() -> None:
    lay = {"d.csv": Datum("d.csv", "md5:aa", "in the tree")}
    other = {"d.csv": Datum("d.csv", "md5:bb", "in the tree")}
    old = Side("run", "1", "one", run="1", tree=lay)
    new = Side("run", "2", "two", run="2", tree=other, params={"lr": "1"})
    found = differences(old, new)
    (row,) = found.of("data").rows
    assert (row.changed, row.used) == (True, False)
    assert found.of("data").unknown == "what one and two read is not known"
    assert [each.section for each in found.sections][:2] == ["params", "data"]
    read = replace(new, data={"d.csv": Datum("d.csv", "md5:bb", "recorded")}, tree={})
    assert not differences(old, read).of("data").rows[0].used
    (sure,) = (
        differences(replace(old, data=lay | {"d.csv": Datum("d.csv", "md5:aa", "inferred")}), read).of("data").rows
    )
    assert (sure.changed, sure.used) == (True, True)


def test_that_one_run_has_no_edge_is_no_change() -> None:
    old = Side("run", "1", "one", run="1", data={"d.csv": Datum("d.csv", "md5:aa", "recorded")})
    new = Side("run", "2", "two", run="2", data={"e.csv": Datum("e.csv", "md5:aa", "recorded")})
    assert [row.changed for row in differences(old, new).of("data").rows] == [None, None]
    commit = Side("commit", "c", "c", data={})
    assert [row.changed for row in differences(old, commit).of("data").rows] == [True]


def test_datasets_logged_in_mlflow_are_compared_by_their_digests() -> None:
    old, new, other = (
        Side("run", at, at, run=at, inputs={"wine": Datum("wine", f"digest:{digest}", "recorded")} if digest else {})
        for at, digest in (("1", "aa"), ("2", "bb"), ("3", ""))
    )
    (row,) = differences(old, new).of("data").rows
    assert (row.changed, row.used, row.old, row.new) == (True, True, "aa", "bb")
    assert [row.changed for row in differences(old, other).of("data").rows] == [None]
    assert differences(old, new).of("data").unknown == "what 1 and 2 read is not known"


def test_hashes_of_two_kinds_can_not_be_compared() -> None:
    sides = [Side("commit", "c", "c", data={"d": Datum("d", hash, "in the tree")}) for hash in ("md5:aa", "etag:aa")]
    (row,) = differences(*sides).of("data").rows
    assert row.changed is None


def test_params_of_a_run_and_of_files_are_matched_by_their_last_part_where_that_is_unambiguous() -> None:
    run = Side("run", "1", "one", run="1", params={"lr": "1e-05", "depth": "6", "extra": "1"})
    files = Side("commit", "c", "c", params={"train.lr": "0.00001", "a.depth": "6", "b.depth": "7", "seed": "1"})
    rows = {row.key: row for row in differences(run, files).of("params").rows}
    assert (rows["lr"].changed, rows["lr"].of) == (False, "train.lr")
    assert rows["depth"].changed is None
    assert {key for key, row in rows.items() if row.changed is None} == {"depth", "a.depth", "b.depth", "extra", "seed"}
    assert not differences(run, files).of("params").changed


def test_what_dvc_lock_recorded_is_told_where_it_differs_otherwise() -> None:
    """The params file is edited, the results are still those of the former value."""
    old = Side("commit", "a", "a", params={"lr": "0.88"}, locked={"lr": "0.88"})
    new = Side("commit", "b", "b", params={"lr": "0.5"}, locked={"lr": "0.88"})
    rows = differences(old, new).of("params").rows
    assert [(row.key, row.changed, row.of) for row in rows] == [("lr", True, ""), ("lr", False, "dvc.lock")]


def test_what_a_run_had_is_not_called_missing_where_dvc_lock_calls_it_otherwise() -> None:
    run = Side("run", "r", "r", run="r", params={"epochs": "32"})
    files = Side("worktree", "w", "w", params={"train.epochs": "48"}, locked={"train.epochs": "32"})
    for old, new in ((run, files), (files, run)):
        rows = differences(old, new).of("params").rows
        assert [(row.key, row.changed, row.of) for row in rows] == [
            ("epochs", True, "train.epochs"),
            ("train.epochs", False, "dvc.lock"),
        ]


def test_code_is_what_no_other_section_tells_of() -> None:
    changes = tuple(CodeChange(path, "M", 1, 1) for path in ("src/a.py", "dvc.lock", "README.md", "dvc.yaml", "s.py"))
    old = Side("commit", "a", "a", deps=frozenset({"src"}), told_elsewhere=frozenset({"dvc.lock"}))
    new = Side("run", "b", "b", run="b", script="s.py")
    found = differences(old, new, Between(changes))
    roles = {row.key: row.role for row in found.of("code").rows}
    assert roles == {"src/a.py": "dep", "s.py": "script", "dvc.yaml": "declares", "README.md": "other"}
    assert list(roles) == [row.key for row in found.of("code").rows]
    assert [row.key for row in found.narrowed().of("code").rows] == ["src/a.py", "s.py", "dvc.yaml"]


def test_code_that_could_not_be_read_is_no_code_without_changes() -> None:
    found = differences(Side("commit", "a", "a"), Side("commit", "b", "b"), Between(None, "it is not here"))
    assert found.of("code").unknown == "it is not here"


def test_better_only_where_somebody_said_which_way() -> None:
    sides = [
        Side("run", name, name, run=name, metrics={"auc": at, "loss": at}) for name, at in (("a", 1.0), ("b", 2.0))
    ]
    found = differences(*sides, None, {"loss": "min"}, PrimaryMetric("auc", None, guessed=True))
    assert {row.key: row.better for row in found.of("metrics").rows} == {"auc": None, "loss": False}
    assert found.headline is not None
    assert found.headline.delta == 1.0


def test_a_directory_from_the_other_version_is_the_mirror() -> None:
    old = [("a", "1"), ("b", "2"), ("c", "3"), ("e", "9")]
    new = [("b", "2"), ("c", "4"), ("d", "5"), ("f", "9")]
    assert changes(old, new).counts == {"added": 1, "removed": 1, "modified": 1, "renamed": 1}
    assert mirrored(changes(old, new)) == changes(new, old)
