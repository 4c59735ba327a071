"""Chores of what one looks at or marked: one is chosen, its value typed, then it is shown and done when confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.actions.chores.chore import ChoreAction
from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.errors import SourceError
from mltui.model.chore import (
    NOTE_TAG,
    SYSTEM,
    Chore,
    Subject,
    deleted,
    ended,
    listed,
    noted,
    renamed,
    restored,
    tagged,
)
from mltui.model.chore_warnings import warnings
from mltui.model.outcome import Outcome
from mltui.present.chores import chore_lines
from mltui.present.marks import stamp
from mltui.present.text import safe
from mltui.tui.asking import Asker
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm
from mltui.tui.symbols import symbols
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace
    from mltui.tui.screens.main import MainScreen

Subjects = Sequence[Subject]

#: Chores by their word, as the list names them; those of the registered model itself begin with ``model``.
WORDS: Mapping[str, str] = {
    "tag": "set a tag",
    "untag": "take tags off",
    "note": "write a note",
    "unnote": "take the note off",
    "rename": "rename",
    "delete": "delete",
    "restore": "restore deleted runs",
    "end": "end what is gone (set to KILLED)",
    "model tag": "set a tag of the model",
    "model untag": "take tags off the model",
    "model note": "write about the model",
    "model rename": "rename the model",
}


def choose_chore(screen: MainScreen, subjects: Subjects) -> None:
    """Offer what can be done with these; what can't be now is dim and says why."""
    offered = offers(screen, subjects)
    options = [Option(word, WORDS[word], why, open=not why) for word, why in offered.items()]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None and not offered[keys[0]]:
            do_chore(screen, keys[0], subjects)

    title = f"Edit {listed(subjects)}" if subjects else "Edit"
    screen.app.push_screen(Chooser(safe(title), options), taken)


def offers(screen: MainScreen, subjects: Subjects) -> dict[str, str]:
    """Which chores there are in this place, and why one can't be done to these, "" if it can."""
    if screen.place.title == "Runs":
        words = ("tag", "untag", "note", "unnote", "rename", "delete", "restore", "end")
    else:
        words = ("tag", "untag", "note", "unnote", "model tag", "model untag", "model note", "model rename")
    found = dict.fromkeys(words, "")
    if not subjects:
        return {word: "" if word == "restore" else "the cursor is on none" for word in words}
    tags, note = tags_of(screen, subjects)
    if not tags:
        found["untag"] = "there is none"
    if not note:
        found["unnote"] = "there is none"
    if "rename" in found and len(subjects) > 1:
        found["rename"] = "one at a time"
    if "end" in found and not any(_running(screen, one) for one in subjects):
        found["end"] = "none of them is RUNNING"
    if len({one.id for one in subjects}) > 1:
        found |= {word: "of one model at a time" for word in found if word == "model rename"}
    return found


def do_chore(screen: MainScreen, word: str, subjects: Subjects) -> None:
    """Ask what is to be known for it, then show it. Only called of what `offers` says can be done."""
    if word.startswith("model "):
        models = dict.fromkeys(Subject("model", one.id) for one in subjects)
        _ASKED[word.removeprefix("model ")](screen, tuple(models))
    else:
        _ASKED[word](screen, subjects)


# What is asked before


def _tag(screen: MainScreen, subjects: Subjects) -> None:
    def typed(text: str | None) -> None:
        if text:
            key, _, value = text.partition("=")
            confirm(screen, tagged(subjects, {key.strip(): value.strip()}), "set it")

    def check(text: str) -> str:
        key, equals, _ = text.partition("=")
        return "" if equals and key.strip() else "key=value"

    screen.app.push_screen(AskText(f"Tag of {safe(listed(subjects))}", ask="key=value", check=check), typed)


def _untag(screen: MainScreen, subjects: Subjects) -> None:
    tags, _ = tags_of(screen, subjects)

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys:
            confirm(screen, tagged(subjects, dict.fromkeys(keys, None)), "take it off")

    options = [Option(key, key, value) for key, value in sorted(tags.items())]
    screen.app.push_screen(Chooser(f"Tags of {safe(listed(subjects))}", options, several=True), taken)


def _note(screen: MainScreen, subjects: Subjects) -> None:
    _, former = tags_of(screen, subjects)

    def typed(text: str | None) -> None:
        if text:
            confirm(screen, noted(subjects, text), "write it")

    known = former if len(subjects) == 1 and "\n" not in former else ""
    screen.app.push_screen(AskText(f"About {safe(listed(subjects))}", known, ask="what is to be known"), typed)


def _unnote(screen: MainScreen, subjects: Subjects) -> None:
    confirm(screen, noted(subjects, ""), "take it off")


def _rename(screen: MainScreen, subjects: Subjects) -> None:
    one = subjects[0]

    def typed(name: str | None) -> None:
        if name:
            confirm(screen, renamed(one, name), "rename it")

    former = one.name if one.kind == "run" else one.id
    screen.app.push_screen(AskText(f"Name of {safe(one.label)}", former, ask="a name"), typed)


def _delete(screen: MainScreen, subjects: Subjects) -> None:
    confirm(screen, deleted(subjects), "delete")


def _end(screen: MainScreen, subjects: Subjects) -> None:
    confirm(screen, ended(subjects), "set to KILLED")


def _restore(screen: MainScreen, _subjects: Subjects) -> None:
    """Deleted runs are in no table: they are read, and chosen from a list."""

    def read() -> list[Option]:
        reader = screen.workspace.reader()
        pages = reader.runs(deleted=True, metrics=(), params=(), tags=()) if reader is not None else ()
        gone = [run for page in pages for run in page if run.lifecycle == "deleted"]
        return [Option(run.run_id, run.name or run.run_id, f"{run.experiment}, {stamp(run.start)}") for run in gone]

    async def offer() -> None:
        try:
            options = await Asker().ask(read)
        except SourceError as error:
            screen.say(error.summary)
            return
        screen.say("" if options else "no run of this store is deleted")
        named = {option.key: option.title for option in options}

        def taken(keys: tuple[str, ...] | None) -> None:
            if keys:
                confirm(screen, restored([Subject("run", key, name=named[key]) for key in keys]), "restore")

        if options:
            screen.app.push_screen(Chooser("Deleted runs", options, several=True), taken)

    screen.say("reading deleted runs", "dim")
    begin(screen, offer, group="chooser")


_ASKED: Mapping[str, Callable[[MainScreen, Subjects], None]] = {
    "tag": _tag,
    "untag": _untag,
    "note": _note,
    "unnote": _unnote,
    "rename": _rename,
    "delete": _delete,
    "restore": _restore,
    "end": _end,
}


# Shown, and done


def confirm(screen: MainScreen, chore: Chore, verb: str) -> None:
    """What it will do, each value as it is and as it will be; afterwards what it changed is read again."""
    workspace, stores, drawn = screen.workspace, Stores(screen.workspace), symbols(screen.app)

    def make() -> ToConfirm:
        action = ChoreAction(chore, stores)
        stores.prepare(action.which)
        action.refusal()  # it reads
        return ToConfirm(
            action, chore_lines(action.changes, action.alone, action.already, warned(workspace, chore), drawn)
        )

    title = chore.title[:1].upper() + chore.title[1:]
    screen.app.push_screen(ConfirmDialog(workspace, gateway_of(workspace), title, make, verb), leaving(screen, stores))


def leaving(screen: MainScreen, stores: Stores) -> Callable[[Outcome | None], None]:
    """What is done when a dialog that wrote closes: mlflow ends, and what it may have changed is read again."""

    def left(outcome: Outcome | None) -> None:
        screen.run_worker(stores.close, thread=True, group="stores", exit_on_error=False)
        if outcome is not None:
            screen.feeds.kick("runs", "models", "journal", "stores", force=True)

    return left


def warned(workspace: Workspace, chore: Chore) -> tuple[str, ...]:
    """What speaks against it, as far as the models are known."""
    try:
        models = workspace.models.load() if chore.kind in ("delete", "rename") else ()
    except SourceError:
        models = ()
    return warnings(chore, models)


# What is known of them


def tags_of(screen: MainScreen, subjects: Subjects) -> tuple[dict[str, str], str]:
    """The tags that a person may take off these, as the table knows them, and the note of one of them."""
    tags: dict[str, str] = {}
    note = ""
    for one in subjects:
        found, about = _of_run(screen, one) if one.kind == "run" else _of_model(screen, one)
        tags |= {key: value for key, value in found.items() if not key.startswith(SYSTEM)}
        note = note or about
    return tags, note


def _of_run(screen: MainScreen, one: Subject) -> tuple[Mapping[str, str], str]:
    table = screen.runs.value if screen.runs else None
    run = next((run for run in (table.runs if table else ()) if run.run_id == one.id), None)
    return (run.tags, run.tags.get(NOTE_TAG, "")) if run is not None else ({}, "")


def _of_model(screen: MainScreen, one: Subject) -> tuple[Mapping[str, str], str]:
    models = (screen.models.value or ()) if screen.models else ()
    model = next((each for each in models if each.name == one.id and each.source == "mlflow"), None)
    if model is None:
        return {}, ""
    if one.kind == "model":
        return model.tags, model.description
    version = next((each for each in model.versions if each.version == one.version), None)
    return (version.tags, version.description) if version is not None else ({}, "")


def _running(screen: MainScreen, one: Subject) -> bool:
    table = screen.runs.value if screen.runs else None
    return any(run.run_id == one.id and run.status == "RUNNING" for run in (table.runs if table else ()))
