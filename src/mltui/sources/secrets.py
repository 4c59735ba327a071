"""Commands as they may be kept and shown: without passwords and tokens. Overrides and variables stay as they are."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from mltui.model.redacting import addresses_redacted

#: What stands for something secret.
HIDDEN = "…"
#: Shorter values of secret variables are words that may stand anywhere (characters).
SHORTEST = 6

#: Words that end the name of something secret. A param is not one: `max_tokens`, `num_key_value_heads`.
_WORDS = r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|(?:api|access|secret|private|account|auth)_?key"
_WORDS += r"|connection_string)"
_NAME = re.compile(rf"(?i)(?!(?:old)?pwd$)(?:^|.*[_.-]){_WORDS}$")
_VALUE = r"(?:'[^']*'|\"(?:\\.|[^\"\\])*\"|[^\s'\";&|]+)"
# Each begins where a word begins: a text of one long word is gone through once.
_ASSIGNED = re.compile(rf"(?<![\w.-])([\w.-]+)(=)({_VALUE})")
_OPTION = re.compile(rf"(?<!\S)(--?[\w-]+)([= ]+)({_VALUE})")
_MEMBER = re.compile(r"(?<=['\"])([\w.-]+)(['\"]\s*:\s*)('[^']*'|\"(?:\\.|[^\"\\])*\")")
_HEADER = re.compile(r"(?i)\b((?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{6,}")


def without_secrets(text: str, environ: Mapping[str, str] | None = None) -> str:
    """`text` without what a person would not show: logins in addresses, values of options and variables that are called
    like a secret, and the values that such variables of `environ` (the process's own) hold. A path is none."""
    told = addresses_redacted(text)
    told = _HEADER.sub(rf"\1{HIDDEN}", told)
    told = _ASSIGNED.sub(_hidden, told)
    told = _OPTION.sub(_hidden, told)
    told = _MEMBER.sub(_hidden, told)
    for name, value in (os.environ if environ is None else environ).items():
        if len(value) >= SHORTEST and value[0] != "/" and value in told and _NAME.match(name):
            told = told.replace(value, HIDDEN)
    return told


def _hidden(found: re.Match[str]) -> str:
    name, mark, _ = found.groups()
    return f"{name}{mark}{HIDDEN}" if _NAME.match(name.replace("-", "_")) else found[0]
