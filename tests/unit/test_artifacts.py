"""Where artifacts are, what is listed of them, and that nothing odd is opened or followed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mltui.errors import Denied, SourceError
from mltui.model.artifacts import Artifact, ArtifactListing
from mltui.model.runs import Run, Store
from mltui.present.artifact_tree import tree_rows
from mltui.present.text import UNICODE, plain
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.artifacts.source import Artifacts
from mltui.sources.mlflow.artifacts.where import Owner, locate

RUN_ID = "0123456789abcdef0123456789abcdef"


def run(uri: str, experiment: str = "7") -> Owner:
    return Owner.of_run(Run(RUN_ID, "calm", "run", "e", experiment, "FINISHED", "active", 0, 1, None, artifact_uri=uri))


def store(kind: str, uri: str) -> Store:
    return Store(uri, kind, "repository")  # type: ignore[arg-type]


def logged(root: Path) -> Path:
    """A file store of one run with artifacts under `root`."""
    top = root / "mlruns" / "7" / RUN_ID / "artifacts"
    (top / "logs").mkdir(parents=True)
    (top / "model.json").write_text('{"a": 1}')
    return top


@pytest.mark.parametrize(
    "uri",
    [
        f"file:///C:/Users/Matt/My%20Work/mlruns/7/{RUN_ID}/artifacts",
        f"C:\\Users\\Matt\\mlruns\\7\\{RUN_ID}\\artifacts",
        f"file:///home/somebody/else/mlruns/7/{RUN_ID}/artifacts",
        f"file://fileserver/share/mlruns/7/{RUN_ID}/artifacts",
        f"mlflow-artifacts:/7/{RUN_ID}/artifacts",
        f"./mlruns/7/{RUN_ID}/artifacts",
    ],
)
@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_a_store_that_was_moved_has_its_artifacts_beside_it(tmp_path: Path, uri: str, kind: str) -> None:
    top = logged(tmp_path)
    (tmp_path / "mlflow.db").touch()
    where = (tmp_path / "mlruns").as_uri() if kind == "file" else f"sqlite:///{tmp_path}/mlflow.db"
    found = locate(run(uri), store(kind, where), tmp_path)
    assert (found.kind, Path(found.place).resolve()) == ("local", top.resolve())
    assert bool(found.note) != uri.startswith("./"), "another place than the recorded one is said"


@pytest.mark.parametrize("uri", ["s3://bucket/7/x/artifacts", "dbfs:/databricks/x", "wasbs://c@host/x", "gs://b/x"])
def test_what_lies_in_a_cloud_is_named_and_not_opened(tmp_path: Path, uri: str) -> None:
    found = locate(run(uri), store("sqlite", f"sqlite:///{tmp_path}/mlflow.db"), tmp_path)
    assert found.kind == "elsewhere"
    assert "does not open" in found.note
    artifacts = Artifacts(found, None)
    assert artifacts.entries().entries == ()
    assert artifacts.address("a/b").endswith("/a/b")


def test_a_secret_in_an_address_is_not_shown(tmp_path: Path) -> None:
    found = locate(run("ftp://bob:secret@host/x"), store("sqlite", "sqlite:////x.db"), tmp_path)
    assert "secret" not in found.uri + found.note


def test_another_server_than_the_store_is_not_asked(tmp_path: Path) -> None:
    server = store("rest", "http://tracking:5000")
    assert locate(run("mlflow-artifacts:/7/x/artifacts"), server, tmp_path).kind == "server"
    assert locate(run("mlflow-artifacts://elsewhere:5000/7/x/artifacts"), server, tmp_path).kind == "elsewhere"


def test_a_directory_of_the_same_name_is_not_taken_for_the_runs(tmp_path: Path) -> None:
    (tmp_path / "mlruns" / "artifacts").mkdir(parents=True)
    found = locate(run("/gone/mlruns/artifacts"), store("sqlite", f"sqlite:///{tmp_path}/mlflow.db"), tmp_path)
    assert found.kind == "elsewhere"


@pytest.mark.parametrize("out", ["{0}", "{0}/../private", "{0}/" + RUN_ID + "/../../private", "file://{0}"])
@pytest.mark.parametrize("kind", ["file", "sqlite", "rest"])
def test_a_directory_that_does_not_name_the_run_is_not_opened(tmp_path: Path, out: str, kind: str) -> None:
    """Whoever wrote the store wrote the address: it may be anybody's home."""
    private = tmp_path / "private"
    private.mkdir()
    where = {"file": (tmp_path / "mlruns").as_uri(), "sqlite": f"sqlite:///{tmp_path}/mlflow.db", "rest": "http://h"}
    (tmp_path / "private" / RUN_ID).mkdir()
    found = locate(run(out.format(private)), store(kind, where[kind]), tmp_path)
    assert (found.kind, found.place) == ("elsewhere", "")
    assert "does not name the run" in found.note


def test_links_out_of_the_run_and_fifos_are_listed_and_never_opened(tmp_path: Path) -> None:
    top = logged(tmp_path)
    (tmp_path / "secret.txt").write_text("secret")
    (top / "out").symlink_to(tmp_path / "secret.txt")
    (top / "loop").symlink_to(top)
    (top / "in").symlink_to(top / "model.json")
    os.mkfifo(top / "pipe")
    tree = LocalArtifacts(str(top))
    kinds = {entry.name: entry.kind for entry in tree.entries().entries}
    assert kinds == {
        "logs": "directory",
        "in": "file",
        "loop": "link",
        "model.json": "file",
        "out": "link",
        "pipe": "other",
    }
    assert tree.read("in", 100).data == b'{"a": 1}'
    with pytest.raises(Denied, match="leads out"):
        tree.read("out", 100)
    with pytest.raises(Denied, match="leads out"):
        tree.read("../meta.yaml", 100)
    with pytest.raises(SourceError):
        tree.read("pipe", 100)
    assert tree.total().files == 1


def test_a_name_that_is_no_text_is_listed_and_read(tmp_path: Path) -> None:
    top = logged(tmp_path)
    with open(os.fsencode(top) + b"/\xff\x1b[31m name.txt", "wb") as file:  # noqa: PTH123 - bytes
        file.write(b"x" * 1000)
    tree = LocalArtifacts(str(top))
    odd = next(entry for entry in tree.entries().entries if "name" in entry.name)
    excerpt = tree.read(odd.path, 10)
    assert (len(excerpt.data), excerpt.size, excerpt.cut) == (10, 1000, True)


def test_a_directory_of_thousands_says_that_there_are_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = logged(tmp_path)
    monkeypatch.setattr("mltui.sources.mlflow.artifacts.local.MOST", 5)
    for number in range(9):
        (top / f"{number}.txt").touch()
    listing = LocalArtifacts(str(top)).entries()
    assert (len(listing.entries), listing.cut) == (5, True)


def test_a_run_of_a_clone_without_files_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "mlruns" / "7" / RUN_ID).mkdir(parents=True)
    found = locate(
        run(f"file:///C:/x/mlruns/7/{RUN_ID}/artifacts"), store("file", (tmp_path / "mlruns").as_uri()), tmp_path
    )
    assert found.kind == "local"
    assert Artifacts(found, LocalArtifacts(found.place)).entries().entries == ()


def test_directories_come_to_what_is_below_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / "b" / "x").write_bytes(b"x" * 10)
    (tmp_path / "a" / "y").write_bytes(b"y" * 5)
    (tmp_path / "z").write_bytes(b"z")
    (tmp_path / "a" / "link").symlink_to(tmp_path / "z")
    total = LocalArtifacts(str(tmp_path)).total()
    assert (total.files, total.size, total.cut) == (3, 16, False)
    assert dict(total.directories) == {"a": 15, "a/b": 10, "empty": 0}
    entries = (Artifact("a", "directory"), Artifact("z", "file", 1), Artifact("other", "directory"))
    for cut, shown in ((False, ["15 B", "1 B", ""]), (True, ["> 15 B", "1 B", ""])):
        rows = tree_rows({"": ArtifactListing(entries)}, set(), {}, UNICODE, replace(total, cut=cut))
        assert [plain(rows.row(at).cells[1]) for at in range(3)] == shown
    monkeypatch.setattr("mltui.sources.mlflow.artifacts.local.COUNTED", 3)
    assert LocalArtifacts(str(tmp_path)).total().cut
