"""Two versions of a dataset, marked in its timeline to see what they differ in."""

from __future__ import annotations

from typing import Any

from mltui.model.dvc import Dataset
from mltui.model.key_names import key_of
from mltui.model.timeline import NOW, Moment
from mltui.present.text import Span, safe
from mltui.sources.sides.named import Named, commit, worktree
from mltui.tui.places.data.asking_remote import VersionsAsked
from mltui.tui.places.data.pane import DataPane

#: How many versions are compared.
PAIR = 2


class VersionsMarked(VersionsAsked):
    """A place of datasets with a `DataPane`, in whose timeline versions are marked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._marks: dict[str, tuple[str, ...]] = {}  # keys of moments by dataset, in the order they were marked

    def _look(self) -> None:
        """Show what two marked versions differ in, else what the cursor is on."""
        raise NotImplementedError

    @property
    def side(self) -> DataPane:
        return self.query_one("#side", DataPane)

    @property
    def dataset(self) -> Dataset | None:
        """The dataset looked at."""
        key = self.looked_at
        kept = self.kept.item if self.kept is not None and self.kept.key == key else None
        return self._items.get(key or "") or kept

    @property
    def moment(self) -> Moment | None:
        """What the cursor of the timeline is on; None while that is the timeline of the dataset looked at before."""
        return self.side.moment if self._shown == self.looked_at else None

    @property
    def marks(self) -> tuple[str, ...]:
        """The keys of the marked moments of the dataset looked at."""
        return self._marks.get(self.looked_at or "", ())

    def unmarkable(self) -> str | None:
        if not self.inside:
            return "enter the timeline first: versions are marked there"
        moment, dataset = self.moment, self.dataset
        if dataset is not None and self._shown != self.looked_at:
            return f"the timeline of {safe(dataset.path)} is still being read"
        if moment is None or dataset is None or (moment.kind == "now" and not dataset.hash):
            return "there is nothing to mark"
        return None if moment.kind in ("now", "version") else "only versions are marked"

    def mark(self) -> None:
        """``space``: two versions can be marked; a third takes the place of the one marked first."""
        moment = self.moment
        if moment is None:
            return
        marks = self.marks
        marks = tuple(key for key in marks if key != moment.key) if moment.key in marks else (*marks, moment.key)
        self._marks[self.looked_at or ""] = marks[-PAIR:]
        self._flag()
        self.entitle_timeline()
        self.side.timeline.action_move(1)
        self._look()

    def _flag(self) -> None:
        self.side.timeline.flag(dict.fromkeys(self.marks, Span(self.symbols.marked, "good")))

    def marked_versions(self) -> tuple[str, str] | None:
        """The hashes of the two marked versions, the older one first; None where there are no two."""
        dataset, marks = self.dataset, self.marks
        if dataset is None or len(marks) < PAIR:
            return None
        numbers = {version.hash: number for number, version in enumerate(dataset.history)}
        order = sorted(marks, key=lambda key: numbers.get(key, len(numbers)))
        old, new = (dataset.hash or "" if key == NOW else key for key in order)
        return old, new

    def pair_is_marked(self) -> bool:
        return self.inside and self.marked_versions() is not None

    def pair(self) -> tuple[Named, Named] | str:
        """The commits that the two marked versions came with; without marks those of the version under the cursor and
        the one before. What the worktree has is the worktree."""
        dataset, moment = self.dataset, self.moment if self.inside else None
        digests = self.marked_versions()
        if digests is None and moment is not None and moment.version is not None and moment.former is not None:
            digests = moment.former.hash, moment.version.hash
        if dataset is None or digests is None:
            return f"mark two versions with {key_of('mark')} to ask why they differ"
        numbers = {version.hash: number for number, version in enumerate(dataset.history, start=1)}
        names = [f"{dataset.path} v{numbers[each]}" if each in numbers else "" for each in digests]
        old, new = (
            commit(dataset.history[numbers[each] - 1].commit, name) if name else worktree()
            for each, name in zip(digests, names, strict=True)
        )
        return (old, new) if old != new else "both versions came with one commit"
