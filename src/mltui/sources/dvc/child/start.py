"""What the project's interpreter is told to run: ``python start.py NAME`` runs `main` of that module beside it.

A plain script, not ``-I``: that would hide PYTHONPATH and the user's site-packages, where a cluster's dvc may live. The
parent takes paths inside the repository out of PYTHONPATH, this file takes its own directory off sys.path, and makes
it the package `mltui_child` instead, so that no name in it is in anybody's way.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys


def main() -> None:
    here = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120
    sys.path = [path for path in sys.path if path and os.path.realpath(path) != here]
    sys.dont_write_bytecode = True
    os.umask(0o077)  # all that it writes is the cache, which is the user's alone
    where = os.path.join(here, "__init__.py")  # noqa: PTH118
    spec = importlib.util.spec_from_file_location("mltui_child", where, submodule_search_locations=[here])
    assert spec is not None
    sys.modules["mltui_child"] = importlib.util.module_from_spec(spec)
    importlib.import_module(f"mltui_child.{sys.argv[1]}").main()


if __name__ == "__main__":
    main()
