"""The timeline of a dataset: its moments, who used its versions, and how both are told."""

from __future__ import annotations

from dataclasses import replace

from churn_sample import DATASET, DAY, NOW, SHA
from mltui.model.data_files import ChangedFile, DirectoryChanges, Held
from mltui.model.dvc import Dataset, DatasetVersion, Gap
from mltui.model.lineage.graph import Edge, Graph, Node
from mltui.model.lineage.uses import uses
from mltui.model.remote import RemoteAnswer, RemoteAnswers
from mltui.model.timeline import Moment, node_of, timeline, version_at
from mltui.present.data import committed, dataset_rows
from mltui.present.data_changes import changed_rows, changes_signs, changes_text, few_changes, pair_title, unlisted
from mltui.present.data_scene import DataScene
from mltui.present.data_timeline import change_text, signed_size, timeline_rows
from mltui.present.data_version import moment_detail, moment_title
from mltui.present.text import ASCII, UNICODE, plain
from mltui.tui.places.data.reading import users

FIRST, SECOND, THIRD = DATASET.history
ID = f"data:{DATASET.path}@{THIRD.hash}"


def gap(sha: str, days: int, path: str = "data/customers.csv.dvc", reason: str = "not in this clone") -> Gap:
    return Gap(path, sha, NOW - days * DAY, reason)


def kinds(dataset: Dataset) -> list[str]:
    return [f"v{each.number}" if each.number else each.kind for each in timeline(dataset)]


def of(dataset: Dataset, number: int) -> Moment:
    return next(each for each in timeline(dataset) if each.number == number)


def told(moment: Moment, scene: DataScene, **more: object) -> str:
    return "\n".join(plain(each) for each in moment_detail(moment, scene, **more))  # type: ignore[arg-type]


def scene(dataset: Dataset = DATASET, **more: object) -> DataScene:
    return DataScene(dataset, NOW, UNICODE, **more)  # type: ignore[arg-type]


# Moments


def test_versions_newest_first_with_what_is_here_above() -> None:
    assert kinds(DATASET) == ["now", "v3", "v2", "v1"]
    assert of(DATASET, 3).former == SECOND
    assert of(DATASET, 1).former is None
    assert kinds(replace(DATASET, versions=None, history=())) == ["now"]


def test_gaps_stand_in_place_and_those_alike_as_one() -> None:
    gaps = (
        gap("b" * 40, 20),
        gap("c" * 40, 19),
        gap("d" * 40, 18, reason="is no YAML"),
        gap("e" * 40, 5),
        gap("f" * 40, 60, path="", reason="the history of this clone begins here (shallow)"),
    )
    dataset = replace(DATASET, gaps=gaps)
    assert kinds(dataset) == ["now", "v3", "gap", "v2", "gap", "gap", "v1", "beginning"]
    found = [each for each in timeline(dataset) if each.gaps]
    assert [[one.commit[0] for one in each.gaps] for each in found] == [["e"], ["d"], ["c", "b"], ["f"]]
    assert len({each.key for each in timeline(dataset)}) == 8
    rows = timeline_rows(timeline(dataset), scene(dataset))
    shown = ["  ".join(filter(None, map(plain, rows.row(at).cells))) for at in range(len(rows))]
    assert shown[5].endswith("not in this clone (2 commits)  ccccccc")
    assert "history begins here" in shown[-1]
    assert "data/customers.csv.dvc: not in this clone (2 commits)" in told(found[2], scene(dataset))
    assert "the history of this clone begins here (shallow)" in told(found[-1], scene(dataset))
    assert "git fetch --unshallow" in told(found[-1], scene(dataset))
    assert "cccccccccccc" in told(found[2], scene(dataset))


def test_numbers_and_nodes() -> None:
    assert version_at(DATASET, SECOND.hash) == 2
    assert version_at(DATASET, "md5:0") == 0
    assert node_of(DATASET, THIRD.hash) == ID
    assert node_of(DATASET, None) is None


def test_a_history_begins_below_the_version_that_its_first_commit_brought() -> None:
    begins = Gap("", FIRST.commit, FIRST.time, "the history of this clone begins here (shallow)")
    assert kinds(replace(DATASET, gaps=(begins,))) == ["now", "v3", "v2", "v1", "beginning"]


# Who used it


def graph(*edges: tuple[str, str, str]) -> Graph:
    ids = dict.fromkeys(id for source, target, _ in edges for id in (source, target))
    nodes = [Node(id.partition(":")[0], id, id.partition(":")[2]) for id in ids]  # type: ignore[arg-type]
    return Graph.of(nodes, [Edge(source, target, kind, f"rule {kind}") for source, target, kind in edges])  # type: ignore[arg-type]


JOIN = graph(
    (ID, "run:hare", "recorded"),
    (ID, "entry:clean@1#0", "inferred"),
    ("entry:clean@1#0", "data:clean.csv@md5:d4", "recorded"),
    (ID, "stage:train", "recorded"),
    ("stage:train", "run:of-that-stage", "inferred"),
    ("data:clean.csv@md5:d4", "run:lynx", "recorded"),
    ("data:clean.csv@md5:d4", "run:hare", "recorded"),
    ("data:clean.csv@md5:d4", ID, "inferred"),
    ("commit:1", "run:other", "recorded"),
    ("run:hare", "model:churn/4", "recorded"),
    ("model:churn/4", "alias:churn@champion", "recorded"),
)


def test_runs_that_read_it_and_those_that_read_what_was_made_of_it() -> None:
    hare, lynx = uses(JOIN, ID)
    assert (hare.run.label, hare.kind, hare.through) == ("hare", "recorded", ())
    assert [model.label for model, _ in hare.models] == ["churn/4"]
    assert (lynx.run.label, lynx.kind) == ("lynx", "inferred"), "a chain is worth its weakest link"
    assert [each.label for each in lynx.through] == ["clean.csv@md5:d4"]
    assert uses(JOIN, "data:nothing@md5:1") == ()


def test_a_version_that_was_renamed_is_found_by_either_name() -> None:
    moved = replace(SECOND, path="raw.csv")
    dataset = replace(DATASET, history=(FIRST, moved, THIRD))
    by_old = graph((f"data:raw.csv@{moved.hash}", "run:old", "recorded"))
    assert [use.run.label for use in users(by_old, dataset)(moved)] == ["old"]
    assert users(by_old, dataset)(THIRD) == ()


def test_users_are_told_with_the_kind_of_each_link() -> None:
    text = told(of(DATASET, 3), scene(uses=users(JOIN, DATASET)))
    assert "Runs that used it  2" in text
    assert "hare  recorded" in text
    assert "→ churn/4  @champion" in text
    assert "inferred" in text
    assert "through clean.csv@md5:d4; rule recorded" in text
    assert "reading…" in told(of(DATASET, 3), scene())
    assert "the store is broken" in told(of(DATASET, 3), scene(no_uses="the store is broken"))
    rows = timeline_rows(timeline(DATASET), scene(uses=users(JOIN, DATASET)))
    at = [column.key for column in rows.columns].index("used")
    assert [plain(rows.row(row).cells[at]) for row in range(4)] == ["", "2 runs", "", ""]


# How a version is told


def test_deltas() -> None:
    assert change_text(THIRD, SECOND) == "+50.0 kB"
    assert change_text(replace(FIRST, nfiles=3, size=10), replace(FIRST, nfiles=15, size=12)) == "-2 B, -12 files"
    assert change_text(replace(FIRST, size=None), SECOND) == ""
    assert change_text(FIRST, None) == ""
    assert signed_size(5, 5) == "="


def test_refs_are_tips_first_then_how_many_have_it_in_their_history() -> None:
    named = replace(THIRD, tips=("main", "v1.0"), refs=("main", "v1.0", "next"))
    inside = replace(SECOND, refs=("main", "v1.0", "next"))
    dataset = replace(DATASET, history=(replace(FIRST, refs=()), inside, named))
    rows = timeline_rows(timeline(dataset), scene(dataset))
    at = [column.key for column in rows.columns].index("refs")
    assert [plain(rows.row(row).cells[at]) for row in range(4)] == ["v3", "main, v1.0 +1", "in 3 refs", ""]
    assert "main, v1.0; in the history of 1 other ref: next" in told(of(dataset, 3), scene(dataset))
    assert "in the history of 3 refs: main, v1.0, next" in told(of(dataset, 2), scene(dataset))
    assert "refs" not in told(of(dataset, 1), scene(dataset))


def test_where_a_version_lay_before_a_rename() -> None:
    dataset = replace(DATASET, history=(replace(FIRST, path="raw.csv"), replace(SECOND, path="raw.csv"), THIRD))
    assert f"raw.csv, until {SHA[1][:7]} at the latest" in told(of(dataset, 1), scene(dataset))
    assert "raw.csv; now data/customers.csv" in told(
        of(replace(dataset, history=dataset.history[:2]), 2), scene(replace(dataset, history=dataset.history[:2]))
    )
    columns = [column.key for column in timeline_rows(timeline(dataset), scene(dataset)).columns]
    assert "path" in columns
    assert "path" not in [column.key for column in timeline_rows(timeline(DATASET), scene()).columns]


def test_the_cache_and_the_remote() -> None:
    moment = of(DATASET, 3)
    assert "✓ in the cache" in told(moment, scene(held={THIRD.hash: Held(1, 1)}))
    assert "not there: dvc fetch data/customers.csv.dvc" in told(moment, scene(held={THIRD.hash: Held(0, 1)}))
    older = told(of(DATASET, 2), scene(held={SECOND.hash: Held(0, 1)}))
    assert "not there: dvc fetch --all-commits data/customers.csv.dvc" in older
    part = told(moment, scene(held={THIRD.hash: Held(12, 30)}))
    assert "12 of 30 files: dvc fetch" in part
    assert "nor its manifest" in told(moment, scene(held={THIRD.hash: Held(0, 0, listed=False)}))
    assert "DVC has no default remote: dvc remote add -d NAME URL" in told(moment, scene())
    remote = RemoteAnswers("store", "s3://b", {THIRD.hash: RemoteAnswer(True, NOW - 3 * 3_600_000)})
    assert "✓ on store (s3://b), asked 3 h ago" in told(moment, scene(remote=remote))
    assert "not asked: u asks store (s3://b)" in told(of(DATASET, 2), scene(remote=remote))
    gone = replace(remote, answers={THIRD.hash: RemoteAnswer(False, NOW)})
    assert "○ not on store (s3://b), asked now" in told(moment, scene(remote=gone))
    failed = told(moment, scene(remote=gone, trouble="nobody is at home"))
    assert "last asked nobody is at home" in " ".join(failed.split())
    assert "○ not on store (s3://b), answered a moment ago" in failed
    assert "answered 3 h ago" in told(moment, scene(remote=remote, trouble="nobody is at home"))
    rows = timeline_rows(timeline(DATASET), scene(held={THIRD.hash: Held(12, 30)}, remote=remote))
    keys = [column.key for column in rows.columns]
    assert plain(rows.row(1).cells[keys.index("cache")]) == "12 of 30"
    assert plain(rows.row(1).cells[keys.index("remote")]) == "✓"
    assert plain(rows.row(2).cells[keys.index("remote")]) == ""


def test_what_is_not_committed_is_said_with_what_to_do() -> None:
    odd = replace(DATASET, address="data/a b.csv.dvc", hash="md5:" + "9" * 32)
    assert plain(committed(odd)) == "not yet: git add 'data/a b.csv.dvc' && git commit"
    assert plain(committed(replace(odd, address="sub/dvc.yaml:train"))) == "not yet: git add sub/dvc.lock && git commit"
    assert plain(committed(replace(odd, hash=None))).endswith("dvc commit 'data/a b.csv.dvc'")
    assert plain(committed(replace(odd, hash=None, address="train"))).endswith("dvc repro train")
    assert plain(committed(replace(odd, versions=None))) == "reading the history"
    assert plain(committed(DATASET)) == "as v3"
    rows = timeline_rows(timeline(odd), scene(odd))
    assert "not committed yet" in "".join(map(plain, rows.row(0).cells))


def test_titles() -> None:
    assert moment_title(of(DATASET, 2), DATASET) == "data/customers.csv v2"
    assert moment_title(timeline(DATASET)[0], DATASET) == "data/customers.csv"
    assert pair_title(DATASET, FIRST.hash, "md5:new", ASCII) == "v1 -> now"


def test_the_newest_version_orders_datasets() -> None:
    rows = dataset_rows((DATASET,), UNICODE, NOW)
    assert plain(rows.row(0).cells[[column.key for column in rows.columns].index("changed")]) == "4 d"
    assert "changed" not in [column.key for column in dataset_rows((DATASET,), UNICODE).columns]


# What two versions differ in

CHANGES = DirectoryChanges(
    {"added": 1, "removed": 20, "renamed": 1},
    (
        ChangedFile("renamed", "b", "a"),
        ChangedFile("added", "n\x1bew"),
        *(ChangedFile("removed", f"r{at:02}") for at in range(20)),
    ),
    7,
)


def test_changes_are_counted_and_the_first_ones_named() -> None:
    assert changes_text(CHANGES) == "1 added, 20 removed, 1 renamed, 7 as they were"
    assert changes_signs(CHANGES, UNICODE) == "+1  -20  →1"
    lines = [plain(each) for each in few_changes(CHANGES, UNICODE)]
    assert lines[1:3] == ["→ a → b", "+ n␛ew"]
    assert lines[-1] == "and 10 more: mark both versions with space"
    assert changes_text(DirectoryChanges(same=3)) == "no file differs, 3 as they were"
    unsought = replace(CHANGES, renames_sought=False)
    assert "nobody looked" in plain(few_changes(unsought, UNICODE)[1])
    assert "renames not sought" in changes_signs(unsought, UNICODE)


def test_changed_files_as_rows() -> None:
    rows = changed_rows(CHANGES, ASCII)
    assert [plain(cell) for cell in rows.row(0).cells] == ["->", "renamed", "b", "a"]
    assert rows.key(1) == "added n\x1bew"
    assert plain(rows.sorted("kind").row(0).cells[1]) == "added"


def test_a_list_that_is_not_there_is_said_with_its_command() -> None:
    both = [plain(each) for each in unlisted(DATASET, (FIRST.hash, THIRD.hash))]
    assert both == [
        "the manifest of v1 is not in the cache: dvc fetch --all-commits data/customers.csv.dvc",
        "the manifest of v3 is not in the cache: dvc fetch data/customers.csv.dvc",
    ]
    (older,) = unlisted(DATASET, (FIRST.hash, SECOND.hash))
    assert plain(older).startswith("the manifest of v1 and v2 is not in the cache")


def test_a_version_of_no_size_is_told_all_the_same() -> None:
    bare = DatasetVersion("etag:abc", None, None, SHA[0], "Ada", NOW)
    dataset = replace(DATASET, history=(bare,), versions=1)
    text = told(of(dataset, 1), scene(dataset))
    assert "not known" in text
    assert "not DVC's to keep" in text
