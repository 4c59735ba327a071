"""What is looked at as a command line of `mltui runs`, to go on with in a shell."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mltui.model.columns import ColumnSpec, Order, parse_column

#: So many runs are named one by one in a filter; more would make a line that nobody can read.
NAMED = 100
#: What means something to a shell inside double quotes.
_IN_QUOTES = frozenset('"$`\\!')


@dataclass(frozen=True, slots=True)
class RunsLooked:
    """Which runs are looked at, and how. `root` is the project's directory, `store` an address without secrets or "".

    `filter` is an expression of the filter language. `columns` () are those mltui chooses by itself. `experiments`:
    globs, () for those of the project. `baseline` is the id of the run that columns are measured against, "" for none.
    """

    root: str
    store: str = ""
    filter: str = ""
    columns: tuple[ColumnSpec, ...] = ()
    order: tuple[Order, ...] = ()
    experiments: tuple[str, ...] = ()
    baseline: str = ""


def runs_command(looked: RunsLooked) -> str:
    """The command that prints these runs, quoted for a POSIX shell. Without a baseline there is no difference to it."""
    words = ["mltui", "-C", looked.root, "runs"]
    words += ["--store", looked.store] if looked.store else []
    for glob in looked.experiments:
        words += ["--experiment", glob]
    words += ["--filter", looked.filter] if looked.filter else []
    shown = [(spec.against, ("--column", spec.plain().id)) for spec in looked.columns]
    for each in looked.order:
        way = "desc" if each.descending else "asc"
        with suppress(ValueError):  # of a view written by hand
            shown.append((parse_column(each.column).against, ("--sort", f"{each.column} {way}")))
    for against, option in shown:
        words += option if against != "baseline" or looked.baseline else ()
    if looked.baseline and any(against == "baseline" for against, _ in shown):
        words += ["--baseline", looked.baseline]
    return " ".join(map(_quoted, words))


def named(run_ids: Sequence[str]) -> str:
    """The filter that lets exactly these runs through; "" for none, and for more than can be named."""
    if not 0 < len(run_ids) <= NAMED:
        return ""
    quotes = (f"'{each}'" if '"' in each else f'"{each}"' for each in run_ids)
    return f"attributes.run_id in ({', '.join(quotes)})"


def _quoted(word: str) -> str:
    """With control characters as escapes (``$'…'`` of bash, zsh and POSIX 2024), which a terminal does not obey."""
    if not word.isprintable():
        return f"$'{''.join(map(_escaped, word))}'"
    return f'"{word}"' if "'" in word and not _IN_QUOTES.intersection(word) else shlex.quote(word)


def _escaped(char: str) -> str:
    if char.isprintable():
        return f"\\{char}" if char in "\\'" else char
    code = ord(char)
    if code < 0x80:
        return {"\n": "\\n", "\t": "\\t"}.get(char, f"\\{code:03o}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
