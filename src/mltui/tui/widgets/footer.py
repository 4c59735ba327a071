"""The last line: the keys that act now, or a word about the key just pressed."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.present.text import Line, Span, line
from mltui.tui.widgets.bar import Bar, Piece


class FooterBar(Bar):
    """Keys on the left, read-write or read-only on the right."""

    GAP = 2

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: tuple[tuple[str, str], ...] = ()
        self._mode = ""
        self._word: Line = ()

    def show_keys(self, keys: Sequence[tuple[str, str]], mode: str) -> None:
        """Show (key, what it does) pairs, the most useful first."""
        self._keys, self._mode = tuple(keys), mode
        self._lay_out()

    def say(self, word: str, role: str = "warn") -> None:
        """Say something until the next key ("" takes it back)."""
        said = line(Span(word, role)) if word else ()
        if said != self._word:
            self._word = said
            self._lay_out()

    @property
    def word(self) -> str:
        """What is being said."""
        return "".join(span.text for span in self._word)

    def _lay_out(self) -> None:
        mode = Piece(line(Span(self._mode, "dim")), rank=1, right=True)
        if self._word:
            self.show([Piece(self._word), mode])
            return
        pieces = [
            Piece(line(Span(key, "title"), Span(f" {does}", "dim")), 2 + at)
            for at, (key, does) in enumerate(self._keys)
        ]
        self.show([*pieces, mode])
