"""A line to type into whose text may come from outside: shown to the letter, never obeyed."""

from __future__ import annotations

from rich.highlighter import Highlighter
from rich.text import Text
from textual.widgets import Input

from mltui.model.letters import seen

#: C0 controls have pictures; of others only that something stands there. One character for one: the cursor counts them.
_PICTURES = {**{code: 0x2400 + code for code in range(0x20)}, 0x7F: 0x2421}
_SOMETHING = "\N{REPLACEMENT CHARACTER}"


class _Inert(Highlighter):
    """Not a colour, but the characters that a terminal would obey."""

    def __call__(self, text: str | Text) -> Text:
        plain = text.plain if isinstance(text, Text) else text
        shown = plain if seen(plain) else "".join(map(_shown, plain))
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def highlight(self, text: Text) -> None:
        """Nothing is marked."""


def _shown(char: str) -> str:
    return char if seen(char) else chr(_PICTURES.get(ord(char), ord(_SOMETHING)))


class Field(Input):
    """Textual's, whose value is what it is and is drawn without control, bidirectional and format characters."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        compact: bool = False,
        disabled: bool = False,
        select_on_focus: bool = True,
        id: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            highlighter=_Inert(),
            compact=compact,
            disabled=disabled,
            select_on_focus=select_on_focus,
            id=id,
        )
