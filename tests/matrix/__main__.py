"""Run the DVC child under the oldest and the newest dvc 3 that install, each against that dvc's own answers.

``python -m tests.matrix [NAME …]`` makes what is missing of the environments below, in $MLTUI_MATRIX_DIR or ``.matrix``
beside the Makefile, and prints a line for each. The pins are those without which old releases no longer import.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "real"))


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment: what is installed, and whether its dvc knows `status --no-updates` and `matrix`."""

    name: str
    packages: tuple[str, ...]
    modern: bool = True


#: What dvc 3.0 calls was renamed or dropped later, in pathspec 0.12, setuptools 80, dulwich 1 and others.
OLD = ("pathspec<0.12", "setuptools<70", "dulwich<0.22", "pygit2<1.14", "fsspec<2024")
DVC = (
    Environment("dvc-oldest", ("dvc==3.0.0", *OLD), modern=False),
    Environment("dvc-newest", ("dvc>=3,<4",)),
)
#: For the child files that talk to mlflow; here it is only made sure that they install and import.
MLFLOW = (
    Environment("mlflow2-oldest", ("mlflow==2.9.0", "setuptools<70")),
    Environment("mlflow2-newest", ("mlflow>=2.9,<3",)),
    Environment("mlflow3-oldest", ("mlflow==3.0.0", "setuptools<70")),
    Environment("mlflow3-newest", ("mlflow>=3,<4,!=3.18.0",)),
)


def made(environment: Environment) -> Path:
    """The environment's interpreter, installed if it is not there yet. Raises CalledProcessError if it can't be."""
    base = Path(os.environ.get("MLTUI_MATRIX_DIR", ROOT / ".matrix")) / environment.name
    python, stamp = base / "bin" / "python", base / ".installed"
    wanted = "\n".join(environment.packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(base)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *environment.packages]
        subprocess.run(install, check=True, capture_output=True, text=True)
        stamp.write_text(wanted)
    return python


def check_dvc(environment: Environment, python: Path) -> list[str]:
    """What differs between mltui's answer and `python`'s own dvc, over every change the real-tool tests make."""
    import dvc_project as dp
    import test_dvc_status as changes

    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["MLTUI_CACHE_DIR"] = str(Path(temporary, "cache"))
        os.environ["DVC_SITE_CACHE_DIR"] = str(Path(temporary, "site"))
        os.environ["DVC_NO_ANALYTICS"] = "1"
        declared = dp.FILES["dvc.yaml"]
        if not environment.modern:
            start, end = declared.index("  grid:"), declared.index("  named/deep:")
            declared = declared[:start] + declared[end:]
        template = dp.make(Path(temporary, "template"), python, declared)
        project = dp.copy(template, Path(temporary, "project"))
        reader = dp.source(project, python=str(python))
        try:
            for name, change in changes.CHANGES.items():
                if name == "matrix item added" and not environment.modern:
                    continue
                changes.restored(template, project)
                change(project)
                pipeline = reader.load()
                options = ["--no-updates"] if environment.modern else []
                argv = [str(python), "-m", "dvc", "status", "--json", *options]
                done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
                own = json.loads(done.stdout or "{}") if done.returncode == 0 else done.stderr.strip()[:200]
                if dp.entries(pipeline) != own:
                    wrong.append(f"{name}: ours {dp.entries(pipeline)} dvc {own}")
        finally:
            reader.close()
        if environment.name not in pipeline.reader and str(python) not in pipeline.reader:
            wrong.append(f"read by {pipeline.reader}")
    return wrong


def main() -> int:
    """1 if an environment could not be made, or if an answer differs in one."""
    wanted, failed = sys.argv[1:], 0
    for environment in (*DVC, *MLFLOW):
        if wanted and environment.name not in wanted:
            continue
        try:
            python = made(environment)
        except subprocess.CalledProcessError as error:
            print(f"{environment.name}: can't be made: {error}\n{error.stderr or ''}", flush=True)
            failed += 1
            continue
        if environment in DVC:
            wrong = check_dvc(environment, python)
        else:
            done = subprocess.run([str(python), "-c", "import mlflow"], capture_output=True, text=True, check=False)
            wrong = done.stderr.strip().splitlines()[-1:] if done.returncode else []
        listing = [str(python), "-m", "pip", "list", "--format=freeze"]
        versions = subprocess.run(listing, capture_output=True, text=True, check=True)
        package = environment.name.partition("-")[0].rstrip("23")
        version = next((line for line in versions.stdout.splitlines() if line.startswith(f"{package}==")), "?")
        print(f"{environment.name}: {version}: {'agrees' if not wrong else 'DIFFERS'}", flush=True)
        for line in wrong:
            print(f"    {line}", flush=True)
        failed += bool(wrong)
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
