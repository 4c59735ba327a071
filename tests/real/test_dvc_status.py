"""The pipeline's status against DVC's own, through every kind of change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dvc_project as dp
import pytest

from mltui.model.dvc import Reason
from mltui.sources.dvc.pipeline import PipelineSource

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def made(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path_factory.mktemp("site")))
        return dp.make(tmp_path_factory.mktemp("made") / "project")


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    return dp.copy(made, tmp_path / "project")


@pytest.fixture
def reader(project: Path) -> Iterator[PipelineSource]:
    found = dp.source(project)
    yield found
    found.close()


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        text = path.read_text()
        assert old in text
        path.unlink()  # an out may be a link into the cache
        path.write_text(text.replace(old, new))

    return change


def append(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content + b"more\n")

    return change


def delete(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda root: None,
    "touch": lambda root: os.utime(root / "train.sh"),
    "source edited": append("train.sh"),
    "data edited": append("raw.txt"),
    "data deleted": delete("raw.txt"),
    "file in a tracked directory": append("images/deep/2.png"),
    "new file in a tracked directory": lambda root: dp.write(root, {"images/3.png": "3"}),
    "file of a tracked directory deleted": delete("images/1.png"),
    "tracked directory deleted": delete("images"),
    "yaml param": replace("params.yaml", "3", "4"),
    "yaml param gone": replace("params.yaml", "n:", "m:"),
    "params file gone": delete("params.yaml"),
    "json param": replace("conf.json", "0.1", "0.2"),
    "json param nobody named": replace("conf.json", '"other": 1', '"other": 2'),
    "toml param": replace("conf.toml", "1", "2"),
    "python param": replace("conf.py", "5", "6"),
    "whole params file": replace("whole.yaml", "k: 1", "n: 1"),
    "out edited": append("model.bin"),
    "out deleted": delete("model.bin"),
    "uncached out edited": append("inside.txt"),
    "uncached out deleted": delete("inside.txt"),
    "metric edited": append("m.json"),
    "file in an out directory": append("parts/two"),
    "out directory deleted": delete("parts"),
    "command": replace("dvc.yaml", "cp parts/two", "cp  parts/two"),
    "foreach item added": replace("dvc.yaml", "[a, b]", "[a, b, c]"),
    "matrix item added": replace("dvc.yaml", "[1, 2]", "[1, 2, 3]"),
    "local variable": replace("dvc.yaml", "suffix: txt", "suffix: md"),
    "vars file": replace("vars.yaml", "templ", "other"),
    "wdir": replace("dvc.yaml", "    wdir: sub\n", ""),
    "frozen thawed": replace("dvc.yaml", "frozen: true", "frozen: false"),
    "new dep": replace("dvc.yaml", "deps: [model.bin]", "deps: [model.bin, conf.py]"),
    "new out": replace("dvc.yaml", "outs: [model.bin]", "outs: [model.bin, extra.bin]"),
    "stage renamed": replace("dvc.yaml", "  folder:", "  renamed:"),
    "lock deleted": delete("dvc.lock"),
    "lock of another stage": replace("dvc.lock", "  folder:", "  gone:"),
    "second dvc.yaml deleted": delete("other/dvc.yaml"),
    "second dvc.yaml empty": lambda root: (root / "other/dvc.yaml").write_text(""),
    ".dvc file deleted": delete("raw.txt.dvc"),
    "cache emptied": lambda root: [shutil.rmtree(path) for path in (root / ".dvc/cache/files/md5").iterdir()],
    "dvcignored": lambda root: dp.write(root, {".dvcignore": "other/\n"}),
    "gitignored": lambda root: dp.write(root, {".gitignore": "other/dvc.yaml\n"}),
    "new .dvc file": lambda root: dp.write(
        root, {"x.dvc": "outs:\n- path: x\n  md5: d41d8cd98f00b204e9800998ecf8427e\n"}
    ),
    "params.yaml beside another dvc.yaml": lambda root: dp.write(root, {"other/params.yaml": "a: 1\n"}),
    "cache elsewhere": lambda root: dp.write(root, {".dvc/config.local": "[cache]\n    dir = /nowhere/at/all\n"}),
}


def restored(made: Path, project: Path) -> None:
    """Put the project back as it was, in place."""
    for path in sorted(project.rglob("*"), reverse=True):
        other = made / path.relative_to(project)
        if ".git" in path.parts or (other.exists() and path.is_dir()):
            continue
        if not other.exists():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(made.rglob("*")):
        target = project / path.relative_to(made)
        if ".git" in path.parts or path.is_dir():
            target.mkdir(exist_ok=True) if path.is_dir() else None
        elif not target.exists() or target.read_bytes() != path.read_bytes():
            target.unlink(missing_ok=True)
            shutil.copy2(path, target)


def test_every_change_is_seen_as_dvc_sees_it(made: Path, project: Path, reader: PipelineSource) -> None:
    """One long-lived child, as in the app: after each change only what moved is asked again."""
    for name, change in CHANGES.items():
        restored(made, project)
        assert reader.load().settled, name
        seen = reader.fingerprint()
        change(project)
        remembered = dp.source(project).remembered()
        assert remembered is not None
        assert remembered.settled == (name == "nothing"), name
        assert (reader.fingerprint() == seen) == (name == "nothing"), name
        pipeline = reader.load()
        assert dp.entries(pipeline) == dp.own_status(project), name
        assert dp.addresses(pipeline) == set(dp.own_addresses(project)), name
        assert not pipeline.problems, name
        fresh = {one.address for one in (*pipeline.stages, *pipeline.datasets) if one.status == "fresh"}
        assert fresh.isdisjoint(dp.entries(pipeline)), name


@pytest.mark.parametrize("name", ["source edited", "yaml param", "command", "out deleted", "cache emptied"])
def test_a_new_process_asks_only_for_what_moved(made: Path, project: Path, name: str) -> None:
    dp.load(project)
    CHANGES[name](project)
    pipeline = dp.load(project)
    assert dp.entries(pipeline) == dp.own_status(project)


def test_the_very_commands_agree(project: Path) -> None:
    CHANGES["source edited"](project)
    pipeline = dp.load(project)
    assert dp.entries(pipeline) == json.loads(dp.dvc(project, "status", "--json", "--no-updates"))
    listed = dp.dvc(project, "stage", "list", "--all", "--name-only").split()
    assert dp.addresses(pipeline) == set(listed)
    order = [stage.address for stage in pipeline.stages]
    assert order == [name for name in listed if name in order]


def test_statuses_reasons_and_graph(project: Path) -> None:
    CHANGES["yaml param"](project)
    CHANGES["source edited"](project)
    CHANGES["command"](project)
    pipeline = dp.load(project)
    by = {stage.address: stage for stage in pipeline.stages}
    assert by["prepare"].status == "stale"
    assert by["prepare"].reasons == (Reason("param", "params.yaml", "modified", "prepare.n", 3, 4),)
    assert by["prepare"].params == {"params.yaml": {"prepare.n": 4}}
    assert by["prepare"].parents == ("raw.txt.dvc",)
    assert by["train"].upstream == ("prepare",)
    (reason,) = by["train"].reasons
    assert (reason.kind, reason.path, reason.change) == ("dep", "train.sh", "modified")
    assert reason.old != reason.new
    assert str(reason.new).startswith("md5:")
    assert by["folder"].status == "stale"
    assert by["folder"].dvc == ()
    assert set(by["folder"].upstream) == {"prepare", "train"}
    (reason,) = by["inside"].reasons
    assert (reason.kind, reason.old, reason.new) == ("command", "cp parts/two inside.txt", "cp  parts/two inside.txt")
    assert by["inside"].parents == ("folder",)
    assert by["cold"].frozen
    assert by["named/deep"].wdir == "sub"
    assert by["cold"].status == "fresh"
    assert [reason.kind for reason in by["callback"].reasons] == ["always"]
    assert by["prepare"].desc == "makes it ready"
    assert by["other/dvc.yaml:also"].cmd == "cp ../train.sh one.txt\ncp ../train.sh two.txt"
    assert by["other/dvc.yaml:also"].outs[0].path == "other/one.txt"
    assert by["named/deep"].outs[0].path == "sub/templ.txt"
    assert by["train"].metrics == ("m.json",)
    assert by["train"].plots == ("p.csv",)
    assert pipeline.metric_keys == ("auc", "deep.f1")
    assert not pipeline.cache_empty
    data = {one.path: one for one in pipeline.datasets}
    assert set(data) == {"raw.txt", "images"}
    assert str(data["images"].hash).endswith(".dir")
    assert (data["images"].nfiles, data["images"].size, data["images"].versions) == (2, 3, 1)
    assert data["raw.txt"].history[0].author == "Ada"


def test_missing(project: Path) -> None:
    CHANGES["cache emptied"](project)
    for name in ("model.bin", "raw.txt", "images"):
        delete(name)(project)
    pipeline = dp.load(project)
    by = {stage.address: stage for stage in pipeline.stages}
    assert by["train"].status == "missing"
    assert {one.path: one.status for one in pipeline.datasets} == {"raw.txt": "missing", "images": "missing"}
    assert pipeline.cache_empty


def test_no_lock_entry_is_missing(project: Path) -> None:
    CHANGES["foreach item added"](project)
    by = {stage.address: stage for stage in dp.load(project).stages}
    assert by["loop@c"].status == "missing"
    assert by["loop@a"].status == "fresh"


def test_remembered(project: Path) -> None:
    assert dp.source(project).remembered() is None
    pipeline = dp.load(project)
    again = dp.source(project).remembered()
    assert again == pipeline
    CHANGES["source edited"](project)
    again = dp.source(project).remembered()
    assert again is not None
    assert not again.settled
    assert again.stages == pipeline.stages


def test_several_questions_one_child(project: Path, reader: PipelineSource) -> None:
    reader.load()
    child = reader._child
    assert child is not None
    process = child._process
    CHANGES["source edited"](project)
    reader.load()
    assert child._process is process


def test_running(project: Path) -> None:
    """A live process that writes an out, as DVC's rwlock tells; a dead one's entry means nothing."""
    dp.load(project)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    lock = {
        "write": {
            str(project / "model.bin"): {"pid": os.getpid(), "cmd": "dvc repro"},
            str(project / "parts"): {"pid": ended.pid, "cmd": "dvc repro"},
        },
        "read": {},
    }
    (project / ".dvc/tmp").mkdir(exist_ok=True)
    (project / ".dvc/tmp/rwlock").write_text(json.dumps(lock))
    again = dp.source(project).remembered()
    assert again is not None
    assert again.settled
    assert {stage.address for stage in again.stages if stage.status == "running"} == {"train"}
    (project / ".dvc/tmp/rwlock").write_text("{half")
    again = dp.source(project).remembered()
    assert again is not None
    assert not [stage for stage in again.stages if stage.status == "running"]


def test_a_stage_that_ends_while_dvc_is_asked_is_not_stale(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DVC looked at its outs while they were not there, and who writes them is looked for after. `_ask` stands for
    the moment."""
    reader = dp.source(project)
    assert {stage.status for stage in reader.load().stages if stage.address == "train"} == {"fresh"}
    model, rwlock, ask = project / "model.bin", project / ".dvc/tmp/rwlock", reader._ask
    content = model.read_bytes()
    model.unlink()
    rwlock.parent.mkdir(exist_ok=True)
    rwlock.write_text(json.dumps({"write": {str(model): {"pid": os.getpid(), "cmd": "dvc repro"}}, "read": {}}))
    assert {stage.status for stage in reader.load().stages if stage.address == "train"} == {"running"}
    os.utime(project / "dvc.yaml")  # DVC is asked again

    def and_then(*given: Any, **more: Any) -> Any:
        found = ask(*given, **more)
        model.write_bytes(content)
        rwlock.write_text("{}")
        return found

    monkeypatch.setattr(reader, "_ask", and_then)
    assert {stage.status for stage in reader.load().stages if stage.address == "train"} == {"fresh"}


def test_a_running_dvc_is_not_waited_for(project: Path) -> None:
    """While somebody holds the repository's lock ``dvc status`` fails; mltui answers, and takes no lock."""
    hold = (
        "import sys; from dvc.repo import Repo\nwith Repo('.').lock:\n    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold], cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    try:
        pipeline = dp.load(project)
        assert all(stage.status != "unknown" for stage in pipeline.stages)
    finally:
        holder.communicate()
    assert dp.entries(pipeline) == dp.own_status(project)


def test_nothing_in_the_project_changes(project: Path) -> None:
    CHANGES["source edited"](project)
    before = dp.listing(project)
    dp.load(project)
    assert dp.listing(project) == before


def test_a_corrupt_object_survives(project: Path) -> None:
    """DVC's own status deletes a corrupt, writable object, and protects a sound one. mltui does neither."""
    digest = str(next(one.hash for one in dp.load(project).datasets if one.path == "raw.txt")).removeprefix("md5:")
    stage = next(stage for stage in dp.load(project).stages if stage.address == "train")
    corrupt = project / ".dvc/cache/files/md5" / str(stage.outs[0].hash)[4:6] / str(stage.outs[0].hash)[6:]
    loose = project / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    for path in (corrupt, loose):
        path.chmod(0o644)
    corrupt.write_text("garbage")
    before = {path: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns) for path in (corrupt, loose)}
    pipeline = dp.load(project)
    by = {stage.address: stage for stage in pipeline.stages}
    assert by["train"].dvc == ({"changed outs": {"model.bin": "not in cache"}},)
    for path, was in before.items():
        assert (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns) == was
    assert dp.entries(pipeline) == dp.own_status(project)
    assert not corrupt.exists()


def test_what_a_timeout_leaves_open_is_asked_again(project: Path, reader: PipelineSource) -> None:
    pipeline = reader.load(wait=0.0)
    assert not pipeline.settled
    assert {stage.status for stage in pipeline.stages} <= {"unknown"}
    assert pipeline.problems or all(stage.reasons for stage in pipeline.stages)
    deadline = time.monotonic() + 180
    while not pipeline.settled and time.monotonic() < deadline:
        pipeline = reader.load()
    assert dp.entries(pipeline) == dp.own_status(project)
