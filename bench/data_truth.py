"""Hold `mltui data` against an independent reading of real histories: ``python -m bench.data_truth CORPUS [TRUTH]``.

For every repository in CORPUS ten commits chosen at random (``MLTUI_COMMITS``, ``MLTUI_SEED``): each .dvc file of the
tree is shown by git and read by PyYAML. With TRUTH also ``datasets_at_commit`` of its <name>.json. Every version that
`mltui data` tells is looked for in the history by ``git log`` of its file. Exits 1 on any difference.
"""

from __future__ import annotations

import json
import os
import posixpath
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

MLTUI = [sys.executable, "-m", "mltui"]
HASHES = ("md5", "etag", "checksum", "version_id")


def git(root: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=root, check=True, capture_output=True)
    return done.stdout.decode(errors="surrogateescape")


def mltui(root: Path, *args: str) -> Any:
    done = subprocess.run([*MLTUI, "-C", str(root), "data", "--json", *args], check=True, capture_output=True)
    return json.loads(done.stdout)


def independent(root: Path, sha: str) -> dict[str, str | None]:
    """{path: hash} of every .dvc file in the tree of a commit."""
    found: dict[str, str | None] = {}
    for name in git(root, "ls-tree", "-r", "-z", "--name-only", sha).split("\0"):
        base = posixpath.basename(name)
        if not base.endswith(".dvc") or base == ".dvc":
            continue
        try:
            said = yaml.safe_load(git(root, "show", f"{sha}:{name}"))
        except yaml.YAMLError:
            continue
        if not isinstance(said, dict) or said.get("cmd") is not None:
            continue
        for out in said.get("outs") or ():
            folder = posixpath.join(posixpath.dirname(name), said.get("wdir") or "")
            value = next((f"{kind}:{out[kind]}" for kind in HASHES if out.get(kind)), None)
            path = str(out["path"])
            found[path if "://" in path else posixpath.normpath(posixpath.join(folder, path))] = value
    return found


def at_commits(root: Path, shas: list[str]) -> list[str]:
    wrong = []
    for sha in shas:
        ours = {one["path"]: one["hash"] for one in mltui(root, "--at", sha)["datasets"]}
        theirs = independent(root, sha)
        if ours != theirs:
            differ = {path for path in ours.keys() | theirs.keys() if ours.get(path, "") != theirs.get(path, "")}
            wrong.append(f"at {sha[:9]}: {sorted(differ)[:5]}")
    return wrong


def locked_at(root: Path, shas: list[str]) -> list[str]:
    """Every stage of every dvc.lock at the commits, against PyYAML."""
    from mltui.config import Config
    from mltui.sources.dvc.history.source import DvcHistorySource
    from mltui.sources.git.locate import open_project
    from mltui.sources.runner import ProcessRunner

    runner = ProcessRunner()
    history = DvcHistorySource(open_project(root, runner), runner, Config()).load()
    wrong = []
    for sha in shas:
        files = history.at(sha)
        assert files is not None
        theirs: dict[tuple[str, str], Any] = {}
        for name in git(root, "ls-tree", "-r", "-z", "--name-only", sha).split("\0"):
            if posixpath.basename(name) == "dvc.lock":
                said = yaml.safe_load(git(root, "show", f"{sha}:{name}")) or {}
                stages = said.get("stages", {}) if "schema" in said else said
                theirs.update({(posixpath.dirname(name), str(stage)): entry for stage, entry in stages.items()})
        ours = {tuple(key): entry for key, entry in files.locked.items() if not key.name.startswith("./")}
        if ours.keys() != theirs.keys():
            wrong.append(f"stages at {sha[:9]}: {sorted(ours.keys() ^ theirs.keys())[:5]}")
        for key in ours.keys() & theirs.keys():
            for kind, mine in (("deps", ours[key].deps), ("outs", ours[key].outs)):
                rows = list(theirs[key].get(kind) or ())
                expected = [next((f"{h}:{row[h]}" for h in HASHES if row.get(h)), None) for row in rows]
                if [one.hash for one in mine] != expected or len(mine) != len(rows):
                    wrong.append(f"{kind} of {key} at {sha[:9]}")
                ends = [posixpath.basename(str(row["path"]).replace("\\", "/").rstrip("/")) for row in rows]
                if [posixpath.basename(one.path) for one in mine] != ends:
                    wrong.append(f"paths of {kind} of {key} at {sha[:9]}")
            values = [v for each in (theirs[key].get("params") or {}).values() for v in (each or {}).values()]
            if json.dumps([v for each in ours[key].params.values() for v in each.values()]) != json.dumps(
                values, default=str
            ):
                wrong.append(f"params of {key} at {sha[:9]}")
    return wrong


def versions(root: Path) -> list[str]:
    """Each version against ``git log``: its commit has it, none of that one's parents has, and its refs contain it."""
    wrong = []
    for one in mltui(root, "--all")["datasets"]:
        told = one["versions"]
        for version in random.sample(told, min(5, len(told))):
            value, path = version["hash"], version["path"]
            if independent(root, version["commit"]).get(path) != value:
                wrong.append(f"{path} {value} is not at {version['commit'][:9]}")
            parents = git(root, "rev-list", "--parents", "-1", version["commit"]).split()[1:]
            if any(independent(root, parent).get(path) == value for parent in parents):
                wrong.append(f"{path} {value} came before {version['commit'][:9]}")
            for ref in version["tips"]:
                there = independent(root, ref)
                if value not in (there.get(path), there.get(one["path"])):
                    wrong.append(f"{path} {value} is not at {ref}")
            inside = git(
                root,
                "for-each-ref",
                "--contains",
                version["commit"],
                "--format=%(refname:short)",
                "refs/heads",
                "refs/tags",
            )
            if missing := set(inside.split()) - set(version["refs"]):
                wrong.append(f"{path} {value}: not in {sorted(missing)[:3]}")
    return wrong


def truth(root: Path, path: Path) -> list[str]:
    wrong = []
    for run in json.loads(path.read_text())["runs"]:
        if run.get("datasets_at_commit") is not None:
            listed = mltui(root, "--at", run["commit"])["datasets"]
            ours = {one["path"]: one["hash"].removeprefix("md5:") for one in listed if one["hash"]}
            if ours != run["datasets_at_commit"]:
                wrong.append(f"truth at {run['commit'][:9]}")
    return wrong


def main() -> int:
    corpus, truths = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None
    random.seed(int(os.environ.get("MLTUI_SEED", "1")))
    failed = False
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MLTUI_CACHE_DIR": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
        for root in sorted(each for each in corpus.iterdir() if (each / ".git").exists()):
            shas = git(root, "rev-list", "--branches", "--tags", "--remotes", "HEAD").split()
            chosen = random.sample(shas, min(int(os.environ.get("MLTUI_COMMITS", "10")), len(shas)))
            wrong = at_commits(root, chosen) + locked_at(root, chosen) + versions(root)
            if truths is not None and (truths / f"{root.name}.json").exists():
                wrong += truth(root, truths / f"{root.name}.json")
            failed |= bool(wrong)
            print(
                f"{root.name}: {len(chosen)} of {len(shas)} commits, "
                + (f"{len(wrong)} differences" if wrong else "equal")
            )
            for text in wrong[:10]:
                print("   ", text)
    return failed


if __name__ == "__main__":
    sys.exit(main())
