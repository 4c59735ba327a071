"""The default remote: what it said it has, remembered; and asking it, which is done only when somebody says so.

A short-lived child of the project's own interpreter asks (child/remote.py). What it answered is kept in mltui's cache
beside the remote's name and URL: what another remote said is nobody's answer.
"""

from __future__ import annotations

import configparser
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.errors import Busy, Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.model.remote import RemoteAnswer, RemoteAnswers
from mltui.sources.cachedir import get, keep
from mltui.sources.children import python_path, read_line
from mltui.sources.dvc.cached import Cache, configurations
from mltui.sources.dvc.python import interpreter
from mltui.sources.mlflow.addresses import redacted
from mltui.sources.places import Project, cache_dir
from mltui.sources.port import now_ms
from mltui.sources.regular import text_of
from mltui.sources.runner import Environment, Runner, kill_group

CHILD = Path(__file__).with_name("child") / "start.py"
FORMAT = 1
#: A login and the first answer may take so long, and so long each further piece of them (s).
PATIENCE_S = 40.0

Heard = Callable[[str], object]


class Stopped(SourceError):
    """Somebody stopped the asking."""


class RemoteSource:
    """The default remotes of the DVC projects in `project`. Safe to call from several threads."""

    def __init__(self, project: Project, config: Config, runner: Runner) -> None:
        self._project, self._config, self._runner = project, config, runner
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def known(self, root: Path) -> RemoteAnswers:
        """What the default remote of the DVC project at `root` answered so far. From two small files."""
        name, url = configured(root)
        kept = self._kept().get(self._key(root))
        if not name:
            return RemoteAnswers()
        if not isinstance(kept, dict) or kept.get("remote") != [name, redacted(url)]:
            return RemoteAnswers(name, redacted(url))
        try:
            answers = {key: RemoteAnswer(bool(there), int(asked)) for key, (there, asked) in kept["answers"].items()}
        except (KeyError, TypeError, ValueError, AttributeError):
            answers = {}
        return RemoteAnswers(name, redacted(url), answers)

    def ask(self, root: Path, hashes: Iterable[str], heard: Heard = lambda _: None) -> RemoteAnswers:
        """Ask the default remote of the DVC project at `root` which of these (``md5:<hex>[.dir]``) it has.

        Over the network, with the user's own login. `heard` is told how far it is. Raises `NotFound` without a default
        remote or without dvc, `Denied` without a login, `Unreachable`, `Busy` after `PATIENCE_S` of silence,
        `Unreadable`, and `Stopped`.
        """
        wanted = [each for each in dict.fromkeys(hashes) if each.startswith("md5:")]
        name, url = configured(root)
        python = interpreter(self._project, self._config, "dvc").path
        self._stopped = False
        process = self._runner.start((python, str(CHILD), "remote"), cwd=root, env=_environment(self._project.root))
        self._process = process
        if self._stopped:  # while it was starting
            self.stop()
        try:
            found = self._talk(process, python, root, [each.removeprefix("md5:") for each in wanted], heard)
        finally:
            self._process = None
            kill_group(process)
        now = now_ms()
        fresh = {each: RemoteAnswer(each.removeprefix("md5:") in found, now) for each in wanted}
        with self._lock:
            answers = RemoteAnswers(name, redacted(url), {**self.known(root).answers, **fresh})
            self._keep(root, answers)
        return answers

    def stop(self) -> None:
        """End the asking, if there is any."""
        self._stopped = True
        process = self._process
        if process is not None and process.poll() is None:
            # the pipes are left to the thread that reads from them: it would not hear of their end otherwise
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    close = stop

    def _talk(
        self, process: subprocess.Popen[bytes], python: str, root: Path, hashes: list[str], heard: Heard
    ) -> frozenset[str]:
        question = {"root": str(root), "top": str(self._project.root), "cache": str(Cache(root).path), "hashes": hashes}
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            for said in _answers(process.stdout.fileno()):
                if "remote" in said:
                    heard(f"asking {said['remote']['name']} ({redacted(said['remote']['url'])})")
                elif "asked" in said:
                    heard(f"asked for {said['asked']:,} of {len(hashes):,}")
                elif "ok" in said:
                    return frozenset(said["ok"])
                else:
                    raise _failure(said["error"]["kind"], redacted_in(said["error"]["text"], root), python)
        except TimeoutError as error:
            hint = "is it reachable from here? mltui waits no longer than for a login"
            raise Busy(f"the remote did not answer within {PATIENCE_S:.0f} s", hint) from error
        except (OSError, ValueError) as error:
            if self._stopped:
                raise Stopped("stopped asking the remote") from error
            raise Unreachable("the child that asks the remote died", f"try: {python} -m dvc status -c") from error
        raise AssertionError("its end is an error of its own")

    def _key(self, root: Path) -> str:
        return str(root)

    def _kept(self) -> dict[str, Any]:
        try:
            document = json.loads(get(str(cache_dir(self._project) / "remote.json")))
            return dict(document["roots"]) if document["format"] == FORMAT else {}
        except (OSError, ValueError, RecursionError, KeyError, TypeError, SourceError):
            return {}

    def _keep(self, root: Path, answers: RemoteAnswers) -> None:
        """A cache that can't be written costs asking again, nothing else."""
        said = {key: [answer.there, answer.asked] for key, answer in answers.answers.items()}
        roots = {**self._kept(), self._key(root): {"remote": [answers.name, answers.address], "answers": said}}
        try:
            path = cache_dir(self._project) / "remote.json"
            keep(str(path), json.dumps({"format": FORMAT, "roots": roots}).encode())
        except (OSError, SourceError):
            return


def _answers(descriptor: int) -> Iterator[dict[str, Any]]:
    """What the child says, line by line. Raises `TimeoutError` after `PATIENCE_S` of silence, ValueError at its end."""
    while True:
        for line in read_line(descriptor, time.monotonic() + PATIENCE_S).splitlines():
            yield json.loads(line)


def configured(root: Path) -> tuple[str, str]:
    """The name and the URL of the default remote of the DVC project at `root`, "" where it has none; told by its files.

    Format: https://dvc.org/doc/user-guide/project-structure/configuration; sections ``['remote "name"']``.
    """
    name, urls = "", {}
    for file in configurations(root):
        parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True)
        try:
            parser.read_string(text_of(file))
        except (OSError, ValueError, AttributeError, configparser.Error):  # AttributeError: Python's own slip
            continue
        name = _bare(parser.get("core", "remote", fallback="") or "") or name
        for section in parser.sections():
            kind, _, rest = _bare(section).partition(" ")
            if kind == "remote" and (url := parser.get(section, "url", fallback="")):
                urls[_bare(rest).lower()] = _bare(url)
    return name, urls.get(name.lower(), "")


def _bare(text: str) -> str:
    return text.strip().strip("\"'").strip()


def redacted_in(text: str, root: Path) -> str:
    """A library's words without the remote's own URL as it is configured, which may hold a password."""
    url = configured(root)[1]
    return text.replace(url, redacted(url)) if url else text


def _failure(kind: str, text: str, python: str) -> SourceError:
    """The child's word as an error that says what to do."""
    if kind == "absent":
        return NotFound(f"no dvc in {python}", f"{python} -m pip install dvc")
    if kind == "none" and text:
        named = text.split(maxsplit=1)[0]
        return NotFound(f"DVC has no default remote ({text})", f"dvc remote default {named}")
    if kind == "none":
        return NotFound("DVC has no remote", "dvc remote add -d NAME URL")
    if kind == "plugin":
        return NotFound(f"dvc lacks what this remote needs: {text}", f"{python} -m pip install {text}")
    if kind == "versioned":
        return Unreadable(f"{text} keeps versions by itself (version_aware): it has no objects by hash", "")
    if kind == "login":
        return Denied(
            f"the remote lets nobody in: {text}", "log in to it, or: dvc remote modify --local NAME KEY VALUE"
        )
    if kind == "unreachable":
        return Unreachable(f"the remote can't be reached: {text}", "is its URL right? dvc remote list")
    if kind == "unknown":
        return Unreadable(f"mltui does not know this dvc: {text}")
    return Unreadable(f"dvc: {text}")


def _environment(top: Path) -> Environment:
    """The user's own, for the login; quiet, and without the repository's code."""
    return {
        "PYTHONPATH": python_path(top),
        "PYTHONSTARTUP": None,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "DVC_NO_ANALYTICS": "1",
        "DVC_TEST": None,
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS": None,
        "PYTHONUNBUFFERED": None,
    }
