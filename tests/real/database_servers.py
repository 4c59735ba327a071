"""Database servers of the tests' own: on loopback, in a temporary directory, as an unprivileged user, ended by pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.ports import free_port

PASSWORD = "s3cr%t"
SECONDS = 600


def program(*names: str) -> str:
    """The first of these programs that is installed; the test is skipped if none is."""
    places = os.environ["PATH"] + os.pathsep + "/usr/sbin"
    places += "".join(os.pathsep + str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")))
    for name in names:
        if found := shutil.which(name, path=places):
            return os.path.realpath(found)
    pytest.skip(f"{' or '.join(names)} is not installed (see tests/apt-packages.txt)")


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server; gives the URI of an empty database."""
    initdb, server = program("initdb"), program("postgres")
    with place() as directory:
        yield from _postgres(initdb, server, directory)


def _postgres(initdb: str, server: str, tmp_path: Path) -> Iterator[str]:
    data, port = tmp_path / "data", free_port()
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    user = unprivileged(tmp_path, "postgres")
    run([initdb, "-D", str(data), "-U", "ada", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"], user)
    command = [server, "-D", str(data), "-p", str(port), "-k", str(tmp_path), "-c", "listen_addresses=127.0.0.1"]
    with running(command, port, user, tmp_path, "database system is ready to accept connections"):
        yield f"postgresql+psycopg2://ada:s3cr%25t@127.0.0.1:{port}/postgres"


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB (or MySQL) server; gives the URI of an empty database."""
    server, install = program("mariadbd", "mysqld"), program("mariadb-install-db", "mysql_install_db")
    with place() as directory:
        yield from _mariadb(server, install, directory)


def _mariadb(server: str, install: str, tmp_path: Path) -> Iterator[str]:
    data, port = tmp_path / "data", free_port()
    start = tmp_path / "start.sql"
    start.write_text(
        f"create database runs character set utf8mb4;\ncreate user ada@'127.0.0.1' identified by '{PASSWORD}';\n"
        "grant all on runs.* to ada@'127.0.0.1';\n"
    )
    user = unprivileged(tmp_path, "mysql")
    run([install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"], user)
    command = [server, "--no-defaults", f"--datadir={data}", f"--socket={tmp_path}/s", f"--port={port}"]
    command += ["--bind-address=127.0.0.1", f"--init-file={start}", f"--pid-file={tmp_path}/pid", "--skip-name-resolve"]
    with running(command, port, user, tmp_path, "ready for connections"):
        yield f"mysql+pymysql://ada:s3cr%25t@127.0.0.1:{port}/runs"


@contextmanager
def place() -> Iterator[Path]:
    """A directory that another user may enter: pytest's own are closed again by every pytest that starts."""
    with tempfile.TemporaryDirectory(prefix="mltui-servers-", ignore_cleanup_errors=True) as name:
        inside = Path(name) / "server"
        inside.mkdir()
        yield inside


def unprivileged(directory: Path, name: str) -> str | None:
    """Who runs the server: these refuse to be root. Gives them `directory`; None if we are nobody special."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        pytest.skip(f"we are root and there is no user {name}")
    for path in (directory, *directory.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    directory.parent.chmod(0o711)
    return name


def run(command: Sequence[str], user: str | None) -> None:
    done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running(command: Sequence[str], port: int, user: str | None, directory: Path, ready: str) -> Iterator[None]:
    """The server, once its port is open and its log says `ready`: one that listens may still refuse everybody."""
    log = directory.with_name(directory.name + ".log")
    with log.open("w") as output:
        process = subprocess.Popen(command, user=user, cwd="/", stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + SECONDS
        while not answers(port) or ready not in log.read_text(errors="replace"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGINT if "postgres" in command[0] else signal.SIGTERM)  # not waiting for clients
        process.wait(SECONDS)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
