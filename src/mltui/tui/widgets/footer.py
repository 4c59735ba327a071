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
        self._mode, self._last = "", 0
        self._word: Line = ()

    def show_keys(self, keys: Sequence[tuple[str, str]], mode: str, closing: int = 0) -> None:
        """Show (key, what it does) pairs, the most useful first; of the last `closing` ones the first, how to find all
        others, stays whatever else finds room."""
        self._keys, self._mode, self._last = tuple(keys), mode, closing
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
        often = self._mode == "read-write"  # says least: no key gives way to it
        mode = Piece(line(Span(self._mode, "dim")), rank=3 + len(self._keys) if often else 1, right=True)
        if self._word:
            self.show([Piece(self._word), mode])
            return
        stays = len(self._keys) - self._last if self._last else -1
        pieces = [
            Piece(line(Span(key, "title"), Span(f" {does}", "dim")), 2 if at == stays else 3 + at)
            for at, (key, does) in enumerate(self._keys)
        ]
        self.show([*pieces, mode])
