"""The remote child, which asks a remote what it has.

It reads one line ``{"root", "top", "cache", "hashes"}`` (the DVC project, the repository around it, DVC's cache, hex
digits with ``.dir`` where they are a directory's) and writes lines: ``{"remote": {"name", "url"}}`` first,
``{"asked": n}`` as it goes on, and at the end ``{"ok": [hashes that are there]}`` or ``{"error": {"kind", "text"}}``.
Kinds: `absent` (no dvc here), `unknown` (a dvc that is not known), `none` (no default remote), `plugin` (dvc lacks what
the remote needs), `versioned`, `login`, `unreachable`, `failed`. It ends when its stdin closes.

DVC finds the remote, its credentials and its file system (``dvc.fs.get_cloud_fs``, as ``DataCloud.get_remote`` does);
an object is asked for with the file system's ``info``. ``exists`` would not do: of HTTP and others it is false as well
where nobody answered. No repository is opened, so that there is no lock, no state and no cache to touch. Both layouts
are asked for: ``files/md5/xx/…`` of DVC 3 and ``xx/…`` from before.
"""

# dvc's own paths are strings:
# ruff: noqa: PTH110, PTH112, PTH118, SIM905

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

from .guard import Without

#: Keys of a remote that name no program and no file. A login may start a process (ssh's ProxyCommand, AWS's
#: credential_process), but not one that the repository names, itself or by a file of its own.
HARMLESS = set(
    "url user port timeout auth method region profile endpointurl use_ssl ssl_verify listobjects jobs account_name "
    "projectname read_timeout connect_timeout version_aware worktree gss_auth allow_agent acl sse verify".split()
)
#: Classes of exceptions, by name, with which libraries say that nobody is logged in, or not enough.
LOGIN = set(
    "AuthError NoCredentialsError PartialCredentialsError CredentialRetrievalError TokenRetrievalError "
    "SSOTokenLoadError UnauthorizedSSOTokenError ProfileNotFound DefaultCredentialsError RefreshError "
    "ClientAuthenticationError PermissionDenied "
    "PermissionError HostKeyNotVerifiable EOFError GetPassWarning InvalidConfigError".split()
)
#: Those with which they say that nobody answers.
UNREACHABLE = {"OSError", "TimeoutError", "ClientConnectionError", "EndpointConnectionError", "HTTPClientError"}
#: Objects asked for side by side, and between two words on how far it is.
AT_ONCE = 16
PIECE = 64


class Failed(Exception):
    """It can't be told, and the kind of why."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Remote:
    """The default remote of the DVC project at `root`."""

    def __init__(self, root: str, guard: Without) -> None:
        from dvc.config import Config
        from dvc.fs import get_cloud_fs
        from dvc.version import version_tuple

        if version_tuple[0] != 3:
            raise Failed("unknown", f"dvc {version_tuple[0]}")
        config = Config(os.path.join(root, ".dvc"))
        self.name = config["core"].get("remote")
        if not self.name:
            raise Failed("none", " ".join(config["remote"]))
        self.url = str(config["remote"].get(self.name.lower(), {}).get("url", ""))
        theirs = Config.load_file(config.files["repo"])["remote"] if os.path.exists(config.files["repo"]) else {}
        guard.processes = not any(set(section) - HARMLESS for section in theirs.values())
        self.kind, self.options, self.base = get_cloud_fs(config, name=self.name)
        if self.options.get("version_aware") or self.options.get("worktree"):
            raise Failed("versioned", self.name)
        self.fs: Any = None

    def open(self, guard: Without) -> None:
        """Log in. A directory that is not there has nothing to say about what it lacks."""
        self.fs = self.kind(**self.options)
        if self.kind.protocol == "local":
            if not os.path.isdir(self.base):
                raise Failed("unreachable", f"{self.base} is not there")
            guard.kept.append(os.path.join(os.path.realpath(self.base), ""))

    def has(self, name: str) -> bool:
        """Whether it has an object of that hash. Raises what its library raises, `FileNotFoundError` never."""
        base = self.base if self.base in ("", "/") else self.base.rstrip("/") + "/"
        return any(self.is_there(f"{base}{folder}{name[:2]}/{name[2:]}") for folder in ("files/md5/", ""))

    def is_there(self, path: str) -> bool:
        try:
            self.fs.info(path)
        except FileNotFoundError as error:
            self.believe(error)
            return False
        return True

    def believe(self, error: FileNotFoundError) -> None:
        """fsspec calls every failure over HTTP "not found": only what answered 404 or 410 is that."""
        status = getattr(error.__cause__, "status", None)
        if status in (401, 403):
            raise Failed("login", f"the server answers {status}")
        if error.__cause__ is not None and status not in (None, 404, 410):
            raise Failed("unreachable", f"the server answers {status}")
        if error.__cause__ is not None and status is None and self.kind.protocol.startswith("http"):
            raise Failed("unreachable", one_line(error.__cause__))


def ask(asked: dict[str, Any], write: Any) -> list[str]:
    """The hashes that the remote has; how far it is goes to `write`."""
    guard = Without(asked["top"], asked["root"], asked["cache"])
    sys.addaudithook(guard)
    remote = Remote(asked["root"], guard)
    write({"remote": {"name": remote.name, "url": remote.url}})
    remote.open(guard)
    found: list[str] = []
    hashes = asked["hashes"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(hashes), PIECE):
            piece = hashes[start : start + PIECE]
            found += [name for name, there in zip(piece, pool.map(remote.has, piece)) if there]  # noqa: B905 - 3.8
            write({"asked": start + len(piece)})
    return found


def explained(error: BaseException) -> dict[str, str]:
    """An exception of dvc, fsspec or a cloud's library, by its kind."""
    names = {each.__name__ for link in chain(error) for each in type(link).__mro__}
    kind = "failed"
    if isinstance(error, Failed):
        return {"kind": error.kind, "text": str(error)}
    needed = re.search("requires '([^']+)' to be installed", str(error))
    if isinstance(error, ImportError) and needed:
        return {"kind": "plugin", "text": needed[1]}
    if isinstance(error, ModuleNotFoundError) and error.name == "dvc":
        kind = "absent"
    elif isinstance(error, (ImportError, AttributeError)):
        kind = "unknown"
    elif "RemoteMissingDepsError" in names:
        missing = " ".join(getattr(error, "missing_deps", None) or [getattr(error, "protocol", "")])
        return {"kind": "plugin", "text": missing}
    elif names & {"NoRemoteError", "RemoteNotFoundError"}:
        kind = "none"
    elif names & LOGIN:
        kind = "login"
    elif names & UNREACHABLE:
        kind = "unreachable"
    return {"kind": kind, "text": one_line(error)}


def chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def end(code: int) -> NoReturn:
    """At once: libraries' loops and pools would be waited for."""
    sys.stdout.flush()
    os._exit(code)


def main() -> None:
    """Answer one question. What libraries print, and what they would ask a person, goes nowhere."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    parent = os.fdopen(os.dup(0), "rb", buffering=0)
    line = sys.stdin.readline()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - its end is at once: no password comes
    logging.disable(logging.CRITICAL)

    def write(said: dict[str, Any]) -> None:
        out.write(json.dumps(said) + "\n")
        out.flush()

    def watch() -> None:
        with contextlib.suppress(OSError):
            parent.read(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    try:
        write({"ok": ask(json.loads(line), write)})
    except BaseException as error:  # dvc, fsspec and a cloud's library raise what they like
        write({"error": explained(error)})
        end(1)
    end(0)
