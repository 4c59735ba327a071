"""A filter's text as tokens, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from mltui.errors import FilterError

Kind = Literal["word", "string", "name", "operator", "(", ")", ",", "end"]

#: Quotes as sqlparse, MLflow's lexer, sees them (``sqlparse/keywords.py``, SQL_REGEX): a doubled quote and one behind a
#: backslash do not end a string, and MLflow takes neither out of it. Words hold whatever has no meaning of its own; a
#: family may stand in backticks.
_TOKEN = re.compile(
    r"""(?P<string>'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*")
      | (?P<word>`[a-z]+`\.[^\s'"`=<>!~(),]*|(?:\[[^\]\[]*\]|[^\s'"`=<>!~(),])+)
      | (?P<name>`(?:``|[^`])*`)
      | (?P<operator><=|>=|!=|<>|==|[=<>~])
      | (?P<mark>[(),])""",
    re.VERBOSE,
)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written, from `start` to `end`. A "string" has quotes, a "name" backticks."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def content(self) -> str:
        """Without its quotes. What is inside is as it stands: MLflow knows no escapes."""
        return self.text[1:-1] if self.kind in ("string", "name") else self.text

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these (lower case) keywords, however it is written."""
        return self.kind == "word" and self.text.lower() in words


def tokens(text: str) -> tuple[Token, ...]:
    """All tokens, an "end" last. Raises `FilterError` where a quote is not closed or a letter means nothing."""
    found: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _complain(text, at)
        group = match.lastgroup or ""
        kind: Kind = match.group() if group == "mark" else group  # type: ignore[assignment]
        found.append(Token(kind, match.group(), match.start(), match.end()))
        at = _skip(text, match.end())
    return (*found, Token("end", "", len(text), len(text)))


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _complain(text: str, at: int) -> NoReturn:
    letter = text[at]
    if letter in "'\"`":
        raise FilterError(f"the quote {letter} is not closed", "", text, at, len(text), unclosed=True)
    raise FilterError(f"{letter} alone means nothing", "not equal is !=", text, at, at + 1)
