"""A repository whose gates are run: real git, real commands; model and version are made up, as a registry has them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from git_repository import git

from mltui.actions.gates import run_gates
from mltui.actions.opening import open_workspace
from mltui.actions.trusting import trust
from mltui.model.gates import Gate, GateReport, GateResult, Policy
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel


@dataclass
class World:
    """The repository at `root`, as one stands in `start`."""

    root: Path
    start: Path | None = None
    told: list[str] = field(default_factory=list)

    def version(self, commit: str | None = "HEAD") -> ModelVersion:
        sha = git(self.root, "rev-parse", commit) if commit == "HEAD" else commit
        return ModelVersion("churn", "5", "f" * 32, 0, commit=sha)

    def run(
        self,
        *gates: Gate,
        commit: str | None = "HEAD",
        stopped: threading.Event | None = None,
        trusting: bool = True,
        folder: str = "",
        flags: dict[str, object] | None = None,
    ) -> tuple[GateResult, ...]:
        """Run the gates for churn/5 to @champion."""
        policy = Policy(gates, origin="mltui.toml of main at 1234567", folder=folder)
        report = GateReport(policy, tuple(GateResult(each, "not run") for each in gates))
        workspace = open_workspace(self.start or self.root, flags)
        try:
            if trusting:
                trust(workspace.project, policy, {})
            version = self.version(commit)
            model = RegisteredModel("churn", "mlflow", (version,), {})
            told = run_gates(
                workspace,
                report,
                model,
                version,
                Target("alias", "champion"),
                lambda number, total, does: self.told.append(f"{number} of {total}: {does}"),
                stopped or threading.Event(),
            )
            assert told.policy is policy
            return told.results
        finally:
            workspace.close()

    def state(self) -> dict[str, str]:
        """Every file of the worktree and of git's own, but for mltui's state, with its content and mode."""
        found = {}
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if Path(folder, name) != self.root / ".git" / "mltui"]
            for name in (*files, *names):
                path = Path(folder, name)
                status = path.lstat()
                if path.is_symlink():
                    content = f"-> {path.readlink()}"
                else:
                    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
                found[str(path.relative_to(self.root))] = f"{status.st_mode:o} {content}"
        return found

    def worktrees(self) -> str:
        return git(self.root, "worktree", "list", "--porcelain")


def shell(script: str, timeout: int = 60) -> Gate:
    """A gate of one shell script."""
    return Gate("command", f"sh -c {script[:60]}", argv=("sh", "-c", script), timeout=timeout)


def program(*argv: str, preset: str = "", timeout: int = 120) -> Gate:
    return Gate("command", " ".join(argv), argv=argv, preset=preset, timeout=timeout)  # type: ignore[arg-type]


def frictionless(dataset: str, schema: str = "schema.json") -> Gate:
    """As `model.gate_reading` makes it."""
    argv = ("frictionless", "validate", "--json", "--schema", schema, dataset)
    return Gate("command", f"frictionless {dataset}", argv=argv, preset="frictionless", dataset=dataset, schema=schema)


def output(result: GateResult) -> bytes:
    return Path(result.output).read_bytes() if result.output else b""


def dvc(cwd: Path, *args: str) -> None:
    environ = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(["dvc", *args], cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def lives(words: Sequence[str]) -> bool:
    """Whether a process with exactly this command line runs."""
    wanted = b"".join(os.fsencode(word) + b"\0" for word in words)
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if (
                path.read_bytes() == wanted
                and path.with_name("stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            ):
                return True
        except OSError:
            continue
    return False
