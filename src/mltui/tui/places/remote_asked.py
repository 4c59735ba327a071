"""``u`` in a place: asking a default remote what it has, one question at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from mltui.errors import SourceError
from mltui.present.marks import count
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.places.master import MasterDetail
from mltui.tui.working import begin

T = TypeVar("T")


class RemoteAsked(MasterDetail[T]):
    """A place that asks a remote when somebody says so, and only then."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._remote_asker = Asker()
        self.asking = ""  #: what is being asked; "" for nothing

    def ask_remote(self) -> None:
        """Ask about what is looked at; while something is being asked, stop that."""
        raise NotImplementedError

    def show_asking(self) -> None:
        """Say in a title what is going on."""
        self.entitle()

    def could_not_ask(self, root: Path, why: str) -> None:
        """Keep why the remote of `root` did not answer; "" where it did."""

    def stops_asking(self) -> bool:
        """Whether something was being asked, which is stopped now."""
        if self.asking:
            self.workspace.remote.stop()
        return bool(self.asking)

    def ask_about(self, root: Path, hashes: Iterable[str | None], what: str, nothing: str) -> None:
        """Ask the remote of `root` which of `hashes`, each a `what`, it has; where there are none `nothing` is said."""
        wanted = sorted({each for each in hashes if each and each.startswith("md5:")})
        if not wanted:
            self._say(nothing, "warn")
            return
        self._heard("asking the remote")
        begin(self, self._ask, root, wanted, what, group="remote")

    async def _ask(self, root: Path, wanted: list[str], what: str) -> None:
        source = self.workspace.remote
        try:
            found = await self._remote_asker.ask(
                lambda: source.ask(root, wanted, lambda word: self.call_later(self._overheard, word))
            )
        except SourceError as error:
            why = f"{error.summary}{f' ({error.hint})' if error.hint else ''}"
            self.could_not_ask(root, why)
            self._say(safe(why), "warn")
        else:
            self.could_not_ask(root, "")
            there = sum(found.answers[each].there for each in wanted)
            self._say(f"{safe(found.name)} has {there:,} of {count(len(wanted), what)}", "good")
        finally:
            self._heard("")
        self._read_detail()

    def _overheard(self, word: str) -> None:
        """What the one who asks says, from its thread: it may come behind the answer."""
        if self.asking:
            self._heard(word)

    def _heard(self, word: str) -> None:
        self.asking = safe(word)
        self.show_asking()
        self.post_message(self.KeysMoved())

    def _say(self, word: str, role: str) -> None:
        self.post_message(self.Said(word, role))
