"""Where DVC itself remembers hashes: asked whenever the DVC child opens a project."""

# dvc's own paths are strings:
# ruff: noqa: PTH110, PTH118, PTH204

from __future__ import annotations

import os
from types import SimpleNamespace


def own_hashes(root: str, environment: str | None) -> str | None:
    """Where this dvc itself remembers the hashes of a project: asked of its own code, on a stand-in for the project."""
    from dvc.config import Config
    from dvc.fs import LocalFileSystem
    from dvc.repo import Repo

    born = os.path.join(root, ".dvc", "tmp", "btime")  # part of the name (dvc.repo.Repo._btime)
    stand_in = SimpleNamespace(root_dir=root, fs=LocalFileSystem(), config=Config(os.path.join(root, ".dvc")))
    stand_in._btime = os.path.getmtime(born) if os.path.exists(born) else None
    os.environ.update({"DVC_SITE_CACHE_DIR": environment} if environment else {})
    try:
        site = Repo.__dict__["site_cache_dir"].__get__(stand_in, Repo)
    except (OSError, AttributeError):  # it would have to be made first: nothing is known
        return None
    finally:
        os.environ.pop("DVC_SITE_CACHE_DIR", None)
    return os.path.join(site, "hashes", "local", "cache.db")
