"""Another box, reached through OpenSSH as the user reaches it: his configuration, his keys, his known hosts.

Nothing is ever asked (BatchMode) and no host key is accepted that he did not accept. One connection is kept open for a
minute and shared, unless his own configuration shares one already: there a second factor was typed once.
"""

from __future__ import annotations

import atexit
import shlex
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mltui.errors import Busy, ConfigError, Denied, SourceError, Unanswered, Unreachable
from mltui.sources.runner import Done, Runner

#: Seconds until a connection must stand, and until a command there must have answered.
CONNECT, ANSWER = 10, 60
#: What ssh exits with if it is itself that failed.
SSH_FAILED = 255
#: Takes a line of shell from stdin, and no more of it: a shell reads a pipe byte by byte.
SETTING_UP = 'IFS= read -r mltui_setup; eval "$mltui_setup"'
#: Exit codes above it are a shell's whose command was killed by a signal.
KILLED = 128


@dataclass(frozen=True, slots=True)
class Box:
    """Runs shell text on `host`, or here if `host` is "". `setup` is a line of shell that comes first there."""

    runner: Runner
    cwd: Path
    host: str = ""
    user: str = ""
    config: str = ""
    setup: str = ""
    _shared: list[tuple[str, ...]] = field(default_factory=list, compare=False)

    @property
    def name(self) -> str:
        return self.host or "this host"

    def shell(self, script: str, *, stdin: bytes = b"", timeout: float = ANSWER) -> Done:
        """Run `script` (one line, for sh) there. Raises `Unreachable` or `Denied` if the box can't be talked to."""
        if self.setup:  # by stdin: everybody here and there may see what a command was called with
            script, stdin = f"{SETTING_UP}; {script}", f"{self.setup}\n".encode() + stdin
        if not self.host:
            return self.runner.run(["sh", "-c", script], cwd=self.cwd, stdin=stdin, timeout=timeout)
        argv = [*self.ssh(), "--", self.host, f"exec sh -c {shlex.quote(script)}"]
        done = self.runner.run(argv, cwd=self.cwd, stdin=stdin, timeout=timeout)
        if done.code == SSH_FAILED:
            raise _failed(self.host, done.stderr)
        return done

    def checked(self, script: str, what: str, *, stdin: bytes = b"", timeout: float = ANSWER) -> Done:
        """`shell`, and a `SourceError` that says `what` did not work if its exit code is not 0."""
        done = self.shell(script, stdin=stdin, timeout=timeout)
        if done.code != 0:
            raise SourceError(f"{what} on {self.name} failed: {last_line(done.stderr) or f'exit code {done.code}'}")
        return done

    def asked(self, script: str, what: str, *, stdin: bytes = b"") -> Done:
        """`shell` for what starts something: raises `Unanswered` if nobody knows whether `script` was run there, or how
        far it came."""
        try:
            done = self.shell(script, stdin=stdin)
        except (Busy, Unreachable) as error:
            raise Unanswered(f"{what} was not answered: {error.summary}", error.hint) from error
        if done.code < 0 or done.code > KILLED:
            raise Unanswered(f"{what} on {self.name} was killed before it answered")
        return done

    def ssh(self) -> tuple[str, ...]:
        """ssh with its options, without the host."""
        plain = ["ssh", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT}", "-o", "ServerAliveInterval=15"]
        plain += ["-F", self.config] if self.config else []
        plain += ["-l", self.user] if self.user else []
        if not self._shared:
            self._shared.append(self._sharing(plain))
        return (*plain, *self._shared[0])

    def url(self, path: str) -> str:
        """What git calls the repository at the absolute `path` there: of an address it decodes each ``%41``."""
        return f"ssh://{self.host}{path.replace('%', '%25')}" if self.host else path

    def git_environment(self) -> Mapping[str, str | None]:
        """What git needs to reach it: it asks nothing, and goes through the same ssh."""
        environment: dict[str, str | None] = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        if self.host:
            environment["GIT_SSH_COMMAND"] = shlex.join(self.ssh())
            environment["GIT_SSH_VARIANT"] = "ssh"
        return environment

    def _sharing(self, plain: list[str]) -> tuple[str, ...]:
        """The options that share a connection; none if the user's configuration has it done already."""
        done = self.runner.run([*plain, "-G", "--", self.host], cwd=self.cwd)
        for line in done.stdout.decode(errors="replace").splitlines():
            key, _, value = line.partition(" ")
            if key == "controlpath" and value != "none":
                return ()
        path = f"{_sockets()}/%C"
        _end_with_us((*plain, "-o", f"ControlPath={path}", "-O", "exit", "--", self.host))
        return ("-o", "ControlMaster=auto", "-o", f"ControlPath={path}", "-o", "ControlPersist=60")


def box_of(runner: Runner, cwd: Path, options: Mapping[str, object]) -> Box:
    """The box that an executor's table names with `host`, `user`, `ssh_config` and `setup`. Raises `ConfigError`."""
    words = {}
    for key in ("host", "user", "ssh_config", "setup"):
        value = options.get(key, "")
        if not isinstance(value, str) or "\n" in value:
            raise ConfigError(f"{key} of an executor must be one line of text")  # which may hold a token: unsaid
        words[key] = value
    if words["host"].startswith("-") or any(letter.isspace() for letter in words["host"]):
        raise ConfigError(f"{words['host']!r} is no host")
    config = words["ssh_config"] and str(Path(words["ssh_config"]).expanduser())
    return Box(runner, cwd, words["host"], words["user"], config, words["setup"].strip().rstrip(";"))


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _failed(host: str, stderr: str) -> SourceError:
    said = last_line(stderr) or "ssh failed"
    if "Host key verification failed" in stderr:
        return Denied(f"{host}: its host key is not known, or another one", f"look at it once: ssh {shlex.quote(host)}")
    if "Permission denied" in stderr:
        return Denied(f"{host}: {said}", f"ssh {shlex.quote(host)} must work without being asked: a key, an agent")
    return Unreachable(f"{host}: {said}", f"try it by hand: ssh {shlex.quote(host)}")


@cache
def _sockets() -> str:
    """A directory for sockets of shared connections, until this process ends; its name is short, as theirs must be."""
    path = tempfile.mkdtemp(prefix="mltui-ssh-")  # created 0700
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


_ends: set[tuple[str, ...]] = set()
_lock = threading.Lock()


def _end_with_us(argv: tuple[str, ...]) -> None:
    """Close a shared connection when this process ends, and not a minute later."""
    with _lock:
        if argv not in _ends:
            _ends.add(argv)
            atexit.register(_close, argv)


def _close(argv: tuple[str, ...]) -> None:
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)
