"""The pipeline's status is DVC's own after any mutations of the worktree, looked at after each of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dvc_project as dp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mltui.sources.dvc.pipeline import PipelineSource

pytestmark = pytest.mark.real

#: MLTUI_WALKS=100 goes further than CI does, and another way each time.
WALKS = int(os.environ.get("MLTUI_WALKS", "0"))

FILES = ("raw.txt", "train.sh", "conf.json", "params.yaml", "model.bin", "m.json", "data/prep.txt", "inside.txt")
DIRECTORIES = ("images", "parts")
PARAMS = (
    ("params.yaml", "prepare:\n  n: {}\n"),
    ("conf.json", '{{"lr": {}, "other": 1}}'),
    ("conf.toml", "[a]\nb = {}\n"),
    ("conf.py", "EPOCHS = {}\n"),
    ("whole.yaml", "k: {}\nl: {{m: 2}}\n"),
)
COMMANDS = ("cp data/prep.txt", "cp parts/two", "cp ../train.sh", "echo two")

Mutation = tuple[str, int, int]


def touch(root: Path, which: int, how: int) -> None:
    path = root / FILES[which % len(FILES)]
    if path.exists():
        os.utime(path, ns=(10**18 + how, 10**18 + how))


def edit(root: Path, which: int, how: int) -> None:
    path = root / FILES[which % len(FILES)]
    if path.name in ("raw.txt", "train.sh", "model.bin", "prep.txt", "inside.txt") and path.parent.is_dir():
        path.unlink(missing_ok=True)  # an out may be a link into the cache
        path.write_text(f"edited {how}\n")


def delete(root: Path, which: int, how: int) -> None:
    path = root / (*FILES, *DIRECTORIES)[which % (len(FILES) + len(DIRECTORIES))]
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def change_param(root: Path, which: int, how: int) -> None:
    name, text = PARAMS[which % len(PARAMS)]
    (root / name).write_text(text.format(how))


def edit_command(root: Path, which: int, how: int) -> None:
    path, command = root / "dvc.yaml", COMMANDS[which % len(COMMANDS)]
    path.write_text(path.read_text().replace(command, command + " " * (1 + how % 3), 1))


def add_stage(root: Path, which: int, how: int) -> None:
    name = f"more{which}x{how}"
    declared = f"\n  {name}:\n    cmd: cp train.sh {name}.txt\n    deps: [train.sh]\n    outs: [{name}.txt]\n"
    path = root / "dvc.yaml"
    if name not in path.read_text():
        path.write_text(path.read_text() + declared)


def replace_inside(root: Path, which: int, how: int) -> None:
    folder = root / DIRECTORIES[which % len(DIRECTORIES)]
    if folder.is_dir():
        inside = sorted(path for path in folder.rglob("*") if path.is_file())
        path = inside[how % len(inside)] if inside else folder / "new"
        path.unlink(missing_ok=True)
        path.write_text(f"other {how}\n")


MUTATIONS: dict[str, Callable[[Path, int, int], None]] = {
    each.__name__: each for each in (touch, edit, delete, change_param, edit_command, add_stage, replace_inside)
}
WALK = st.lists(
    st.tuples(st.sampled_from(sorted(MUTATIONS)), st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4
)


@pytest.fixture(scope="module")
def made(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path_factory.mktemp("site")))
        return dp.make(tmp_path_factory.mktemp("made") / "project")


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path, PipelineSource]]:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    project = dp.copy(made, tmp_path / "project")
    reader = dp.source(project)
    yield made, project, reader
    reader.close()


@settings(
    max_examples=WALKS or 25,
    deadline=None,
    derandomize=not WALKS,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=WALK)
def test_status_is_dvcs_own(place: tuple[Path, Path, PipelineSource], walk: list[Mutation]) -> None:
    """One long-lived child through all walks, as in the app: 25 walks of four mutations are a hundred."""
    made, project, reader = place
    restore(made, project)
    for name, which, how in walk:
        MUTATIONS[name](project, which, how)
        pipeline = reader.load()
        assert dp.entries(pipeline) == dp.own_status(project), walk
        assert dp.addresses(pipeline) == set(dp.own_addresses(project)), walk


def restore(made: Path, project: Path) -> None:
    """Put everything back but git's and DVC's own directories, in place."""
    for path in project.iterdir():
        if path.name not in (".git", ".dvc"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in made.iterdir():
        if path.name not in (".git", ".dvc"):
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, project / path.name)
