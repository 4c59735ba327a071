"""The deps of the running stage with the hash of what lies there now; a dep whose hash can't be known is left out.

Whatever can be hashed in time is: that is what the run reads, whatever DVC's files say (``dvc repro --single-item`` and
``--downstream`` run a stage on data that nobody looked at). What is too large to hash has the hash that DVC's files say
if its size is theirs and nothing speaks against it; such paths are in `Deps.unhashed`.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from mltui_recorder.budget import Deadline
from mltui_recorder.cache import Cache
from mltui_recorder.content import Measured, TooLong, content_hash, measure, text_hash
from mltui_recorder.records import Record, Records, folders_of
from mltui_recorder.running import Stage

#: Deps that are written down; how many more there are is told.
MOST = 100


class Deps(NamedTuple):
    """`found`: pairs of path (relative to the top, else absolute) and ``md5:<hex>[.dir]``. `more`: beyond `MOST`.

    `left_out` could not be known in time; `complaints` are about files that can't be read.
    """

    found: tuple[tuple[str, str], ...]
    unhashed: tuple[str, ...]
    left_out: tuple[str, ...]
    more: int
    complaints: tuple[str, ...]


def deps_of(stage: Stage, deadline: Deadline) -> Deps:
    """What the stage reads, the smallest first, as far as the deadline allows."""
    records, cache = Records(stage), Cache(stage.root)
    deps = [path for path in stage.deps if not records.is_params(path)]
    covering = {folder for path in deps for folder in folders_of(path, stage.root) if records.of(folder)}
    left_out, measured = [], []
    for path in (*deps[:MOST], *sorted(covering.difference(deps))):
        try:
            measured.append(measure(path, deadline))
        except (OSError, TooLong):
            left_out.append(path)
    found, unhashed = [], []
    for each in sorted(measured, key=lambda one: one.size):
        said = records.of(each.path)
        known = _known(each, said, cache, stage, deadline)
        if known is None:
            left_out.append(each.path)
            continue
        found.append((_shown(each.path, stage.top), f"md5:{known[0]}"))
        if not known[1]:
            unhashed.append(found[-1][0])
    return Deps(
        tuple(found),
        tuple(unhashed),
        tuple(_shown(path, stage.top) for path in left_out if path not in covering or path in deps),
        max(0, len(deps) - MOST),
        tuple(records.complaints),
    )


def _known(
    measured: Measured, said: tuple[Record, ...], cache: Cache, stage: Stage, deadline: Deadline
) -> tuple[str, bool] | None:
    """The hash, and whether the content was hashed to know it; None if it is not known."""
    try:
        real = content_hash(measured, deadline)
    except TooLong:
        md5 = _believed(measured, said, cache, deadline)
        return (md5, False) if md5 else None
    except OSError:
        return None
    if any(real == record.md5 for record in said):
        return real, True
    old = {record.md5 for record in said if not record.modern}
    if measured.files is not None:
        if old or not measured.whole or _ignores(measured.path, stage.root):
            return None  # DVC may see it otherwise
    elif old:
        try:
            as_text = text_hash(measured.path, deadline)
        except (OSError, TooLong):
            return None
        if as_text in old:
            return as_text, True
    return real, True


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
    try:
        seems = cache.seems(measured, md5, deadline)
    except (OSError, TooLong):
        return None
    if seems is None:  # it was not touched since DVC wrote that file, or this can't be said
        seems = measured.changed <= record.written
    return md5 if seems else None


def _ignores(folder: str, root: str) -> bool:
    """Whether a .dvcignore says something about what lies in or above a folder."""
    places = [root, folder, *folders_of(folder, root)]
    for inner, _, names in os.walk(folder):
        places += [inner] if ".dvcignore" in names else []
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
