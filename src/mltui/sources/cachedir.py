"""Where the cache is, as text, and how it is read and written: for its owner only. A start-up passes here, so that it
imports next to nothing.

Names of runs, metrics and branches are nobody else's business, and homes on clusters are often open to all. Each entry
ends in a checksum: one whose bytes are not what was written is none, is removed and said once (`news`). A wrong number
that still parses would else be shown as the answer.
"""

# pathlib costs 4 ms:
# ruff: noqa: PTH100, PTH102, PTH105, PTH108, PTH110, PTH112, PTH114, PTH116, PTH118, PTH119, PTH120

from __future__ import annotations

import _thread
import os
import sys
import zlib
from stat import S_ISDIR, S_ISREG

#: Before the checksum (8 hex digits of CRC-32) that ends an entry.
_SEAL = b"\n#"
#: Names of entries that were found damaged and of what could not be written with why, until they are told.
_damaged: list[str] = []
_unwritten: list[str] = []
#: Whether it was told that the cache can't be written: every entry would say it again.
_told = False


class Damaged(ValueError):
    """An entry of the cache that is not what was written."""


def cache_root() -> str:
    """``$MLTUI_CACHE_DIR``, else ``mltui/<host>`` in the platform's cache directory. Not created here."""
    if chosen := os.environ.get("MLTUI_CACHE_DIR"):
        return chosen
    return os.path.join(_platform_cache(), "mltui", os.uname().nodename)


def home() -> str:
    """The user's home: ``$HOME``, else what the system's list of users says. "" where there is none, as in a container
    that runs under a number: nothing is looked for there then, and nothing written."""
    said = os.environ.get("HOME", "")
    if said.startswith("/"):
        return said  # a relative one would be a directory of whatever project one stands in
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return ""


def within_home(*names: str) -> str:
    """A path below the home directory; where there is none, one at which nothing is and nothing can be made."""
    return os.path.join(home() or os.devnull, *names)


def create(directory: str) -> None:
    """Create `directory` and every one above it that is missing, 0700. Raises `OSError`."""
    missing = []
    while directory and not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    for one in reversed(missing):
        try:
            os.mkdir(one, 0o700)
        except FileExistsError:
            if os.path.isdir(one):  # another process was faster
                continue
            if not _is_ours(one):
                raise
            discard(one)  # a file, a pipe or a link to nowhere, where a directory of the cache belongs
            os.mkdir(one, 0o700)
        except OSError as error:
            _note_unwritten(error)
            raise


def put(path: str, data: bytes) -> None:
    """Make `data` the content of the file at `path`, 0600, whole or not at all. Raises `OSError`."""
    temporary = f"{path}.{os.getpid()}.{_thread.get_ident()}.part"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        try:
            os.replace(temporary, path)
        except IsADirectoryError:
            if not _is_ours(path):
                raise
            discard(path)
            os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        _note_unwritten(error)
        raise


def keep(path: str, data: bytes) -> None:
    """`put` of an entry that `get` reads again. Raises `OSError`."""
    put(path, data + _SEAL + b"%08x" % zlib.crc32(data))


def get(path: str) -> bytes:
    """What `keep` wrote. Raises `OSError` where there is nothing, and `Damaged` of what nobody wrote so; that is
    removed, and what stands in its place, a directory or a pipe, too."""
    if not S_ISREG(os.stat(path).st_mode):  # before it is opened: a pipe would keep its reader for ever
        discard(path)
        raise Damaged(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        whole = file.read()
    data, seal, checksum = whole[:-10], whole[-10:-8], whole[-8:]
    if seal != _SEAL or checksum != b"%08x" % zlib.crc32(data):
        discard(path)
        raise Damaged(path)
    return data


def only_file(path: str) -> None:
    """Remove what is no regular file from `path` in the cache: who opens it next might wait for ever."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        if not os.path.islink(path):
            return
        mode = 0
    if not S_ISREG(mode):
        discard(path)


def discard(path: str) -> None:
    """Remove a damaged entry, or what stands in the place of one, and say so once. Never follows a link."""
    _damaged.append(os.path.basename(path))
    try:
        if S_ISDIR(os.lstat(path).st_mode):
            from shutil import rmtree

            rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)
    except OSError:
        return  # it may be another's, or gone by now


def news() -> list[tuple[str, str]]:
    """What nobody was told yet of the cache: summaries, each with what to do about it."""
    global _told  # noqa: PLW0603 - of the process, as the cache is
    said = []
    if _damaged:
        names = list(dict.fromkeys(_damaged))
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        said.append((f"the cache was damaged and is made anew: {', '.join(names[:3])}{more}", ""))
        _damaged.clear()
    if _unwritten and not _told:
        _told = True
        said.append((f"the cache can't be written: {_unwritten[0]}", "nothing is remembered; set MLTUI_CACHE_DIR"))
    return said


def note_unwritten(why: str) -> None:
    """`news` will say that the cache can't be written, and why."""
    if not _unwritten:
        _unwritten.append(why)


def _note_unwritten(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # that is a cache which somebody deletes just now
        note_unwritten(f"{error.strerror} ({cache_root()})")


def _is_ours(path: str) -> bool:
    """Whether it lies below the cache, where whatever is in the way may be removed."""
    return os.path.abspath(path).startswith(os.path.join(os.path.abspath(cache_root()), ""))


def _platform_cache() -> str:
    """The platform's cache directory. On Linux that is one variable: platformdirs would cost 5 ms of every start."""
    if not sys.platform.startswith("linux"):
        from platformdirs import user_cache_dir

        return user_cache_dir()
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return chosen if chosen.startswith("/") else within_home(".cache")
