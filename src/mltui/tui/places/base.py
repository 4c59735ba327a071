"""What every place has: a number, a title, a way to be empty, and hooks for filter, sort, copy and going there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.message import Message
from textual.reactive import reactive

from mltui.errors import FilterError
from mltui.model.key_names import key_of
from mltui.model.part import Part
from mltui.present.text import Line, Symbols
from mltui.tui.feeds import PARTS
from mltui.tui.places.outside import Outside
from mltui.tui.places.within import Within
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from mltui.model.chore import Subject
    from mltui.model.dvc import DvcExperiment
    from mltui.sources.sides.named import Named
    from mltui.tui.places.offers import Offer
    from mltui.tui.places.registry import Known

T = TypeVar("T")

#: The parts a screen has by name: what a `Place` declares of them is bound to it.
Parts = Mapping[str, Part[Any] | None]

#: Reactives that are bound to every place that declares them.
BOUND = (*PARTS, "primary", "now")


def bound(default: T) -> reactive[T]:
    """A reactive that the screen binds: it starts nothing by itself and draws nothing, its watcher does."""
    return reactive(default, init=False, repaint=False)


class Place(Within):
    """One of the seven places, or one `aside` that is reached from things in them.

    A subclass declares what it shows (``git: reactive[Part[GitState] | None] = bound(None)``), so that only what moved
    is drawn, of the names in `PARTS`, and ``primary`` (``PrimaryMetric | None``) and ``now`` (epoch ms, moves once a
    minute) where it needs them; the screen binds them, and sets `empty`.
    """

    known: ClassVar[Known]

    #: What is missing and the one command that fills it; () where there is something to show.
    empty: reactive[tuple[Line, ...]] = bound(())
    #: The filter as typed; "" for none.
    filter_text: reactive[str] = bound("")

    #: Commands that the last line names first, by id.
    first_keys: ClassVar[Sequence[str]] = ()
    #: Whether there are columns that are not shown, so that ``s`` asks for `more_to_sort` and says their keys too.
    has_more_to_sort: ClassVar[bool] = False

    _behind = False

    class GoTo(Message):
        """Somebody wants to be at `key` in the place named `place` (its title in lower case)."""

        def __init__(self, place: str, key: str) -> None:
            self.place = place
            self.key = key
            super().__init__()

    class MoreWanted(Message):
        """Somebody came near the end of what the source `name` has given so far."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    class KeysWanted(Message):
        """Rows need what the source `name` was not yet asked for."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    class ReadAside(Message):
        """Something that may be large was read, which no feed brings."""

    class Asked(Message):
        """A row asks for a command, by its id."""

        def __init__(self, command: str) -> None:
            self.command = command
            super().__init__()

    class KeysMoved(Message):
        """Other keys may act now than before: the footer is drawn again."""

    class Said(Message):
        """A word for the last line, in a role of `tui.roles`."""

        def __init__(self, word: str, role: str = "warn") -> None:
            self.word, self.role = word, role
            super().__init__()

    class Left(Message):
        """Somebody comes out of a place that is `aside`: back to where they came to it from."""

    @property
    def symbols(self) -> Symbols:
        """The characters this terminal can show."""
        return symbols(self.app)

    @property
    def number(self) -> int:
        """The key that goes there."""
        return self.known.number

    @property
    def title(self) -> str:
        """What the place is called."""
        return self.known.title

    def content(self) -> ComposeResult:
        """The widgets of the place when it is not empty."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield LinesView(id="empty", focusable=False)
        yield from self.content()

    def rebuild(self) -> None:
        """Make what is shown again, in a worker. Called through `moved` only while the place is in front."""

    def moved(self) -> None:
        """Something that is shown here moved: make it again, or when the place comes to the front."""
        self._behind = not self.display
        if self.display and self.is_mounted:
            self.rebuild()

    def come_to_front(self) -> None:
        """The place is in front now: catch up with what moved meanwhile."""
        if self._behind:
            self._behind = False
            self.rebuild()

    def watch_empty(self, empty: tuple[Line, ...]) -> None:
        self.set_class(bool(empty), "-empty")
        self.query_one("#empty", LinesView).show(empty)

    # What keys of the screen ask of the place in front

    def leave(self) -> bool:
        """``esc`` and ``q``: come out of a detail or end a filter. True if there was something to leave."""
        if self.filter_text:
            self.filter_text = ""
            return True
        return False

    @property
    def unsettled(self) -> bool:
        """Whether rows were asked for (another filter, another order, the first ones) that are not shown yet."""
        return False

    @property
    def one_by_one(self) -> bool:
        """Whether each step of the cursor brings other rows, so that a key that is held waits for them every time."""
        return False

    def in_detail(self) -> bool:
        """Whether a detail is what one looks at, and not rows."""
        return False

    def leaves(self) -> bool:
        """Whether there is something to leave."""
        return bool(self.filter_text)

    def opens(self) -> bool:
        """Whether ``enter`` opens something now."""
        return False

    def selected(self) -> str | None:
        """The key of what the cursor is on, for ``<`` and ``>``."""
        return None

    def reveal(self, key: str) -> bool:
        """Put the cursor on `key`, as soon as it is there. False if this place has no such things."""
        return False

    def copy_id(self) -> str | None:
        """What ``y`` copies: the full id of what the cursor is on."""
        return self.selected()

    def as_of_word(self) -> str:
        """What ``t`` offers: the commit of what the cursor is on, "" where it is on none."""
        return ""

    def lineage_of(self) -> str | None:
        """The id of the lineage node the cursor is on (`model.lineage.graph.Node.id`)."""
        return None

    def worked_on(self) -> str | None:
        """The id of the lineage node that ``W`` makes a worktree of."""
        return self.lineage_of()

    def promoted_of(self) -> str | None:
        """The id of the lineage node that ``P`` promotes."""
        return self.worked_on()

    def chosen_experiments(self) -> Sequence[DvcExperiment]:
        """The DVC experiments that are marked, else the one the cursor is on."""
        return ()

    def subjects(self) -> Sequence[Subject]:
        """The runs or model versions that chores are done to: those that are marked, else the one the cursor is on."""
        return ()

    def no_lineage(self) -> str:
        """Why there is nothing for ``l`` here."""
        return "nothing here has a lineage"

    def unmarkable(self) -> str | None:
        """Why ``space`` marks nothing now; None if it does."""
        return f"{self.title} has nothing to mark"

    def mark(self) -> None:
        """``space``: mark what the cursor is on, or take its mark away. Only called when `unmarkable` said None."""

    def pair(self) -> tuple[Named, Named] | str:
        """The two things that ``d`` asks of why they differ, the older one first; else why there are no two."""
        return f"{self.title} has no two things to ask of why they differ"

    def pair_is_marked(self) -> bool:
        """Whether `pair` is of two things that were marked in the detail one looks at."""
        return False

    def copies(self) -> bool:
        """Whether `offers` has any."""
        return False

    def offers(self) -> Sequence[Offer]:
        """What can be copied besides the id: the table, the row, its values."""
        return ()

    def special(self) -> Sequence[str]:
        """The groups of commands with which the help begins: those that act nowhere else."""
        return ()

    def front_page(self) -> str:
        """The name of the page beside the table that is in front; "" where there is none."""
        return ""

    def has_other_files(self) -> bool:
        """Whether the page in front is one of several files, through which ``left`` and ``right`` go."""
        return False

    def outside(self) -> Outside | None:
        """What ``o`` opens or copies: what the cursor is on by the name it has outside mltui."""
        return None

    def no_outside(self) -> str:
        """Why there is nothing for ``o`` here."""
        return f"{self.title} has nothing to open outside"

    def show_rows(self) -> None:
        """Bring the rows to the front: somebody wants to filter or order them."""

    def pages(self) -> Sequence[str]:
        """What can be looked at beside the rows besides their detail."""
        return ()

    def turn_to(self, page: str) -> None:
        """Bring one of `pages` to the front; the one in front already gives way to the detail."""

    def has_pane(self) -> bool:
        """Whether there is a pane beside the rows."""
        return False

    def fill(self) -> None:
        """Give the whole place to the pane, or share it with the rows again."""

    def is_searched(self, text: str) -> bool:
        """Whether a filter is words to search for, and not an expression."""
        return True

    def unmatched(self, text: str) -> str:
        """What is said where a filter lets nothing through."""
        return f"nothing matches {text!r}; {key_of('leave')} brings all rows back"

    def filters(self) -> bool:
        """Whether ``/`` does something here."""
        return False

    def fault(self, text: str) -> FilterError | None:
        """Why `text` is no filter; None for one that can be used."""
        return None

    def completed(self, text: str) -> tuple[str, Sequence[str]]:
        """``tab``: `text` with its end completed, and what it could go on as where that is not decided."""
        return text, ()

    def step_match(self, text: str, by: int) -> bool:
        """``n`` and ``N``: go to the next or former row that holds the words of `text`. False where there is none."""
        return False

    def sort_choices(self) -> Sequence[tuple[str, str]]:
        """Columns ``s`` can order by: key and title. (): ``s`` does nothing here."""
        return ()

    def more_to_sort(self) -> Sequence[tuple[str, str]]:
        """Columns that are not shown and ``s`` can order by as well: key and title. In a worker."""
        return ()

    def sort(self, orders: Sequence[tuple[str, bool]]) -> None:
        """Order by columns, each with whether it descends, the first one first; () for the order the rows come in."""

    def order_by(self, column: str | None) -> None:
        """Order by a column, from its best or largest where it has such; the one ordered by already turns round."""
        now = self.sorted_by()
        turned = not now[1] if now and now[0] == column else column is not None and self.falls(column)
        self.sort([(column, turned)] if column is not None else ())

    def falls(self, column: str) -> bool:
        """Whether an order by this column begins with the largest."""
        return False

    def orders(self) -> Sequence[tuple[str, bool]]:
        """The columns ordered by, and whether each descends."""
        return ()

    def sorted_by(self) -> tuple[str, bool] | None:
        """The first column ordered by, and whether it descends."""
        return next(iter(self.orders()), None)
