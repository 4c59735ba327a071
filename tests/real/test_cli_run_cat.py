"""`mltui run cat`: files that a real MLflow logged come out as they went in, and nothing else of the machine does."""

from __future__ import annotations

import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mlflow_process import QUIET, start

from closed_schema import closed
from mltui.cli import run, run_cat
from mltui.model.artifacts import Artifact, ArtifactListing
from mltui.sources.mlflow.artifacts import served
from mltui.sources.mlflow.artifacts.local import LocalArtifacts

pytestmark = pytest.mark.real

WRITER = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run(run_name="cats"):
    mlflow.log_artifacts(sys.argv[2])
"""
#: More than a preview has, than a pipe holds, and no multiple of either; a character may be cut where pieces end.
LONG = ("é" * 99 + "\n") * 7_001
FILES = {
    "long.txt": LONG.encode(),
    "sub/a name & more.json": b'{"loss": [1, 2]}\r\n',
    "empty.txt": b"",
    "wide.txt": "größer\n".encode("utf-16"),
    "marked.txt": "größer\n".encode("utf-8-sig"),
    "latin.txt": "a long line in which one letter is größer\n".encode("latin-1"),
    "model.bin": bytes(range(256)) * 2_000,
    "colours.txt": b"\x1b[1mbold\x1b[0m \x1b]52;c;b3duZWQ=\x07 \x1b[2J end\n",
}


def make_files(top: Path) -> Path:
    for name, data in FILES.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def log(uri: str, place: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", WRITER, uri, str(make_files(place / "made"))]
    subprocess.run(command, cwd=place, env={**os.environ, **QUIET}, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cat")
    log(f"sqlite:///{place}/mlflow.db", place)
    return place


@pytest.fixture
def mltui(project: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    """Prints a file of the run; gives the bytes, or what was said where another code than 0 is expected."""

    def ask(path: str, *words: str, code: int = 0, place: Path = project) -> bytes:
        done = run(["-C", str(place), "run", "cat", "cats", path, *words])
        sys.stdout.flush()
        said = capfdbinary.readouterr()
        assert done == code, said
        assert code == 0 or said.out == b""
        return said.out if code == 0 else said.err

    return ask


@pytest.fixture
def top(mltui: Any) -> Path:
    """The directory of the run's artifacts."""
    return Path(json.loads(mltui("long.txt", "--json"))["root"]["place"])


@pytest.mark.parametrize("name", FILES)
def test_a_pipe_gets_every_byte(mltui: Any, name: str) -> None:
    assert mltui(name) == FILES[name]


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("long.txt", "text", "utf-8"),
        ("sub/a name & more.json", "text", "utf-8"),
        ("empty.txt", "text", "utf-8"),
        ("wide.txt", "text", "utf-16"),
        ("marked.txt", "text", "utf-8-sig"),
        ("latin.txt", "text", None),
        ("model.bin", "binary", None),
        ("colours.txt", "text", "utf-8"),
    ],
)
def test_the_document_has_the_text_or_says_that_it_is_none(
    mltui: Any, name: str, content: str, encoding: str | None
) -> None:
    found = json.loads(mltui(name, "--json"))
    jsonschema.validate(found, closed("file"))
    assert (found["content"], found["encoding"], found["size"]) == (content, encoding, len(FILES[name]))
    assert (found["path"], found["name"]) == (name, "cats")
    text = None if content == "binary" else FILES[name].decode(encoding or "utf-8", "backslashreplace")
    assert found["text"] == text


def test_nothing_leads_out_of_the_artifacts(mltui: Any, top: Path, project: Path) -> None:
    (project / "secret.txt").write_text("secret")
    (top / "out.txt").symlink_to(project / "secret.txt")
    (top / "up").symlink_to(project)
    (top / "in.txt").symlink_to("long.txt")
    os.mkfifo(top / "pipe")
    try:
        assert b"link to " in mltui("out.txt", code=2)
        assert b"leads out" in mltui("up/secret.txt", code=3)
        climbing = os.path.relpath(project / "secret.txt", top)
        assert b"leads out" in mltui(climbing, code=3)
        assert b"leads out" in mltui(f"sub/../{climbing}", code=3)
        assert b"FIFO" in mltui("pipe", code=2), "and nobody waits for a writer"
        assert mltui("in.txt") == FILES["long.txt"], "a link that stays inside is a file"
    finally:
        for name in ("out.txt", "up", "in.txt", "pipe"):
            (top / name).unlink()


def test_what_is_no_file_of_it(mltui: Any, project: Path) -> None:
    assert b"sub is a directory\n  mltui run files RUN sub" in mltui("sub", code=2)
    assert b"the run logged no nothing.txt\n  there are " in mltui("nothing.txt", code=2)
    assert b"PATH names no file" in mltui("/", code=2)
    assert run(["-C", str(project), "run", "cat", "nobody", "long.txt"]) == 2
    assert run(["-C", str(project), "run", "cat", "cats"]) == 2


def test_a_file_beyond_what_is_listed_of_a_directory(mltui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = LocalArtifacts.entries

    def few(artifacts: LocalArtifacts, path: str = "") -> ArtifactListing:
        found = listed(artifacts, path)
        return ArtifactListing(tuple(each for each in found.entries if each == Artifact("sub", "directory")), True)

    monkeypatch.setattr(LocalArtifacts, "entries", few)
    assert mltui("long.txt") == FILES["long.txt"]
    assert b"is no longer there" in mltui("nothing.txt", code=3)


def test_a_text_that_is_too_large_for_a_document(mltui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cat, "LARGEST", 1_000_000)
    assert b"without --json it is printed whole" in mltui("long.txt", "--json", code=3)
    assert mltui("long.txt") == FILES["long.txt"]
    assert json.loads(mltui("colours.txt", "--json"))["content"] == "text"


# A terminal


def on_a_terminal(cwd: Path, path: str) -> tuple[int, str, str]:
    """What comes to a terminal, on standard error, and the code."""
    master, slave = pty.openpty()
    argv = [sys.executable, "-m", "mltui", "run", "cat", "cats", path]
    with subprocess.Popen(argv, cwd=cwd, stdout=slave, stderr=subprocess.PIPE) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 1 << 16)
            except OSError:  # EIO: the other end was closed
                break
            seen += piece
        assert process.stderr is not None
        err = process.stderr.read()
    os.close(master)
    return process.returncode, seen.decode(), err.decode()


def test_a_terminal_obeys_no_more_of_it_than_colours(project: Path) -> None:
    code, seen, _ = on_a_terminal(project, "colours.txt")
    assert code == 0
    assert seen.startswith("\x1b[1mbold\x1b[0m ") and "end" in seen
    assert "\x1b]" not in seen and "\x07" not in seen and "\x1b[2J" not in seen


def test_a_terminal_gets_a_long_text_whole_and_no_binary(project: Path) -> None:
    code, seen, _ = on_a_terminal(project, "long.txt")
    assert (code, seen.replace("\r\n", "\n")) == (0, LONG)
    code, seen, err = on_a_terminal(project, "model.bin")
    assert (code, seen) == (2, "")
    assert err == "mltui: model.bin is no text\n  mltui run cat RUN PATH > FILE writes its bytes\n"


# Elsewhere


def test_files_that_mltui_does_not_open(mltui: Any, project: Path, tmp_path: Path) -> None:
    shutil.copy(project / "mlflow.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection, connection:
        connection.execute("UPDATE runs SET artifact_uri = 's3://bucket/' || run_uuid")
    said = mltui("long.txt", code=3, place=tmp_path)
    assert b"artifacts are in s3://bucket/" in said and b"mltui does not open these" in said


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("server")
    proxied = ("--default-artifact-root", "mlflow-artifacts:/", "--artifacts-destination", str(place / "kept"))
    found = start(place, *proxied, "--serve-artifacts").up()
    try:
        log(found.uri, place)
        yield found.uri
    finally:
        found.stop()


def test_a_server_hands_it_out_whole(server: str, mltui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("long.txt", "sub/a name & more.json", "model.bin"):
        assert mltui(name, "--store", server) == FILES[name]
    found = json.loads(mltui("long.txt", "--store", server, "--json"))
    assert (found["root"]["kind"], found["text"]) == ("server", LONG)
    assert json.loads(mltui("model.bin", "--store", server, "--json"))["size"] == len(FILES["model.bin"])
    assert b"nothing.txt" in mltui("nothing.txt", "--store", server, code=2)
    monkeypatch.setattr(served, "LARGEST", 500_000)
    assert b"too large to be asked of a server" in mltui("long.txt", "--store", server, code=3)
    assert b"mlflow-artifacts:/" in mltui("long.txt", "--store", server, code=3), "where it is"
