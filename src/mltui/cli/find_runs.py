"""The runs that words on a command line name: by id, by name, by the beginning of an id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mltui.cli.saying import say
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.merged import as_run, order
from mltui.model.runs import Run
from mltui.present.marks import stamp

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Runs named where a word could mean several; the rest is counted.
CANDIDATES = 8
#: So many digits tell ids apart for a person.
DIGITS = 8


def find_runs(workspace: Workspace, words: Sequence[str], *, experiments: bool = True) -> tuple[Run, ...]:
    """The runs that `words` name, whole, in that order, each once.

    A word is a run's full id, else a name (the newest of that name, those in scope first; said on standard error if
    there are several), else the beginning of one id alone: as with git, a name goes before an abbreviation. A deleted
    run is found by its full id only. `experiments`: DVC experiments too, by name and commit (not with ``--store``).

    Raises `UsageError` if a word names nothing or several runs, `SourceError` if the store can't be read.
    """
    finder = _Finder(workspace, experiments)
    found = [finder.find(word) for word in words]
    return tuple({run.run_id: run for run in found}.values())


class _Finder:
    """Lists the runs only if a word is no full id: a store may have a hundred thousand."""

    def __init__(self, workspace: Workspace, experiments: bool) -> None:
        self._workspace = workspace
        self._trouble: SourceError | None = None
        self._reader = self._active()
        self._ours: tuple[Run, ...] | None = None if experiments else ()
        self._runs: tuple[Run, ...] | None = None

    def find(self, word: str) -> Run:
        return self._by_id(word) or self._by_name(word) or self._by_beginning(word)

    def _by_id(self, word: str) -> Run | None:
        if self._reader is not None and word:
            try:
                return self._reader.run(word)
            except NotFound:
                pass
        return None

    def _by_name(self, word: str) -> Run | None:
        named = [run for run in self._listed() if run.name == word]
        if not named:
            return None
        inside = self._inside()
        named.sort(key=lambda run: (run.kind == "run" and run.experiment_id not in inside, order(run)))
        first = named[0]
        if len(named) > 1:
            say(f"{len(named)} runs are named {word}: this is {_told(first)}", "an id names one of them")
        return self._whole(first)

    def _by_beginning(self, word: str) -> Run:
        fits = [run for run in self._listed() if word and run.run_id.startswith(word)]
        if len(fits) == 1:
            return self._whole(fits[0])
        if fits:
            more = f" and {len(fits) - CANDIDATES:,} more" if len(fits) > CANDIDATES else ""
            candidates = "; ".join(_told(run, len(word) + 4) for run in fits[:CANDIDATES])
            raise UsageError(f"{len(fits):,} runs have an id that begins with {word}", candidates + more)
        if self._trouble is not None:
            raise self._trouble
        if self._reader is None and not self._listed():
            raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
        raise UsageError(f"no run is called {word!r}, and no id begins so", self._near(word))

    def _near(self, word: str) -> str:
        from difflib import get_close_matches

        names = dict.fromkeys(run.name for run in self._listed()[:2000] if run.name)
        near = get_close_matches(word, names, n=3)
        return f"did you mean {' or '.join(near)}?" if near else "mltui runs lists them, with --json their ids too"

    def _active(self) -> StoreReader | None:
        try:
            return self._workspace.reader()
        except SourceError as error:
            self._trouble = error
            return None

    def _listed(self) -> Sequence[Run]:
        """Every run that is not deleted, newest first, without what it holds."""
        if self._runs is None:
            pages: Iterable[Sequence[Run]] = ()
            if self._reader is not None:
                pages = self._reader.runs(metrics=(), params=(), tags=())
            if self._ours is None:
                self._ours = tuple(map(as_run, self._workspace.experiments.load()))
            self._runs = tuple(sorted([*(run for page in pages for run in page), *self._ours], key=order))
        return self._runs

    def _inside(self) -> frozenset[str]:
        reader = self._reader
        every = reader.experiments() if reader is not None else ()
        return frozenset(each.experiment_id for each in every if each.in_scope)

    def _whole(self, run: Run) -> Run:
        return self._reader.run(run.run_id) if self._reader is not None and run.kind == "run" else run


def _told(run: Run, digits: int = DIGITS) -> str:
    name = f" {run.name}" if run.name else ""
    started = f", {stamp(run.start)}" if run.start is not None else ""
    return f"{run.run_id[: max(DIGITS, digits)]}{name}{started}"
