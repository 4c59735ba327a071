"""The deps of the running stage with the hash of what lies there now; a dep whose hash can't be known is left out.

Whatever can be hashed in time is: that is what the run reads, whatever DVC's files say (``dvc repro --single-item`` and
``--downstream`` run a stage on data that nobody looked at). What is too large to hash has the hash that DVC's files say
if its size is theirs and nothing speaks against it; such paths are in `Deps.unhashed`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from mltui_recorder.budget import Deadline, budget
from mltui_recorder.cache import Cache
from mltui_recorder.content import Measured, TooLong, content_hash, measure, text_hash
from mltui_recorder.records import Record, Records, folders_of
from mltui_recorder.running import Stage

#: Deps that are written down; how many more there are is told.
MOST = 100
#: Seconds at the end that nothing is hashed in: for a look at what is too large.
_FOR_LOOKS_S = 0.05
#: Directories that took too long to list: not listed again in this process.
_endless: set[str] = set()


class Deps:
    """What a stage reads, filled in by `read`; whoever does not wait for its end has what is known until then.

    `found`: pairs of path (relative to the top, else absolute) and ``md5:<hex>[.dir]``; those not hashed are in
    `unhashed`, too. `left_out` are paths that could not be known in time. `more`: how many there are beyond `MOST`.
    `complaints` are about files that can't be read.
    """

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.unhashed: list[str] = []
        self.left_out: list[str] = []
        self.more = 0
        self.complaints: list[str] = []

    def read(self, stage: Stage, deadline: Deadline) -> None:
        """Files come before directories, the small ones first; what there is no time to hash is looked at last."""
        records, cache = Records(stage), Cache(stage.root)
        self.complaints += records.complaints
        deps = [path for path in stage.deps if not records.is_params(path)]
        self.more = max(0, len(deps) - MOST)
        covering = {folder for path in deps for folder in folders_of(path, stage.root) if records.of(folder)}
        hashing = deadline.sooner(_FOR_LOOKS_S)
        later: list[tuple[str, str, bool, Measured | None]] = []
        for path in sorted({*deps[:MOST], *covering}, key=_effort):
            shown, told, measured = _shown(path, stage.top), path in deps, None
            try:
                measured = _measured(path, hashing)
                if md5 := _hashed(measured, records.of(path), stage, hashing):
                    self.found.append((shown, f"md5:{md5}"))
                elif told:
                    self.left_out.append(shown)
            except TooLong:
                later.append((path, shown, told, measured))
            except OSError:
                if told:
                    self.left_out.append(shown)
        for path, shown, told, measured in later:
            try:
                md5 = _believed(measured or _measured(path, deadline), records.of(path), cache, deadline)
            except (OSError, TooLong):
                md5 = None
            if md5:
                self.unhashed.append(shown)
                self.found.append((shown, f"md5:{md5}"))
            elif told:
                self.left_out.append(shown)


def _effort(path: str) -> tuple[bool, int]:
    """Files before directories, the small ones first."""
    try:
        return os.path.isdir(path), os.path.getsize(path)
    except OSError:
        return False, 0


def _measured(path: str, deadline: Deadline) -> Measured:
    if path in _endless:
        raise TooLong
    had = deadline.left()
    try:
        return measure(path, deadline)
    except TooLong:
        if had > budget() / 3:
            _endless.add(path)
        raise


def _hashed(measured: Measured, said: tuple[Record, ...], stage: Stage, deadline: Deadline) -> str | None:
    """The hash of the content as DVC has it; None if DVC may see the content otherwise."""
    real = content_hash(measured, deadline)
    if any(real == record.md5 for record in said):
        return real
    old = {record.md5 for record in said if not record.modern}
    if measured.files is not None:
        return None if old or not measured.whole or _ignores(measured.path, measured.files, stage.root) else real
    if old and (as_text := text_hash(measured.path, deadline)) in old:
        return as_text
    return real


def _believed(measured: Measured, said: tuple[Record, ...], cache: Cache, deadline: Deadline) -> str | None:
    """What DVC's files say of something too large to hash, if size and cache (else its age) agree."""
    nfiles = None if measured.files is None else len(measured.files)
    alike = {
        record.md5: record
        for record in said
        if record.size == measured.size
        and record.md5.endswith(".dir") == (nfiles is not None)
        and record.nfiles in (None, nfiles)
    }
    if len(alike) != 1:
        return None
    ((md5, record),) = alike.items()
    seems = cache.seems(measured, md5, deadline)
    if seems is None:  # it was not touched since DVC wrote that file, or this can't be said
        seems = measured.changed <= record.written
    return md5 if seems else None


def _ignores(folder: str, files: Iterable[str], root: str) -> bool:
    """Whether a .dvcignore says something about what lies in or above a folder."""
    inner = [os.path.dirname(name) for name in files if os.path.basename(name) == ".dvcignore"]
    places = [root, folder, *folders_of(folder, root), *(os.path.join(folder, name) for name in inner)]
    for place in places:
        try:
            with open(os.path.join(place, ".dvcignore"), encoding="utf-8", errors="replace") as file:
                if any(line.strip() and not line.startswith("#") for line in file):
                    return True
        except OSError:
            continue
    return False


def _shown(path: str, top: str) -> str:
    inside = os.path.relpath(path, top)
    outside = inside == os.pardir or inside.startswith(os.pardir + os.sep)
    return (path if outside else inside).replace(os.sep, "/")
