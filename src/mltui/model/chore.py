"""Chores: small changes of runs, model versions and registered models, each of which can be taken back exactly.

A `Chore` is what somebody wants; what was there before is known once it was read: then it is `Change`s, which go into
the journal before anything is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

#: **end**: a RUNNING run whose process is gone is set to KILLED.
ChoreKind = Literal["tag", "untag", "note", "rename", "delete", "restore", "end"]
SubjectKind = Literal["run", "version", "model"]
#: What of a subject is changed: a tag by its key, the text about it, its name; of a run its lifecycle, its status.
Aspect = Literal["tag", "note", "name", "lifecycle", "status"]

#: The tag in which MLflow keeps the text about a run.
NOTE_TAG: Final = "mlflow.note.content"
#: Tags that begin so are MLflow's and mltui's own.
SYSTEM: Final = ("mlflow.", "mltui.")
#: Subjects that are named in a title; of more they are counted.
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Subject:
    """What a chore is done to. `id` is the run's, or the name of the registered model; `version` is of a version.
    `name` is what a person calls the run ("" if nobody named it)."""

    kind: SubjectKind
    id: str
    version: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """``run stormy-hare``, ``churn/3``, ``model churn``."""
        if self.kind == "run":
            return f"run {self.name or self.id[:8]}"
        return f"{self.id}/{self.version}" if self.kind == "version" else f"model {self.id}"


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one subject, from `before` to `after`; None is: there is none. `key` is of a tag.

    Of a status `ended` and `ends` are the end of the run before and afterwards (epoch ms, None: none). `withheld`: the
    journal did not keep a value that looked like a secret, so that it can't be taken back.
    """

    subject: Subject
    aspect: Aspect
    before: str | None
    after: str | None
    key: str = ""
    ended: int | None = None
    ends: int | None = None
    withheld: bool = False

    @property
    def what(self) -> str:
        """``tag team``, ``note``, ``name``."""
        return f"tag {self.key}" if self.aspect == "tag" else self.aspect


@dataclass(frozen=True, slots=True)
class Wish:
    """A value that is to become `after`, whatever is there now; of an undo it has to be what `undoes` left there."""

    subject: Subject
    aspect: Aspect
    after: str | None
    key: str = ""
    undoes: Change | None = None


@dataclass(frozen=True, slots=True)
class Chore:
    """What is to be done: `kind` is its word, `wishes` say what exactly. `undoes` is the journal's id of what it takes
    back, "" if it takes back nothing, and `undone` its title."""

    kind: ChoreKind
    wishes: tuple[Wish, ...]
    undoes: str = ""
    undone: str = ""

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Each once, in their order."""
        return tuple(dict.fromkeys(wish.subject for wish in self.wishes))

    @property
    def name(self) -> str:
        """For the journal: ``run tag``, ``model rename``."""
        word = "tag" if self.kind == "untag" else self.kind
        whose = "run" if all(subject.kind == "run" for subject in self.subjects) else "model"
        return f"{whose} {word}"

    @property
    def title(self) -> str:
        """``tag run stormy-hare with team=credit``."""
        if self.undoes:
            return f"undo: {self.undone}"
        whom = listed(self.subjects)
        if self.kind in ("tag", "untag"):
            set_ = [f"{wish.key}={_short(wish.after or '')}" for wish in self._keys() if wish.after is not None]
            gone = [wish.key for wish in self._keys() if wish.after is None]
            words = [f"tag {whom} with {', '.join(set_)}"] if set_ else []
            without = f"take {'tags' if len(gone) > 1 else 'tag'} {', '.join(gone)} off"
            return ", ".join((*words, without if words else f"{without} {whom}")) if gone else words[0]
        if self.kind == "rename":
            return f"rename {whom} to {self.wishes[0].after}"
        if self.kind == "note":
            return f"{'write about' if self.wishes[0].after else 'take the note off'} {whom}"
        return {"delete": "delete", "restore": "restore", "end": "set to KILLED"}[self.kind] + f" {whom}"

    def _keys(self) -> Iterable[Wish]:
        """One wish for each key."""
        return {wish.key: wish for wish in self.wishes}.values()


def tagged(subjects: Sequence[Subject], tags: Mapping[str, str | None]) -> Chore:
    """Set tags, and take those off whose value is None."""
    kind: ChoreKind = "untag" if all(value is None for value in tags.values()) else "tag"
    return Chore(kind, tuple(Wish(one, "tag", value, key) for one in subjects for key, value in tags.items()))


def noted(subjects: Sequence[Subject], text: str) -> Chore:
    """Write about them; "" takes what is written away."""
    return Chore("note", tuple(Wish(one, "note", text or None) for one in subjects))


def renamed(subject: Subject, name: str) -> Chore:
    """Another name of a run or of a registered model."""
    return Chore("rename", (Wish(subject, "name", name),))


def deleted(runs: Sequence[Subject]) -> Chore:
    """MLflow's deletion: they are kept, and come back, until ``mlflow gc``."""
    return Chore("delete", tuple(Wish(one, "lifecycle", "deleted") for one in runs))


def restored(runs: Sequence[Subject]) -> Chore:
    return Chore("restore", tuple(Wish(one, "lifecycle", "active") for one in runs))


def ended(runs: Sequence[Subject]) -> Chore:
    return Chore("end", tuple(Wish(one, "status", "KILLED") for one in runs))


def inverse(kind: ChoreKind, changes: Sequence[Change], entry: str, title: str) -> Chore:
    """What takes `changes` back, the last one first; `entry` and `title` are the journal's of what they were."""
    wishes = []
    for change in reversed(changes):
        subject = change.subject
        if subject.kind == "model" and change.aspect == "name":  # its name is what it is found by
            subject = Subject("model", change.after or "")
        elif subject.kind == "run" and change.aspect == "name":
            subject = Subject("run", subject.id, name=change.after or "")
        wishes.append(Wish(subject, change.aspect, change.before, change.key, change))
    opposite: dict[ChoreKind, ChoreKind] = {"tag": "untag", "untag": "tag", "delete": "restore", "restore": "delete"}
    return Chore(opposite.get(kind, kind), tuple(wishes), entry, title)


def listed(subjects: Sequence[Subject]) -> str:
    """``run a and run b``; of more than three how many there are."""
    if len(subjects) > NAMED:
        kinds = {subject.kind for subject in subjects}
        word = {"run": "runs", "version": "model versions", "model": "models"}[kinds.pop()] if len(kinds) == 1 else ""
        return f"{len(subjects)} {word or 'models and versions'}"
    *others, last = (subject.label for subject in subjects)
    return f"{', '.join(others)} and {last}" if others else last


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
