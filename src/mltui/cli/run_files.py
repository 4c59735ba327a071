"""`mltui run files`: what a run logged as files, for people and for machines. Nothing of them is read."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.find_runs import find_runs
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import use_utf8, write
from mltui.errors import NotFound, UsageError
from mltui.model.artifacts import Artifact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mltui.cli.options import Options
    from mltui.model.runs import Run
    from mltui.sources.mlflow.artifacts import Artifacts
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True)
class FilesAsked:
    """The options of `mltui run files`. `path` is relative to the run's artifacts, "" their top."""

    run: str
    path: str = ""
    recursive: bool = False
    json: bool = False


@dataclass
class Listing:
    """What was listed. `cut`: some directory has more than was listed of it."""

    entries: list[Artifact]
    cut: bool = False


def print_files(options: Options, asked: FilesAsked) -> int:
    """Print them and return the exit code. Raises `UsageError` for a run or a path that there is none of, `SourceError`
    where they can't be read."""
    with run_opened(options, asked.run) as (run, artifacts, _):
        listing = listed(artifacts, asked.path, recursive=asked.recursive)
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.run_document import files_document

            total = artifacts.total()
            root = artifacts.root_of(asked.path)
            write_json(files_document(run, asked.path, root, listing.entries, cut=listing.cut, total=total))
        else:
            _print_text(artifacts, asked, listing)
        if listing.cut:
            say("a directory has more files than are listed")
        return OK


@contextmanager
def run_opened(options: Options, words: str) -> Iterator[tuple[Run, Artifacts, Workspace]]:
    """The run that `words` name, its artifacts, and what they are read through; closed behind it.

    Raises `UsageError` if there is no such run, `NotFound` without a store."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        (run,) = find_runs(workspace, [words], experiments=False)
        reader = workspace.reader()
        if reader is None:
            raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
        yield run, workspace.artifacts.of(run, reader.store, reader), workspace
    finally:
        workspace.close()


def listed(artifacts: Artifacts, path: str, *, recursive: bool) -> Listing:
    """The entries of the directory `path`, or the one file it names. Raises `UsageError` if there is none."""
    if not path:
        top = artifacts.entries()
        found = Listing(list(top.entries), top.cut)
    else:
        entry = entry_of(artifacts, path)
        if entry.kind != "directory":
            return Listing([entry])
        inside = artifacts.entries(entry.path)
        found = Listing(list(inside.entries), inside.cut)
    if recursive:
        found.entries = list(_below(artifacts, found, found.entries))
    return found


def entry_of(artifacts: Artifacts, path: str, *, unlisted: bool = False) -> Artifact:
    """The file or directory that `path` names, which may begin with a logged model's name in place of its id.
    `unlisted`: in a directory that has more than is listed of it a name that is not there is taken for a file.

    Raises `UsageError` if there is none, `SourceError` if that can't be known."""
    top = artifacts.entries()  # which tells of logged models, too
    first, slash, rest = path.partition("/")
    begun = next((each for each in top.entries if first == each.path), None)
    begun = begun or next((each for each in top.entries if first == each.name), None)
    path = f"{begun.path}{slash}{rest}" if begun is not None else path
    above = path.rpartition("/")[0]
    siblings = artifacts.entries(above) if above else top
    entry = next((each for each in siblings.entries if each.path == path), None)
    if entry is not None:
        return entry
    if siblings.cut and unlisted:
        return Artifact(path, "file")
    if not top.entries and artifacts.root.note:
        raise NotFound(artifacts.root.note)
    names = ", ".join(each.path for each in siblings.entries[:5])
    raise UsageError(f"the run logged no {path}", f"there are {names}" if names else "mltui run files RUN")


def _below(artifacts: Artifacts, found: Listing, entries: list[Artifact]) -> Iterator[Artifact]:
    """Each entry, a directory with all below it behind it. Links are not followed."""
    for each in entries:
        yield each
        if each.kind == "directory":
            inside = artifacts.entries(each.path)
            found.cut = found.cut or inside.cut
            yield from _below(artifacts, found, list(inside.entries))


def _print_text(artifacts: Artifacts, asked: FilesAsked, listing: Listing) -> None:
    from mltui.present.artifact_tree import file_lines, root_lines

    use_utf8()
    root = artifacts.root_of(asked.path)
    if not listing.entries and not root.note:
        say("no files there" if asked.path else "this run has logged no artifacts")
        return
    model = artifacts.model_of(asked.path) if asked.path else None
    total = artifacts.total() if not asked.path else None
    lines = file_lines(listing.entries, total)
    write([*root_lines(root, model), *([()] if lines else []), *lines], cut=False)
