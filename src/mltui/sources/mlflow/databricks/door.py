"""A Databricks workspace as a tracking server that the project's own mlflow asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mltui.errors import Denied, NotFound, SourceError, Unreachable, Unreadable
from mltui.sources.children import python_path, read_line
from mltui.sources.mlflow.server.door import Answer, Door
from mltui.sources.runner import Environment, Runner, kill_group

CHILD = Path(__file__).with_name("child.py")

#: An answer may take so long; the first one with it, which imports mlflow (s).
ANSWER_SECONDS = 65.0
START_SECONDS = 60.0

#: Variables whose values are nobody's business.
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|CREDENTIAL")
#: Databricks' own tokens, JSON web tokens, and whatever follows ``Bearer`` or ``token=``.
_TOKEN = re.compile(r"\bdapi[\w-]+|\bdkea[\w-]+|\bdose[\w-]+|\beyJ[\w.-]+|(?i:(?<=bearer )|(?<=token=))\S+")

_LOGIN = "set DATABRICKS_HOST and DATABRICKS_TOKEN, or log in: databricks auth login"


class DatabricksDoor(Door):
    """Asks the workspace that `uri` names through a child of `python`, which starts with the first question.

    `environ` is laid over the child's environment.
    """

    #: Databricks refuses more ("Too many experiment_ids specified in SearchRuns request", mlflow#13590).
    most_experiments = 100

    def __init__(
        self,
        uri: str,
        who: str,
        *,
        python: str,
        root: Path,
        runner: Runner,
        environ: Environment | None = None,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        super().__init__(uri, who, pause)
        self._python, self._root, self._runner = python, root, runner
        self._environ = {**_environment(root), **(environ or {})}
        self._secrets = secrets_of({**os.environ, **self._environ})
        self._process: subprocess.Popen[bytes] | None = None
        self._ending = threading.Lock()

    def close(self) -> None:
        """End the child, if there is one."""
        super().close()
        self._end()

    def _end(self) -> None:
        with self._ending:
            process, self._process = self._process, None
            if process is not None:
                kill_group(process)

    def _exchange(self, method: str, endpoint: str, said: dict[str, Any]) -> Answer:
        deadline = time.monotonic() + ANSWER_SECONDS
        process = self._process
        if process is None or process.poll() is not None:
            self._end()
            argv = (self._python, str(CHILD), self.base)
            process = self._process = self._runner.start(argv, cwd=self._root, env=self._environ)
            deadline += START_SECONDS
        assert process.stdin is not None
        assert process.stdout is not None
        question = {"method": method, "endpoint": endpoint, "said": said}
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(read_line(process.stdout.fileno(), deadline))
        except TimeoutError as error:
            self._end()
            raise Unreachable(f"{self.base} did not answer in time", "it is asked again") from error
        except (OSError, ValueError) as error:
            self._end()
            raise Unreachable(
                f"the child that asks {self.base} died", f"try: {self._python} -m mlflow doctor"
            ) from error
        if "error" in answer:
            raise self._failed(answer["error"]["kind"], answer["error"]["text"])
        return Answer(answer["status"], answer["headers"], answer["body"].encode())

    def _read(self, answer: Answer, endpoint: str) -> dict[str, Any]:
        try:
            said = json.loads(answer.body)
        except ValueError:
            said = None
        if answer.status == 200 and isinstance(said, dict):
            return said
        if answer.status == 401:
            raise Denied(f"{self.base} does not accept our login (401)", _LOGIN)
        if answer.status == 403:
            raise Denied(f"{self.base} does not let us read {endpoint} (403)", "ask its owner for read permission")
        code = said.get("error_code", "") if isinstance(said, dict) else ""
        why = f"{code or answer.status}: {self._short(said.get('message') if isinstance(said, dict) else '')}".rstrip(
            ": "
        )
        kind = NotFound if answer.status == 404 else Unreadable if 400 <= answer.status < 500 else Unreachable
        raise kind(f"{self.base} answers {endpoint} with {why}", "" if kind is NotFound else "try again later")

    def _failed(self, kind: str, text: str) -> SourceError:
        if kind == "absent":
            hint = f"{self._python} -m pip install mlflow databricks-sdk"
            return NotFound(f"{self.base} is read by mlflow, which is not in {self._python}", hint)
        if kind == "login":
            return Denied(f"mlflow finds no login for {self.base}: {self._short(text)}", _LOGIN)
        return Unreachable(f"{self.base}: {self._short(text)}", "is the workspace's address right?")

    def _short(self, text: object) -> str:
        """`text` on one line, without what is secret, also that of a profile, which only the child knows."""
        said = str(text or "")
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return " ".join(_TOKEN.sub("***", said).split())[:120]


def secrets_of(environ: Mapping[str, str | None]) -> tuple[str, ...]:
    """What of the environment must not be shown, should a library or a server repeat it; the longest first."""
    found = (value for name, value in environ.items() if value and len(value) > 2 and _SECRET.search(name))
    return tuple(sorted(found, key=len, reverse=True))


def _environment(root: Path) -> Environment:
    """The user's own, quiet, and without the repository's code."""
    return {
        "PYTHONPATH": python_path(root),
        "PYTHONSTARTUP": None,
        "PYTHONDONTWRITEBYTECODE": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
        "MLFLOW_TRACKING_URI": None,
    }
