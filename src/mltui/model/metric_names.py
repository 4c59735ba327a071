"""Which metric somebody means: a key of runs, a key in DVC's metrics files, or the end of one that is the only such."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from mltui.errors import UsageError

#: Where the end of a key may begin: ``auc`` in ``val.auc``, ``val/auc``, ``metrics.json:auc``.
_BREAKS = ("/", ".", ":")
#: Names that are told.
_TOLD = 6
#: Whether any two of some files were there at one commit: then they are not one under two names.
Beside = Callable[[Collection[str]], bool]


@dataclass(frozen=True, slots=True)
class Meant:
    """The `key`, `of_runs` if runs have it, and `files` that hold it: one, or one after another over the history.

    `left` are files that hold it too, beside each other: what each means nobody said.
    """

    key: str
    of_runs: bool
    files: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def meant(
    asked: str,
    run_keys: Collection[str],
    file_keys: Mapping[str, Collection[str]],
    beside: Beside = lambda _: False,
) -> Meant:
    """What `asked` names: exactly (``auc``, ``metrics.json:auc``), else the only key that ends in it.

    `file_keys` are the keys of each metrics file. Raises `UsageError` where nothing or more than one thing is meant.
    """
    if found := _exactly(asked, run_keys, file_keys, beside):
        return found
    ends = sorted(
        {key for key in (*run_keys, *_keys(file_keys)) if key.endswith(tuple(f"{b}{asked}" for b in _BREAKS))}
    )
    if len(ends) == 1 and (found := _exactly(ends[0], run_keys, file_keys, beside)):
        return found
    named = _named(asked, file_keys)
    if len(named) == 1:
        path, key = named[0]
        return Meant(key, False, (path,))
    if ends or named:
        options = [*ends, *(f"{path}:{key}" for path, key in named if key not in ends)]
        raise UsageError(f"{asked!r} could be {len(options)} metrics", _told(options))
    raise UsageError(f"there is no metric {asked!r}", _near(asked, [*run_keys, *_keys(file_keys)]))


def _exactly(
    asked: str,
    run_keys: Collection[str],
    file_keys: Mapping[str, Collection[str]],
    beside: Beside,
) -> Meant | None:
    path, colon, key = asked.partition(":")
    if colon and key in file_keys.get(path, ()):
        return Meant(key, False, (path,))
    files = tuple(sorted(path for path, keys in file_keys.items() if asked in keys))
    apart = not beside(files)
    if asked in run_keys:
        return Meant(asked, True, files if apart else (), () if apart else files)
    if files and not apart:
        raise UsageError(f"{len(files)} files hold {asked!r}", _told([f"{each}:{asked}" for each in files]))
    return Meant(asked, False, files) if files else None


def _named(asked: str, file_keys: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Files and keys whose ``path:key`` ends in it: ``metrics.json:auc`` is ``out/metrics.json:auc``."""
    if ":" not in asked:
        return []
    return [
        (path, key)
        for path, keys in sorted(file_keys.items())
        for key in sorted(keys)
        if f"{path}:{key}".endswith(f"/{asked}")
    ]


def _keys(file_keys: Mapping[str, Collection[str]]) -> Iterable[str]:
    return dict.fromkeys(key for keys in file_keys.values() for key in keys)


def _near(asked: str, known: Sequence[str]) -> str:
    known = list(dict.fromkeys(known))
    near = get_close_matches(asked, known, 3) or [key for key in known if asked.lower() in key.lower()][:3]
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"there are {_told(known)}" if known else "neither runs nor metrics files of this history hold any"


def _told(names: Sequence[str]) -> str:
    more = f" and {len(names) - _TOLD:,} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
