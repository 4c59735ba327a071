"""`mltui run …` and `mltui model …`: which things are meant, then one chore of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mltui.cli.doing import How, do
from mltui.cli.find_runs import find_runs
from mltui.cli.opening import open_told
from mltui.cli.terminal import symbols
from mltui.errors import NotFound, UsageError
from mltui.model.chore import Chore, Subject, deleted, ended, noted, renamed, restored, tagged
from mltui.model.shell import quote

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.registry import RegisteredModel
    from mltui.sources.workspace import Workspace


def tag_runs(options: Options, how: How, words: Sequence[str], tags: Sequence[str], gone: Sequence[str]) -> int:
    """`mltui run tag`."""
    wanted = tags_of(tags, gone)
    return _perform(options, how, lambda workspace: tagged(_runs(workspace, words), wanted))


def note_runs(options: Options, how: How, words: Sequence[str], text: str) -> int:
    """`mltui run note`."""
    return _perform(options, how, lambda workspace: noted(_runs(workspace, words), _typed(text)))


def rename_run(options: Options, how: How, word: str, name: str) -> int:
    """`mltui run rename`."""
    return _perform(options, how, lambda workspace: renamed(_runs(workspace, [word])[0], name))


def delete_runs(options: Options, how: How, words: Sequence[str]) -> int:
    """`mltui run delete`."""
    return _perform(options, how, lambda workspace: deleted(_runs(workspace, words)))


def restore_runs(options: Options, how: How, words: Sequence[str]) -> int:
    """`mltui run restore`."""
    return _perform(options, how, lambda workspace: restored(_deleted_runs(workspace, words)))


def end_runs(options: Options, how: How, words: Sequence[str]) -> int:
    """`mltui run end`."""
    return _perform(options, how, lambda workspace: ended(_runs(workspace, words)))


def tag_models(options: Options, how: How, words: Sequence[str], tags: Sequence[str], gone: Sequence[str]) -> int:
    """`mltui model tag`."""
    wanted = tags_of(tags, gone)
    return _perform(options, how, lambda workspace: tagged(_models(workspace, words), wanted))


def note_models(options: Options, how: How, words: Sequence[str], text: str) -> int:
    """`mltui model note`."""
    return _perform(options, how, lambda workspace: noted(_models(workspace, words), _typed(text)))


def rename_model(options: Options, how: How, word: str, name: str) -> int:
    """`mltui model rename`."""

    def make(workspace: Workspace) -> Chore:
        (subject,) = _models(workspace, [word])
        if subject.kind != "model":
            raise UsageError("a version has no name of its own", f"mltui model rename {quote(subject.id)} NAME")
        return renamed(subject, name)

    return _perform(options, how, make)


def tags_of(tags: Sequence[str], gone: Sequence[str]) -> dict[str, str | None]:
    """What ``--tag KEY=VALUE`` and ``--delete KEY`` say. Raises `UsageError`."""
    found: dict[str, str | None] = {}
    for word in tags:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"{word!r} is no KEY=VALUE", "--tag team=credit")
        found[key] = value
    for key in gone:
        if key in found:
            raise UsageError(f"tag {key} is both set and deleted", "one of them")
        found[key] = None
    if not found:
        raise UsageError("which tag?", "--tag KEY=VALUE sets one, --delete KEY takes one off")
    return found


def _typed(text: str) -> str:
    """The text as given; of ``-`` what standard input holds."""
    return sys.stdin.read().rstrip("\n") if text == "-" else text


def _perform(options: Options, how: How, make: Callable[[Workspace], Chore]) -> int:
    from mltui.actions.chores.chore import ChoreAction
    from mltui.actions.chores.stores import Stores
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.present.chores import chore_lines

    workspace = open_told(options)
    stores = Stores(workspace)
    try:
        if refused := read_only(workspace.config, "change runs or models"):
            raise refused
        chore = make(workspace)
        action = ChoreAction(chore, stores)
        stores.prepare(action.which)
        warned = _warned(workspace, chore)
        gateway = gateway_of(workspace)
        if gateway.refusal(action) is None:  # it was read: what it found is shown
            lines = chore_lines(action.changes, action.alone, action.already, warned, symbols(workspace.config))
        else:
            lines = []
        return do(gateway, workspace.config, action, how, lines)
    finally:
        stores.close()
        workspace.close()


def _warned(workspace: Workspace, chore: Chore) -> tuple[str, ...]:
    from mltui.errors import SourceError
    from mltui.model.chore_warnings import warnings

    try:
        models = workspace.models.load() if chore.kind in ("delete", "rename") else ()
    except SourceError:
        models = ()
    return warnings(chore, models)


# Which things are meant


def _runs(workspace: Workspace, words: Sequence[str]) -> list[Subject]:
    found = find_runs(workspace, words, experiments=False)
    return [Subject("run", run.run_id, name=run.name) for run in found]


def _deleted_runs(workspace: Workspace, words: Sequence[str]) -> list[Subject]:
    """Deleted runs by id, by the one name or beginning that fits one of them alone; a run that is there as ever."""
    reader = workspace.reader()
    if reader is None:
        raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
    pages = list(reader.runs(deleted=True, metrics=(), params=(), tags=()))
    gone = [run for page in pages for run in page if run.lifecycle == "deleted"]
    found: list[Subject] = []
    for word in words:
        fits = [run for run in gone if run.run_id == word] or [
            run for run in gone if run.name == word or run.run_id.startswith(word)
        ]
        if len(fits) > 1:
            ids = ", ".join(run.run_id[:12] for run in fits[:8])
            raise UsageError(f"{len(fits)} deleted runs are called {word}", f"an id names one of them: {ids}")
        found += [Subject("run", run.run_id, name=run.name) for run in fits] or _runs(workspace, [word])
    return list(dict.fromkeys(found))


def _models(workspace: Workspace, words: Sequence[str]) -> list[Subject]:
    """Models, ``MODEL/VERSION`` and ``MODEL@ALIAS`` of MLflow's registry. Raises `UsageError`."""
    known = workspace.models.now()
    return list(dict.fromkeys(_model(known, word) for word in words))


def _model(known: Sequence[RegisteredModel], word: str) -> Subject:
    ours = {model.name: model for model in known if model.source == "mlflow"}
    if word in ours:
        return Subject("model", word)
    name, slash, version = word.rpartition("/")
    if not slash:
        name, _, alias = word.partition("@")
        version = ours[name].aliases.get(alias, "") if name in ours and alias else ""
    if name in ours and any(each.version == version for each in ours[name].versions):
        return Subject("version", name, version)
    if any(model.source == "gto" and model.name in (word, name) for model in known):
        raise UsageError(f"{word} is kept by GTO, in tags of git, which hold neither tags nor notes")
    if name in ours:
        there = ", ".join(each.version for each in ours[name].versions[:8])
        raise UsageError(f"{name} has no version {version or word.partition('@')[2]!r}", f"it has {there}")
    raise UsageError(f"no model is called {word!r}", "mltui models lists them")
