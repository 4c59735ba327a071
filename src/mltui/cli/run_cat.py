"""`mltui run cat`: one file that a run logged, as it is; or its text, or that it is none, as one document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mltui.cli.exits import OK
from mltui.cli.run_files import entry_of, run_opened
from mltui.cli.terminal import is_terminal
from mltui.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mltui.cli.options import Options
    from mltui.model.artifacts import Artifact
    from mltui.sources.mlflow.artifacts import Artifacts
    from mltui.sources.workspace import Workspace

#: A text of up to so many bytes is put into a document, which is made in memory. Without --json there is no bound.
LARGEST: Final = 256 << 20


@dataclass(frozen=True)
class CatAsked:
    """The options of `mltui run cat`. `path` is relative to the run's artifacts."""

    run: str
    path: str
    json: bool = False


def print_file(options: Options, asked: CatAsked) -> int:
    """Print it and return the exit code. Raises `UsageError` for a run or a file that there is none of, `SourceError`
    where it can't be read."""
    with run_opened(options, asked.run) as (run, artifacts, workspace):
        entry = _file(artifacts, asked.path)
        pieces = artifacts.pieces(entry.path, entry.size)
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.run_document import file_document

            write_json(file_document(run, artifacts.root_of(entry.path), entry, _text(entry, pieces)))
        else:
            _write(workspace, entry, pieces)
        return OK


def _file(artifacts: Artifacts, path: str) -> Artifact:
    """The regular file that `path` names."""
    if not path:
        raise UsageError("PATH names no file", "mltui run files RUN lists them")
    entry = entry_of(artifacts, path, unlisted=True)
    if entry.kind == "directory":
        raise UsageError(f"{path} is a directory", f"mltui run files RUN {path}")
    if entry.kind != "file":
        raise UsageError(f"{path} is not opened: {entry.note}", "only files in the run's own directory are")
    return entry


def _write(workspace: Workspace, entry: Artifact, pieces: Iterator[bytes]) -> None:
    """In a pipe every byte of it. A terminal gets text only, and of that nothing it would obey but colours."""
    from mltui.cli.log_output import LogOutput
    from mltui.present.previews.file import decoded

    output = LogOutput(workspace.config)
    for at, piece in enumerate(pieces):
        if not at and is_terminal() and decoded(piece, cut=True)[0] is None:
            raise UsageError(f"{entry.path} is no text", "mltui run cat RUN PATH > FILE writes its bytes")
        output.write(piece)
    output.end()


def _text(entry: Artifact, pieces: Iterator[bytes]) -> bytes | None:
    """All of a text; None if it is none, as far as its beginning tells."""
    from mltui.present.previews.file import decoded

    data = bytearray()
    for piece in pieces:
        if not data and decoded(piece, cut=True)[0] is None:
            return None
        data += piece
        if len(data) > LARGEST:
            raise SourceError(f"{entry.path} is too large for one document", "without --json it is printed whole")
    return bytes(data)
