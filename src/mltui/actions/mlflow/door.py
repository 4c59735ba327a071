"""Writes into MLflow by the project's own mlflow, in a child that is started when somebody may write.

The child (`child`) lives as long as the writer and ends when its stdin closes, so that a killed mltui leaves nothing
behind; a write that it is at, it finishes. What it answers is told by meaning here.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.actions.mlflow.meaning import error_of
from mltui.actions.mlflow.port import ModelNow, VersionNow, Which
from mltui.actions.mlflow.where import Where, where_to_write
from mltui.errors import MltuiError, Refused, Unanswered, Unreachable
from mltui.sources.children import read_line
from mltui.sources.dvc.python import interpreter
from mltui.sources.runner import Runner, kill_group

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer
    from mltui.sources.workspace import Workspace

CHILD = Path(__file__).with_name("child.py")
#: Importing mlflow, with nothing of it in memory yet (s).
START_SECONDS = 120.0
#: An answer: two requests to a server at most, but of a copy (s). Longer than the child's own patience.
ANSWER_SECONDS = 90.0
COPY_SECONDS = 600.0
#: One request to a server (s), unless the environment says otherwise; mlflow's own default is 120.
REQUEST_SECONDS = 30
_READS = ("refusal", "model", "version", "latest", "run")


def open_writer(workspace: Workspace, which: Which = "registry") -> Writer:
    """The writer of the project's model registry, or of its active store. Nothing is started yet.

    Raises `NotFound` if there is none, `Denied` if the server's login is for somebody else.
    """
    where = where_to_write(workspace, which)
    python = interpreter(workspace.project, workspace.config, needs="mlflow").path
    return MlflowWriter(python, where, workspace.runner)


class MlflowWriter:
    """The `Writer` of one place, by the mlflow of `python`."""

    def __init__(self, python: str, where: Where, runner: Runner) -> None:
        self._python, self._where, self._runner = python, where, runner
        self._process: subprocess.Popen[bytes] | None = None
        self._one = threading.Lock()
        self._closing = False
        self._warm = False  # whether this child has answered: until then it imports mlflow
        self._count = 0

    def prepare(self) -> None:
        if self._one.acquire(blocking=False):  # whoever asks at this moment starts it himself
            try:
                self._closing = False
                self._started()
            except MltuiError:
                pass  # the first question says it
            finally:
                self._one.release()

    def refusal(self) -> Refused | None:
        try:
            self._ask("refusal")
        except Refused as refused:
            return refused
        except MltuiError as error:
            return Refused(error.summary, error.hint)
        return None

    def close(self) -> None:
        self._closing = True
        if self._one.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._one.release()

    def model(self, name: str) -> ModelNow:
        said = self._ask("model", name=name)
        return ModelNow(said["name"], said["aliases"], said["tags"], said["description"] or "")

    def version(self, name: str, version: str) -> VersionNow:
        said = self._ask("version", name=name, version=version)
        words: dict[str, Any] = {key: "" if value is None else value for key, value in said.items()}
        return VersionNow(**words)

    def latest(self, name: str, stage: str) -> str | None:
        found: str | None = self._ask("latest", name=name, stage=stage)
        return found

    def set_alias(self, name: str, alias: str, version: str) -> None:
        self._ask("set_alias", name=name, alias=alias, version=version)

    def delete_alias(self, name: str, alias: str) -> None:
        self._ask("delete_alias", name=name, alias=alias)

    def set_stage(self, name: str, version: str, stage: str) -> None:
        self._ask("set_stage", name=name, version=version, stage=stage)

    def copy_version(self, name: str, version: str, to: str) -> str:
        return str(self._ask("copy_version", name=name, version=version, to=to))

    def set_model_tag(self, name: str, key: str, value: str) -> None:
        self._ask("set_model_tag", name=name, key=key, value=value)

    def delete_model_tag(self, name: str, key: str) -> None:
        self._ask("delete_model_tag", name=name, key=key)

    def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        self._ask("set_version_tag", name=name, version=version, key=key, value=value)

    def delete_version_tag(self, name: str, version: str, key: str) -> None:
        self._ask("delete_version_tag", name=name, version=version, key=key)

    def describe_model(self, name: str, text: str) -> None:
        self._ask("describe_model", name=name, text=text)

    def describe_version(self, name: str, version: str, text: str) -> None:
        self._ask("describe_version", name=name, version=version, text=text)

    def rename_model(self, name: str, new: str) -> None:
        self._ask("rename_model", name=name, new=new)

    def run(self, run_id: str) -> Mapping[str, object]:
        said: Mapping[str, object] = self._ask("run", run_id=run_id)
        return said

    def set_run_tag(self, run_id: str, key: str, value: str) -> None:
        self._ask("set_run_tag", run_id=run_id, key=key, value=value)

    def delete_run_tag(self, run_id: str, key: str) -> None:
        self._ask("delete_run_tag", run_id=run_id, key=key)

    def rename_run(self, run_id: str, name: str) -> None:
        self._ask("rename_run", run_id=run_id, name=name)

    def delete_run(self, run_id: str) -> None:
        self._ask("delete_run", run_id=run_id)

    def restore_run(self, run_id: str) -> None:
        self._ask("restore_run", run_id=run_id)

    def end_run(self, run_id: str, status: str, end: int | None) -> None:
        self._ask("end_run", run_id=run_id, status=status, end=end)

    def reopen_run(self, run_id: str, status: str, end: int | None) -> None:
        self._ask("reopen_run", run_id=run_id, status=status, end=end)

    def _ask(self, op: str, **said: object) -> Any:
        with self._one:
            self._closing = False
            try:
                answer = self._exchange(op, said)
                if answer.get("error", {}).get("kind") == "replaced":  # nothing was done yet: by another child, anew
                    self._end()
                    answer = self._exchange(op, said)
            finally:
                if self._closing:
                    self._end()
        if "error" in answer:
            raise error_of(answer["error"], self._where.shown, self._python)
        return answer["ok"]

    def _exchange(self, op: str, said: Mapping[str, object]) -> dict[str, Any]:
        process, deadline = self._sent(op, said)
        assert process.stdout is not None
        try:
            answer: dict[str, Any] = {}
            while answer.get("id") != self._count:  # else of a question whose asker was interrupted
                answer = json.loads(read_line(process.stdout.fileno(), deadline).splitlines()[-1])
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            self._end()
            raise self._silence(op, late=isinstance(error, TimeoutError)) from error
        self._warm = True
        return answer

    def _sent(self, op: str, said: Mapping[str, object]) -> tuple[subprocess.Popen[bytes], float]:
        """The child that has the question now, and until when it may take. One that died since has not got it."""
        self._count += 1
        line = json.dumps({"id": self._count, "op": op, "with": said}).encode() + b"\n"
        for _ in range(2):
            process = self._started()
            assert process.stdin is not None
            try:
                process.stdin.write(line)
                process.stdin.flush()
            except OSError:
                self._end()
                continue
            seconds = (COPY_SECONDS if op == "copy_version" else ANSWER_SECONDS) + START_SECONDS * (not self._warm)
            return process, time.monotonic() + seconds
        raise Unreachable(f"{self._python} does not run mlflow", f"try: {self._python} -c 'import mlflow'")

    def _silence(self, op: str, *, late: bool) -> MltuiError:
        what = "did not answer in time" if late else "ended without an answer"
        if op in _READS:
            hint = "try again" if late else f"try: {self._python} -c 'import mlflow'"
            return Unreachable(f"the mlflow that writes to {self._where.shown} {what}", hint)
        return Unanswered(
            f"the mlflow that writes to {self._where.shown} {what}: it may have been done", "look before trying again"
        )

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        argv = (self._python, str(CHILD))
        self._process = self._runner.start(argv, cwd=self._where.cwd, env=self._environment(), reading=False)
        return self._process

    def _environment(self) -> dict[str, str | None]:
        timeout = self._where.environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT") or str(REQUEST_SECONDS)
        return {
            **self._where.environ,
            "MLFLOW_HTTP_REQUEST_TIMEOUT": timeout,
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "1",
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE"),
            "PYTHONSTARTUP": None,
            "PYTHONUNBUFFERED": None,
            "PYTEST_CURRENT_TEST": None,
        }

    def _end(self) -> None:
        process, self._process, self._warm = self._process, None, False
        if process is not None:
            kill_group(process)
