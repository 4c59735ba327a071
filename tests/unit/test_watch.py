"""Which directories are watched, which file systems are polled, and that a change is noticed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mltui.model.dvc import Entry, Pipeline, Stage
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project
from mltui.sources.watch import LIMIT, Watch, directories, file_system

MOUNTS = (("/", "ext4"), ("/home", "nfs4"), ("/home/ada/local", "xfs"), ("/data", "lustre"), ("/mnt/s", "fuse.sshfs"))


def stage(name: str, deps: tuple[str, ...] = (), outs: tuple[str, ...] = ()) -> Stage:
    path = f"{name}/dvc.yaml"
    return Stage(name, path, name, "fresh", deps=tuple(map(Entry, deps)), outs=tuple(map(Entry, outs)))


def project(root: Path) -> Project:
    git = root / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    return Project(root, root, git, git)


def test_git_the_root_and_what_stages_depend_on_are_watched(tmp_path: Path) -> None:
    for name in ("train", "src", "other"):
        (tmp_path / name).mkdir()
    pipeline = Pipeline(stages=(stage("train", deps=("src/train.py",)),))
    watched = directories(project(tmp_path), pipeline)
    assert set(watched) == {tmp_path / path for path in (".git", ".git/refs/heads", "", "train", "src")}


def test_data_and_outputs_are_never_watched(tmp_path: Path) -> None:
    for name in ("train", "data/raw", "models"):
        (tmp_path / name).mkdir(parents=True)
    inner = stage("train", deps=("data/raw/a.csv", "models/m.pkl"), outs=("data/raw", "models"))
    watched = directories(project(tmp_path), Pipeline(stages=(inner,)))
    assert not {tmp_path / "data" / "raw", tmp_path / "models"} & set(watched)


def test_no_more_than_the_limit(tmp_path: Path) -> None:
    for at in range(LIMIT + 50):
        (tmp_path / f"s{at}").mkdir()
    stages = tuple(stage(f"s{at}") for at in range(LIMIT + 50))
    assert len(directories(project(tmp_path), Pipeline(stages=stages))) == LIMIT


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/usr/x", "ext4"),
        ("/home/ada", "nfs4"),
        ("/home/ada/local/repo", "xfs"),
        ("/homestead", "ext4"),
        ("/data", "lustre"),
    ],
)
def test_the_deepest_mount_tells_the_file_system(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


def test_a_change_is_noticed_and_the_journal_of_a_store_is_not(tmp_path: Path) -> None:
    stop = threading.Event()
    seen = []
    for moved in Watch((tmp_path,), stop, 0.4):
        seen.append(moved)
        if len(seen) == 1:
            (tmp_path / "mlflow.db-journal").touch()
        if len(seen) == 2:
            (tmp_path / "params.yaml").touch()
        if moved or len(seen) > 40:
            stop.set()
    assert seen[:2] == [False, False]
    assert seen[-1]


def test_without_directories_it_only_keeps_time(tmp_path: Path) -> None:
    stop = threading.Event()
    seen = []
    for moved in Watch((), stop, 0.01):
        seen.append(moved)
        if len(seen) == 3:
            stop.set()
    assert seen == [False] * 3


def test_refs_that_are_kept_in_tables(tmp_path: Path) -> None:
    """The git of Debian makes no reftables; where they lie is in its Documentation/technical/reftable.txt."""
    opened = project(tmp_path)
    tables = tmp_path / ".git" / "reftable"
    tables.mkdir()
    before = refs_fingerprint(opened)
    (tables / "tables.list").write_text("0x1-0x1-a.ref\n")
    assert refs_fingerprint(opened) != before
    assert tables in directories(opened, None)


def test_a_store_that_is_written_all_the_time_does_not_keep_the_rest_from_being_looked_at(tmp_path: Path) -> None:
    """A training commits several times a second; its files tell nothing, and its writes come before any timeout."""
    stop, over = threading.Event(), threading.Event()

    def train() -> None:
        for _ in range(6000):
            (tmp_path / "mlflow.db").write_text("x")
            (tmp_path / "mlflow.db-journal").write_text("x")
            if over.wait(0.02):
                return
        stop.set()

    writer = threading.Thread(target=train, daemon=True)
    looks = iter(Watch([tmp_path], stop, 0.4))
    writer.start()
    assert [next(looks), next(looks)] == [False, False]
    assert writer.is_alive()
    over.set()
    stop.set()


def test_a_watch_that_begins_is_followed_by_a_look_at_everything() -> None:
    """What changed while the one before it ended was seen by neither, and half a minute long by nobody."""
    from mltui.sources.pulse import STORE_FEEDS, Pulse

    kicked: list[tuple[str, ...]] = []

    class Feeds:
        def kick(self, *names: str) -> None:
            kicked.append(names)

    pulse = Pulse(None, Feeds())  # type: ignore[arg-type]  # a workspace is for its thread
    pulse._watched([False, False, True])  # type: ignore[arg-type]
    assert kicked == [(), STORE_FEEDS, ()]
