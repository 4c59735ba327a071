"""Makes dvc harmless, whatever version it is of those that are known.

The object stores' remove and protect become no-ops: a status would otherwise delete a corrupt, writable object from the
user's cache. The guard would refuse it, too, and the status would fail.
"""

# dvc's own paths are strings:
# ruff: noqa: PTH118, SIM905

from __future__ import annotations

import os
from typing import Any

from .errors import one_line

#: What LocalFileSystem and the local object store may not do here.
NO_OPS = "remove rm rm_file move mv rename put_file cp_file copy symlink link hardlink reflink upload_fobj".split()
NO_OPS += "touch protect unprotect set_exec delete add _remove_unpacked_dir".split()


def tame(site: str, parsed: dict[str, Any]) -> None:
    """Make dvc harmless (NotImplementedError: it is not built as expected). `parsed` remembers params files."""
    try:
        from dvc.dependency import param
        from dvc.exceptions import DvcException
        from dvc.fs import LocalFileSystem
        from dvc.repo import Repo
        from dvc.repo.index import Index
        from dvc.stage import Stage
        from dvc.version import version_tuple
        from dvc_data.hashfile import build
        from dvc_data.hashfile.db.local import LocalHashFileDB
        from dvc_data.hashfile.hash import hash_file

        load, from_file = param.load_path, Index.from_file
        _ = build._build_external_tree_info, LocalHashFileDB.check
        _ = Repo._ignore, Repo.site_cache_dir, Stage._status_stage
    except (ImportError, AttributeError) as error:
        raise NotImplementedError(one_line(error)) from error
    if version_tuple[0] != 3:
        raise NotImplementedError(f"dvc {version_tuple[0]}")

    def nothing(*_args: Any, **_kwargs: Any) -> None: ...
    def external_tree(odb: Any, tree: Any, _name: str) -> Any:
        # DVC writes a 2.x directory object into the user's cache to hash it there; its bytes are in memory already
        _, info = hash_file(tree.path, tree.fs, odb.hash_name)
        tree.hash_info.name = info.name
        tree.hash_info.value = info.value if info.value.endswith(".dir") else info.value + ".dir"
        return tree

    def load_path(path: str, fs: Any, **kwargs: Any) -> Any:
        if path not in parsed:  # 300 stages read the same params.yaml
            parsed[path] = load(path, fs, **kwargs)
        return parsed[path]

    def index_of(repo: Any, path: str) -> Any:
        try:
            return from_file(repo, path)
        except DvcException:
            raise
        except Exception as error:  # YAML that parses but lies breaks dvc in many ways: it is that file's problem
            raise DvcException(one_line(error)) from error

    param.load_path, build._build_external_tree_info, Index.from_file = load_path, external_tree, index_of
    for owner, name in ((owner, name) for owner in (LocalHashFileDB, LocalFileSystem) for name in NO_OPS):
        if hasattr(owner, name):
            setattr(owner, name, nothing)
    Repo._ignore = nothing  # it writes .dvc/.gitignore
    Repo.tmp_dir = property(lambda repo: os.path.join(site, "tmp") if repo.local_dvc_dir else None, nothing)
