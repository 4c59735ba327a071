"""A whole `mltui status --json` kept in the cache, and whether it still stands.

Most calls of a prompt, a loop or CI find nothing changed. Then the document of the last call is the answer, and that
nothing changed is seen from what it was made of: git's state and the list of DVC's files, asked of git anew, and the
signature (stats.py) of every other file that was read. Anything that can't be seen so is not kept (witnesses.py).

Only what this module imports is imported by such a start: no dataclasses, no pathlib, no typing.
"""

# pathlib costs 4 ms:
# ruff: noqa: PTH108, PTH116, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import sys
import zlib

from mltui import __version__
from mltui.sources.cachedir import cache_root, create, get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.dvc.listing import LISTING
from mltui.sources.dvc.stats import RACY, RACY_NS, Signer, signature_of_directory
from mltui.sources.ending import KILL, held
from mltui.sources.gitquiet import QUIET, STATUS, arguments
from mltui.sources.surroundings import checksum, environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of the file; another form, version or Python means that another mltui wrote it.
FORM = f"mltui standing 2 {__version__} {sys.version_info[:3]}"
#: What is asked of git each time; the answers are compared whole.
QUESTIONS = (STATUS, LISTING)


class Kept:
    """What is kept: the repository's top, how many things need attention, the document as it is printed, and `short`:
    the line of it for a prompt, in Unicode and in ASCII."""

    __slots__ = ("attention", "document", "short", "top")

    def __init__(self, top: str, attention: int, document: bytes, short: tuple[str, str] = ("", "")) -> None:
        self.top = top
        self.attention = attention
        self.document = document
        self.short = short


def recall(path: str) -> Kept | None:
    """The document of the directory `path`, if it stands."""
    asked: list[_Asked] = []
    try:
        head, _, document = get(_file(path)).partition(b"\n\n")
        form, where, surroundings, attention, answers, top, short, *witnesses = os.fsdecode(head).split("\n")
        if form != FORM or where != os.path.realpath(path) or surroundings != environment():
            return None
        for question in QUESTIONS:
            with held:
                asked.append(_Asked(top, question))
        signer = Signer()
        stands = all(_sign(kind, name, signer) == was for kind, was, name in map(_fields, witnesses))
        given = [one.answer() for one in asked]
        if not stands or " ".join(given) != answers:
            return None
        line, in_ascii = short.split("\t")
        return Kept(top, int(attention), document, (line, in_ascii))
    except (OSError, ValueError):
        return None
    finally:
        for one in asked:
            one.end()


def keep(path: str, kept: Kept, answers: Iterable[bytes], files: Iterable[tuple[str, str]], since: int) -> None:
    """Keep the document of the directory `path`.

    `answers` are what git said to `QUESTIONS`; `files` are the witnesses: ("f", a file, or a directory with all below)
    or ("d", a directory's own entries). Nothing is kept if one of them changed after `since` (epoch ns, when reading
    began): then nobody knows which of its states was read. A cache that can't be written is no cache, and no error.
    """
    signer = Signer(since)
    where = os.path.realpath(path)
    lines = [FORM, where, environment(), str(kept.attention), " ".join(map(checksum, answers)), kept.top]
    lines.append("\t".join(kept.short))
    for kind, name in files:
        signature = _sign(kind, name, signer)
        if signature == RACY or "\n" in name or (kind == "d" and _is_racy(name, since)):
            return
        lines.append(f"{kind}\t{signature}\t{name}")
    target = _file(path)
    try:
        create(os.path.dirname(target))
        keep_entry(target, os.fsencode("\n".join(lines)) + b"\n\n" + kept.document)
    except OSError:
        return


def forget(path: str) -> None:
    """Nothing is kept for the directory `path` any more."""
    try:
        os.unlink(_file(path))
    except OSError:
        return


def _file(path: str) -> str:
    """One file for each directory one stands in; the checksum may be shared, the file says whose it is."""
    real = os.fsencode(os.path.realpath(path))
    return os.path.join(cache_root(), "standing", f"{zlib.crc32(real):08x}")


def _fields(line: str) -> list[str]:
    return line.split("\t", 2)


def _sign(kind: str, path: str, signer: Signer) -> str:
    return str(signer.one(path) if kind == "f" else signature_of_directory(path))


def _is_racy(path: str, since: int) -> bool:
    try:
        return os.stat(path).st_mtime_ns >= since - RACY_NS
    except OSError:
        return False


class _Asked:
    """A question put to git. Not through the runner, which takes subprocess: 8 ms that this start can do without."""

    def __init__(self, top: str, question: tuple[str, ...]) -> None:
        reading, writing = os.pipe()
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, writing, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        variables = {**os.environ, **{key: value for key, value in QUIET.items() if value is not None}}
        for key, value in QUIET.items():
            if value is None:
                variables.pop(key, None)
        command, *rest = arguments(*question)
        try:
            self._pid = os.posix_spawnp(
                command, [command, "-C", top, *rest], variables, file_actions=actions, setpgroup=0
            )
        finally:
            os.close(writing)
        self._reading = reading
        self._ended = False

    def answer(self) -> str:
        """The checksum of what it printed. Raises `OSError` if it failed."""
        with open(self._reading, "rb") as pipe:
            text = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        self._ended = True
        if status:
            raise OSError(status, "git failed")
        return checksum(text)

    def end(self) -> None:
        """Kill it with its children, unless it was heard to its end."""
        if self._ended:
            return
        try:
            os.killpg(self._pid, KILL)
            os.waitpid(self._pid, 0)
        except OSError:
            return
