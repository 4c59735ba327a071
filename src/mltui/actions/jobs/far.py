"""What a remote job runs there, in another clone: the commit in a worktree of its own, the command, and its result.

``python3 far.py run DIR`` is the command of the job that ``runner.py run DIR`` runs, so that all it does is in the
job's log and ends as the job ends; ``prepare DIR`` made the worktree before. It reads ``DIR/far.json`` and writes
``DIR/result.json``. With the `far_*.py` beside it: standard library only, Python 3.8 and later.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Sequence

if __package__:
    from .far_dvc import cache_of, dvc, has_remote, of_dvc, reproducing, settle_dvc
    from .far_git import git, say
    from .far_left import disk
    from .far_result import keep_result, only_here, size
else:  # run on another box
    from far_dvc import (  # type: ignore[import-not-found,no-redef]
        cache_of,
        dvc,
        has_remote,
        of_dvc,
        reproducing,
        settle_dvc,
    )
    from far_git import git, say  # type: ignore[import-not-found,no-redef]
    from far_left import disk  # type: ignore[import-not-found,no-redef]
    from far_result import keep_result, only_here, size  # type: ignore[import-not-found,no-redef]

#: Lays `FILE:key=value` over params files, as a process of its own that has dvc.
OVERRIDE = """
import sys
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides
for path, lines in to_path_overrides(sys.argv[1:]).items():
    apply_overrides(path, lines)
"""


def main(argv: Sequence[str]) -> int:
    folder = Path(argv[-1])
    order = json.loads((folder / "far.json").read_text())
    tree = folder / "worktree"
    if argv[0] == "prepare":
        git(order["clone"], "worktree", "add", "--quiet", "--detach", "--force", "--", str(tree), order["commit"])
        return 0
    for number in (signal.SIGINT, signal.SIGTERM):  # they are for what runs below; this one tells how it ended
        signal.signal(number, lambda *_: None)
    result: dict[str, Any] = {"notes": [], "baseline": order["baseline"]}
    settle_environment(Path(order["clone"]))
    settle_worktree(order, tree)
    code = run_command(order, folder, tree)
    if code == 0:
        keep_result(order, tree, result)
        push(order, tree, result)
        os.chdir("/")
        git(order["clone"], "worktree", "remove", "--force", "--", str(tree))
    else:
        much, away = size(disk(tree)), f"mltui clean {order['id']} takes it away"
        result["notes"].append(f"its worktree is kept: {tree} ({much}); {away}")
    git(order["clone"], "update-ref", "-d", f"refs/mltui/jobs/{order['id']}")
    part = folder / "result.json.part"
    part.write_text(json.dumps(result))
    os.replace(part, folder / "result.json")
    return code


def settle_environment(clone: Path) -> None:
    """Commands of stages find this interpreter first, and MLflow the clone's store: the worktree's would go with it."""
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    if sys.prefix != sys.base_prefix:
        os.environ["VIRTUAL_ENV"] = sys.prefix
    if "MLFLOW_TRACKING_URI" not in os.environ:
        files = (clone / "mlruns").is_dir() and not (clone / "mlflow.db").is_file()
        os.environ["MLFLOW_TRACKING_URI"] = f"file:{clone}/mlruns" if files else f"sqlite:///{clone}/mlflow.db"
    os.environ["DVC_NO_ANALYTICS"] = os.environ.get("DVC_NO_ANALYTICS", "1")


def settle_worktree(order: dict[str, Any], tree: Path) -> None:
    """The clone's DVC settings, cache and linked files for the worktree beside it."""
    clone = Path(order["clone"])
    say(f"worktree of {order['commit'][:7]} at {tree}")
    for root in sorted(tree.glob("**/.dvc")):
        if root.is_dir():
            settle_dvc(clone / root.relative_to(tree), root)
    for link in order["links"]:
        source, place = clone / link, tree / link
        if source.exists() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(source)
            say(f"{link} is a link to {source}")


def run_command(order: dict[str, Any], folder: Path, tree: Path) -> int:
    """The command itself, with what it can't do here done before."""
    place, argv = tree / order["below"], list(order["argv"])
    arguments = of_dvc(argv)
    if arguments is not None:
        if order["overrides"] and (code := override(order["overrides"], place)):
            return code
        argv = [*dvc(), *reproducing(arguments)]
        if order["force"]:  # dvc fetches nothing for a stage that is forced
            run([*dvc(), "pull", "--allow-missing"], place)
    return 1 if (folder / "stop.json").exists() else run(argv, place)


def override(overrides: list[str], place: Path) -> int:
    """Set params as `dvc exp run -S` does, by DVC itself."""
    say(f"params: {' '.join(overrides)}")
    return subprocess.run([sys.executable, "-c", OVERRIDE, *overrides], cwd=place, check=False).returncode


def run(argv: list[str], place: Path) -> int:
    say(f"$ {' '.join(argv)}")
    try:
        code = subprocess.run(argv, cwd=place, check=False).returncode
    except OSError as error:
        say(f"{argv[0]}: {error.strerror}")
        return 127
    return code if code >= 0 else 128 - code


def push(order: dict[str, Any], tree: Path, result: dict[str, Any]) -> None:
    """The new data to DVC's remote, if there is one."""
    if not order["push"] or not (tree / order["below"] / ".dvc").is_dir():
        return
    place = tree / order["below"]
    if has_remote(place / ".dvc"):
        why = "" if run([*dvc(), "push"], place) == 0 else "dvc push failed"
    else:
        why = "no DVC remote"
    if why:
        much = size(only_here(order, tree, cache_of(place / ".dvc")))
        result["notes"].append(f"{why}: its data ({much}) is only in the cache of {order['clone']}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
