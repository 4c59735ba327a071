"""mltui as a command whose keys wait for each other as long as a busy machine needs."""

from __future__ import annotations

import sys

#: What a key does may take long: only what hangs lets the next ones pass.
_CODE = "import mltui.tui.typed as typed; typed.PATIENCE = 600.0; from mltui.cli import main; main()"
PATIENT = (sys.executable, "-c", _CODE)
