"""A frame that a terminal without UTF-8 has no letters for is not kept, and nothing ends of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_CODE = """
from mltui.sources.glance import keep, recall
for row in ("plain", "\\u65e5"):
    keep({path!r}, (80, 24), [row])
    print(recall({path!r}, (80, 24)))
    keep({path!r}, (1, 1), [])
"""


def test_a_frame_that_the_encoding_lacks_letters_for_is_not_kept(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env = {**os.environ, **ascii_only, "MLTUI_CACHE_DIR": str(tmp_path / "cache")}
    code = _CODE.format(path=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['plain']", "None"]
