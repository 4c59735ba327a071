"""Asking a real remote, by the real dvc: a directory, and a server on this machine that can refuse, be slow, or lie."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dvc_project as dp
import pytest

from mltui.config import Config
from mltui.errors import Busy, Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.sources.dvc import remote as remote_module
from mltui.sources.dvc.remote import RemoteSource, Stopped, configured
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

NOTHING = "md5:" + "0" * 32


@pytest.fixture(scope="module")
def template(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file and one directory, pushed to a directory beside the project; then the file changed, and was not."""
    folder = tmp_path_factory.mktemp("remote")
    root = dp.empty(folder / "project")
    (folder / "storage").mkdir()
    dp.dvc(root, "remote", "add", "-q", "-d", "storage", str(folder / "storage"))
    dp.write(root, {"data.csv": "1\n", "images/a": "a", "images/b": "b"})
    dp.dvc(root, "add", "-q", "data.csv", "images")
    dp.dvc(root, "push", "-q")
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    root = dp.copy(template, tmp_path / "project")
    dp.copy(template.parent / "storage", tmp_path / "storage")
    dp.dvc(root, "remote", "modify", "-q", "storage", "url", str(tmp_path / "storage"))
    return root


def source(root: Path, **config: Any) -> RemoteSource:
    return RemoteSource(Project(root, root), Config(**config), ProcessRunner())


def tracked(root: Path, name: str) -> str:
    line = next(line for line in (root / f"{name}.dvc").read_text().splitlines() if "md5: " in line)
    return f"md5:{line.rpartition(' ')[2]}"


def use(root: Path, url: str, *more: tuple[str, str]) -> None:
    """Another default remote."""
    dp.dvc(root, "remote", "add", "-q", "-f", "-d", "other", url)
    for key, value in more:
        dp.dvc(root, "remote", "modify", "-q", "--local", "other", key, value)


# A directory


def test_a_directory_says_what_it_has_and_nothing_moves(project: Path, tmp_path: Path) -> None:
    loose = next((project / ".dvc" / "cache" / "files" / "md5").rglob("*"))
    corrupt = next(path for path in loose.parent.rglob("*") if path.is_file())
    corrupt.chmod(stat.S_IRUSR | stat.S_IWUSR)
    corrupt.write_bytes(b"damaged, and writable: dvc status would delete it")
    before, there = dp.listing(project), dp.listing(tmp_path / "storage")
    heard: list[str] = []
    wanted = [tracked(project, "data.csv"), tracked(project, "images"), NOTHING, "etag:abc"]
    asked = source(project)
    found = asked.ask(project, wanted, heard.append)
    assert {each: answer.there for each, answer in found.answers.items()} == dict(
        zip(wanted[:3], (True, True, False), strict=True)
    )
    assert found.name == "storage"
    assert heard == [f"asking storage ({tmp_path / 'storage'})", "asked for 3 of 3"]
    assert asked._process is None
    assert dp.listing(project) == before
    assert dp.listing(tmp_path / "storage") == there


def test_what_dvc_says_of_the_same_objects(project: Path) -> None:
    """`dvc data status --not-in-remote` is the tool's own word for it."""
    dp.write(project, {"data.csv": "2\n"})
    dp.dvc(project, "add", "-q", "data.csv")
    own = dp.dvc(project, "data", "status", "--not-in-remote", "--json")
    found = source(project).ask(project, [tracked(project, "data.csv"), tracked(project, "images")])
    assert [answer.there for answer in found.answers.values()] == [False, True]
    assert "data.csv" in own
    assert "images" not in own.partition('"not_in_remote"')[2].partition("]")[0]


def test_the_layout_of_dvc_2_counts(project: Path, tmp_path: Path) -> None:
    old = tmp_path / "storage" / "ab" / ("c" * 30)
    old.parent.mkdir()
    old.write_bytes(b"")
    found = source(project).ask(project, ["md5:ab" + "c" * 30])
    assert found.answers["md5:ab" + "c" * 30].there


def test_the_answer_is_remembered_for_this_remote_only(project: Path, tmp_path: Path) -> None:
    digest = tracked(project, "data.csv")
    source(project).ask(project, [digest])
    later = source(project)
    assert later.known(project).answers[digest].there
    assert time.time() * 1000 - later.known(project).answers[digest].asked < 60_000
    later.ask(project, [NOTHING])
    assert set(later.known(project).answers) == {digest, NOTHING}, "what was asked before stays"
    use(project, str(tmp_path / "elsewhere"))
    assert later.known(project).answers == {}
    dp.dvc(project, "remote", "default", "-q", "storage")
    assert set(later.known(project).answers) == {digest, NOTHING}


def test_a_directory_that_is_not_there_lacks_nothing(project: Path, tmp_path: Path) -> None:
    use(project, str(tmp_path / "unmounted"))
    with pytest.raises(Unreachable, match="unmounted is not there"):
        source(project).ask(project, [NOTHING])
    assert source(project).known(project).answers == {}


# Configuration


def test_without_a_default_remote(project: Path) -> None:
    dp.dvc(project, "remote", "default", "-q", "--unset")
    assert configured(project) == ("", "")
    with pytest.raises(NotFound) as caught:
        source(project).ask(project, [NOTHING])
    assert caught.value.hint == "dvc remote default storage"
    dp.dvc(project, "remote", "remove", "storage")
    with pytest.raises(NotFound) as caught:
        source(project).ask(project, [NOTHING])
    assert caught.value.hint == "dvc remote add -d NAME URL"


def test_what_the_remote_needs_is_not_installed(project: Path) -> None:
    use(project, "oss://bucket/dvc")
    with pytest.raises(NotFound) as caught:
        source(project).ask(project, [NOTHING])
    assert "pip install" in caught.value.hint


def test_no_dvc_there(project: Path, tmp_path: Path) -> None:
    from venv import create

    create(tmp_path / "bare", with_pip=False)
    with pytest.raises(NotFound, match="no dvc in"):
        source(project, python=str(tmp_path / "bare")).ask(project, [NOTHING])


def test_a_cloud_that_keeps_versions_has_no_objects(project: Path) -> None:
    use(project, "http://127.0.0.1:1/x")
    (project / ".dvc" / "config.local").write_text('["remote \\"other\\""]\n')
    with (project / ".dvc" / "config").open("a") as file:
        file.write("['remote \"other\"']\n    worktree = true\n    version_aware = true\n")
    with pytest.raises(SourceError) as caught:
        source(project).ask(project, [NOTHING])
    assert isinstance(caught.value, Unreadable)


def test_the_repository_names_no_program(project: Path, tmp_path: Path) -> None:
    """A setting that would run something is the user's to make, not a cloned repository's."""
    from mltui.sources.dvc.child.guard import Without
    from mltui.sources.dvc.child.remote import HARMLESS

    assert not HARMLESS & {"bearer_token_command", "configpath", "credentialpath", "keyfile", "cert_path"}
    guard = Without(str(tmp_path))
    with pytest.raises(PermissionError):
        guard("subprocess.Popen", ("sh", ["sh"], None, None))
    with pytest.raises(PermissionError):
        guard("open", (str(tmp_path / "x"), "w", os.O_WRONLY))
    with pytest.raises(PermissionError):
        guard("os.remove", (str(tmp_path / "x"), -1))
    guard("open", (str(tmp_path.parent / "elsewhere"), "w", os.O_WRONLY))
    guard("open", (str(tmp_path / "x"), "r", os.O_RDONLY))


# A server


class Storage(ThreadingHTTPServer):
    """Serves a directory's files; `status` is what it answers instead, `wait` how long it takes (s)."""

    daemon_threads = True
    status = 0
    wait = 0.0
    folder: Path
    seen: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Storage

    def do_HEAD(self) -> None:
        self.server.seen.append(f"{self.command} {self.path}")
        time.sleep(self.server.wait)
        path = self.server.folder / self.path.lstrip("/")
        code = self.server.status or (200 if path.is_file() else 404)
        self.send_response(code)
        self.send_header("Content-Length", str(path.stat().st_size if code == 200 else 0))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    server = Storage(("127.0.0.1", 0), Handler)
    server.folder, server.seen = tmp_path / "storage", []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def at(server: Storage) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_server_says_what_it_has_and_sends_none_of_it(project: Path, storage: Storage) -> None:
    use(project, at(storage))
    digest = tracked(project, "images")
    found = source(project).ask(project, [digest, NOTHING])
    assert [found.answers[each].there for each in (digest, NOTHING)] == [True, False]
    there = digest.removeprefix("md5:")
    assert f"HEAD /files/md5/{there[:2]}/{there[2:]}" in storage.seen
    assert f"GET /files/md5/{there[:2]}/{there[2:]}" not in storage.seen


@pytest.mark.parametrize(
    ("status", "error", "word"), [(403, Denied, "403"), (401, Denied, "401"), (400, Unreachable, "400")]
)
def test_a_server_that_does_not_answer_the_question(
    project: Path, storage: Storage, status: int, error: type[SourceError], word: str
) -> None:
    use(project, at(storage))
    storage.status = status
    with pytest.raises(error, match=word):
        source(project).ask(project, [NOTHING])
    assert source(project).known(project).answers == {}, "an object nobody was asked about is not missing"


def test_nobody_listens(project: Path) -> None:
    use(project, "http://127.0.0.1:1/dvc")
    with pytest.raises(Unreachable, match="can't be reached"):
        source(project).ask(project, [NOTHING])


def test_secrets_are_not_repeated(project: Path) -> None:
    use(project, "http://ada:s3cret@127.0.0.1:1/dvc")
    heard: list[str] = []
    with pytest.raises(SourceError) as caught:
        source(project).ask(project, [NOTHING], heard.append)
    told = f"{heard} {caught.value.summary} {caught.value.hint} {source(project).known(project)}"
    assert "s3cret" not in told


def test_silence_ends_with_a_word(project: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    use(project, at(storage))
    storage.wait = 60
    monkeypatch.setattr(remote_module, "PATIENCE_S", 4.0)
    with pytest.raises(Busy, match="did not answer within 4 s"):
        source(project).ask(project, [NOTHING])


def test_a_password_is_not_waited_for(project: Path, storage: Storage) -> None:
    use(project, at(storage), ("auth", "basic"), ("user", "ada"), ("ask_password", "true"))
    with pytest.raises(Denied):
        source(project).ask(project, [NOTHING])


def test_it_can_be_stopped(project: Path, storage: Storage) -> None:
    use(project, at(storage))
    storage.wait = 60
    asked, outcome = source(project), []

    def ask() -> None:
        try:
            asked.ask(project, [NOTHING])
        except SourceError as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not storage.seen:
        time.sleep(0.02)
    asked.stop()
    thread.join(600)
    assert [type(each) for each in outcome] == [Stopped]
    assert asked._process is None


def test_it_can_be_stopped_while_it_is_starting(
    project: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(project, at(storage))
    storage.wait = 60
    asked = source(project)
    start = asked._runner.start

    def overtaken(*args: Any, **how: Any) -> Any:
        process = start(*args, **how)
        asked.stop()
        return process

    monkeypatch.setattr(asked._runner, "start", overtaken)
    with pytest.raises(Stopped):
        asked.ask(project, [NOTHING])
