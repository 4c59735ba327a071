"""One chore done to many subjects: what is there is read right before, and one subject's trouble is not another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mltui.actions.chores import values
from mltui.actions.chores.commands import equivalent
from mltui.actions.chores.sense import trouble
from mltui.actions.chores.stores import Stores
from mltui.actions.chores.values import Now
from mltui.actions.gateway import Tell
from mltui.actions.mlflow.port import Which, Writer
from mltui.errors import Busy, Denied, MltuiError, NotFound, Refused, SourceError, Throttled, Unanswered, Unreachable
from mltui.model.chore import Change, Chore, Subject, Wish, listed
from mltui.model.chore_record import changes_document
from mltui.model.journal import Note
from mltui.model.key_names import key_of
from mltui.model.life import Life
from mltui.model.outcome import Outcome
from mltui.sources.port import now_ms
from mltui.sources.secrets import without_secrets

#: Why-nots that a refusal names; the rest is counted.
NAMED: Final = 5


class ChoreAction:
    """The action of one `Chore`. `refusal` reads: what it found are `changes`, and `alone` says what is left alone."""

    def __init__(self, chore: Chore, stores: Stores, done_in: str = "") -> None:
        """`done_in` is the address that what it takes back was done in, "" for anywhere."""
        self.chore = chore
        self.changes: tuple[Change, ...] = ()
        self.alone: tuple[str, ...] = ()
        self.already: tuple[str, ...] = ()  #: what of it is as it is wished already
        self._stores = stores
        self._where, self._done_in = "", done_in

    @property
    def which(self) -> Which:
        """Runs are in the store, models in the registry."""
        return "store" if self.chore.subjects[0].kind == "run" else "registry"

    @property
    def name(self) -> str:
        return "undo" if self.chore.undoes else self.chore.name

    @property
    def title(self) -> str:
        return self.chore.title

    @property
    def note(self) -> Note:
        facts = changes_document(self.chore.kind, map(_kept, self.changes)) | {"store": self._where}
        if self.chore.undoes:
            facts["undo"] = self.chore.undoes
        before, after = (_all_of([getattr(each, side) for each in self.changes]) for side in ("before", "after"))
        return Note(_what(self.chore), before, after, facts=facts)

    def commands(self) -> Sequence[str]:
        return equivalent(self.changes, self._where)

    def refusal(self) -> Refused | None:
        try:
            if refused := self._writer().refusal():
                return refused
            self._where = self._stores.address(self.which)
            if self._done_in and self._where != self._done_in:
                away = f"it was done in {self._done_in}, and what is looked at is {self._where}"
                return Refused(away, f"{key_of('store')} chooses another store, mltui --store names one")
            self._look()
        except MltuiError as error:
            return Refused(error.summary, error.hint)
        if self.changes:
            return None
        if self.alone:
            more = f" and {len(self.alone) - NAMED} more" if len(self.alone) > NAMED else ""
            return Refused(f"can't {self.title}: {'; '.join(self.alone[:NAMED])}{more}")
        return Refused(f"nothing to do: {'; '.join(self.already[:NAMED])}")

    def act(self, tell: Tell) -> Outcome:
        done: list[Change] = []
        left: list[str] = []
        unknown = False
        lost: Unreachable | None = None
        for number, change in enumerate(self.changes, start=1):
            if lost is not None:
                left.append(f"{_told(change)} not tried: {lost.summary}")
                continue
            tell(number, len(self.changes), f"{change.what} of {change.subject.label}")
            try:
                why = self._do(change)
            except _Nobody as error:
                unknown = True
                left.append(f"{_told(change)} nobody knows whether it was done: {error.summary}")
            except MltuiError as error:
                why = error.summary
                lost = error if isinstance(error, Unreachable) and not isinstance(error, Throttled) else None
                left.append(f"{_told(change)} not done: {why}")
            else:
                if why:
                    left.append(f"{_told(change)} not done: {why}")
                else:
                    done.append(change)
        return self._outcome(done, left, unknown=unknown)

    # Reading

    def _writer(self) -> Writer:
        return self._stores.writer(self.which)

    def _look(self) -> None:
        """Read all of it."""
        writer = self._writer()
        now: dict[Subject, Now | str] = {one: _read(writer, one) for one in self.chore.subjects}
        lives = self._lives([one for one, found in now.items() if isinstance(found, Now) and _running(one, found)])
        changes, alone, already = [], [], []
        for wish in self.chore.wishes:
            found, label = now[wish.subject], wish.subject.label
            if isinstance(found, str):
                alone.append(f"{label}: {found}")
                continue
            life = lives.get(wish.subject.id) if wish.subject.kind == "run" else None
            there = found.value(wish.aspect, wish.key)
            if why := trouble(wish, found, life) or self._in_the_way(wish, there):
                alone.append(f"{label}: {why}")
            elif there == wish.after:
                already.append(f"{label}: {_is(wish)} already")
            elif wish.undoes is not None and there != wish.undoes.after:
                alone.append(f"{label}: its {wish.undoes.what} was changed since: it is {_said(there)} now")
            else:
                changes.append(_change(wish, there, found.end, life))
        self.changes, self.alone, self.already = tuple(changes), tuple(alone), tuple(already)

    def _lives(self, running: Sequence[Subject]) -> dict[str, Life]:
        """Only what deletes or ends asks whether a run lives."""
        asked = [one.id for one in running if self.chore.kind in ("delete", "end")]
        if not asked or (self.chore.undoes and self.chore.kind == "end"):
            return {}
        return self._stores.lives(asked)

    def _in_the_way(self, wish: Wish, there: str | None) -> str:
        """Whether a model has the name already."""
        if wish.subject.kind != "model" or wish.aspect != "name" or there == wish.after:
            return ""
        try:
            self._writer().model(wish.after or "")
        except NotFound:
            return ""
        return f"there is a model {wish.after} already"

    # Doing

    def _do(self, change: Change) -> str:
        """Why it was not done, "" if it was. Raises a `MltuiError` of one that was not, `_Nobody` if nobody knows."""
        writer = self._writer()
        if (there := values.read(writer, change.subject).value(change.aspect, change.key)) != change.before:
            return f"it was changed meanwhile: it is {_said(there)} now"
        try:
            values.write(writer, change)
        except Unanswered as error:
            return self._after(writer, change, error)
        return ""

    def _after(self, writer: Writer, change: Change, error: Unanswered) -> str:
        """No answer came: what is there tells."""
        subject = change.subject
        if change.aspect == "name" and subject.kind == "model":
            subject = replace(subject, id=change.after or "")
        try:
            there = values.read(writer, subject).value(change.aspect, change.key)
        except NotFound:
            return error.summary
        except SourceError as second:
            raise _Nobody(f"{error.summary}; {second.summary}") from error
        return "" if there == change.after else error.summary

    def _outcome(self, done: Sequence[Change], left: Sequence[str], *, unknown: bool) -> Outcome:
        back = (
            (f"mltui undo, {key_of('undo')} in the terminal, takes it back",) if done and not self.chore.undoes else ()
        )
        alone = [f"left alone: {each}" for each in self.alone]
        if not left:
            return Outcome("done", f"done: {self.title}", (*alone, *back))
        told = [f"{_told(change)} done" for change in done]
        summary = f"{self.title}: {len(done)} of {len(self.changes)} done"
        return Outcome("unknown" if unknown else "failed", summary, (*left, *told, *alone, *back))


class _Nobody(MltuiError):
    """It may have been done, and what is there can't be read."""


def _read(writer: Writer, subject: Subject) -> Now | str:
    """What is there, or why that can't be told of this one subject."""
    try:
        return values.read(writer, subject)
    except NotFound as error:
        return error.summary
    except (Denied, Busy) as error:
        return error.summary


def _running(subject: Subject, now: Now) -> bool:
    return subject.kind == "run" and now.status == "RUNNING" and now.lifecycle == "active"


def _change(wish: Wish, there: str | None, end: int | None, life: Life | None) -> Change:
    """A run that is gone ended with its last write, as far as anybody knows."""
    ends = None
    if wish.aspect == "status":
        of_before = wish.undoes.ended if wish.undoes is not None else None
        ends = of_before if wish.undoes is not None else (life.last_write if life else None) or now_ms()
    return Change(wish.subject, wish.aspect, there, wish.after, wish.key, end, ends)


def _kept(change: Change) -> Change:
    """The journal keeps no secrets: what looks like one can't be taken back from it."""
    texts = [text for text in (change.before, change.after) if text is not None]
    return replace(change, withheld=any(without_secrets(text) != text for text in texts))


def _what(chore: Chore) -> str:
    """``run tag team of stormy-hare``; many are counted."""
    whats = dict.fromkeys(f"tag {wish.key}" if wish.aspect == "tag" else wish.aspect for wish in chore.wishes)
    return f"{', '.join(whats)} of {listed(chore.subjects)}"


def _all_of(texts: Sequence[str | None]) -> str:
    """The value of all, where they have one in common."""
    common = set(texts)
    return (common.pop() or "") if len(common) == 1 else ""


def _told(change: Change) -> str:
    return f"{change.subject.label}, {change.what}:"


def _said(value: str | None) -> str:
    return "not there" if value is None else repr(" ".join(value.split()))


def _is(wish: Wish) -> str:
    what = f"tag {wish.key}" if wish.aspect == "tag" else wish.aspect
    return f"{what} is {_said(wish.after)}"
