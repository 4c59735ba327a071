"""Which names MLflow takes for an alias (mlflow/utils/validation.py), so that it is told before anything is asked."""

from __future__ import annotations

import re
from typing import Final

#: MLflow's longest alias (characters), and the longest tag key of its registry.
LONGEST: Final = 255
LONGEST_KEY: Final = 250
#: mltui claims an alias by a tag ``mltui.claim.<alias>.<32 hex digits>``, which has to fit.
LONGEST_CLAIMED: Final = LONGEST_KEY - len("mltui.claim.") - len(".") - 32

_NAME = re.compile(r"[\w\-]*\Z")
_VERSION = re.compile(r"[vV]\d+\Z")


def trouble(alias: str) -> str:
    """Why MLflow does not take `alias`, or mltui can't claim it; "" if nothing is wrong with it."""
    if not alias:
        return "an alias needs a name"
    if not _NAME.match(alias):
        return f"MLflow takes no alias {alias!r}: letters, digits, _ and - only"
    if alias.lower() == "latest":
        return f"{alias} is a word of MLflow's own: it always means the newest version"
    if _VERSION.match(alias):
        return f"MLflow takes no alias {alias!r}: it reads like a version"
    if len(alias) > LONGEST:
        return f"MLflow takes no alias of more than {LONGEST} characters"
    if len(alias) > LONGEST_CLAIMED:
        return f"an alias of more than {LONGEST_CLAIMED} characters can't be claimed"
    return ""
