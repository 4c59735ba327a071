"""Run mltui's readers against the oldest and the newest dvc 3, mlflow 2 and mlflow 3 that install here.

``python -m tests.matrix [NAME …]`` makes what is missing of the environments (environments.py) and prints what was
looked at in each, and what was not and why. Exit 1 if an answer differs or an environment can't be made.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.matrix.environments import ENVIRONMENTS, ROOT, Environment, NotInstalled, made
from tests.matrix.finding import Finding

sys.path.insert(0, str(ROOT / "tests" / "real"))

#: Variables of whoever runs this that would change what is read.
FOREIGN = ("MLTUI_CACHE_DIR", "MLTUI_STORE", "VIRTUAL_ENV", "CONDA_PREFIX")
FOREIGN_PREFIXES = ("MLFLOW_", "DVC_", "GIT_")


def main() -> int:
    names = sys.argv[1:] or [environment.name for environment in ENVIRONMENTS]
    known = {environment.name: environment for environment in ENVIRONMENTS}
    if unknown := [name for name in names if name not in known]:
        print(f"no environment {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    failed = [name for name in names if not run(known[name])]
    print(f"{len(names) - len(failed)} of {len(names)} agree" + (f"; not {', '.join(failed)}" if failed else ""))
    return int(bool(failed))


def run(environment: Environment) -> bool:
    """Whether all that could be looked at agrees; printed as it is found."""
    try:
        found = made(environment)
    except NotInstalled as error:
        print(f"{environment.name}: not tested: {error}", flush=True)
        return False
    print(f"{environment.name}: {environment.tool} {found.version} in {found.python.parents[1]}", flush=True)
    for line in found.passed_over:
        print(f"    {line}", flush=True)
    well = True
    with quiet_place() as place:
        try:
            if environment.tool == "dvc":
                from tests.matrix import dvc_check as checks
            else:
                from tests.matrix import mlflow_check as checks  # type: ignore[no-redef]
            for finding in checks.check(environment, found, place):
                well = well and not finding.wrong
                print("    " + str(finding).replace("\n", "\n    "), flush=True)
        except Exception:
            well = False
            print("    " + str(Finding("the check itself", traceback.format_exc().splitlines()[-12:])), flush=True)
    return well


@contextmanager
def quiet_place() -> Iterator[Path]:
    """A directory for one environment's check, with nobody's settings, cache, state or git identity but its own."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="mltui-matrix-") as temporary:
        place = Path(temporary, "project")
        place.mkdir()
        gitconfig = Path(temporary, ".gitconfig")  # in its home: the git libraries of an old dvc look nowhere else
        gitconfig.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
        for name in before:
            if name in FOREIGN or name.startswith(FOREIGN_PREFIXES):
                del os.environ[name]
        os.environ |= {
            "HOME": temporary,
            "GIT_CONFIG_GLOBAL": str(gitconfig),
            "MLTUI_CACHE_DIR": str(Path(temporary, "cache")),
            "XDG_STATE_HOME": str(Path(temporary, "state")),
            "DVC_NO_ANALYTICS": "1",
        }
        try:
            yield place
        finally:
            os.environ.clear()
            os.environ.update(before)


if __name__ == "__main__":
    raise SystemExit(main())
