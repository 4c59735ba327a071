"""The child that compares tables: one file of its own, run as ``python -I child.py``. Parquet needs pyarrow, nothing
else needs more than the standard library.

It reads one JSON document a line, ``{"old", "new", "name"}`` with two paths and the name that tells the format, and
writes one a line: ``{"rows": [old, new], "added", "removed", "columns_added", "columns_removed", "columns_same",
"moved", "order", "unit", "edited"}``, or ``{"why"}``.

Rows are compared as a multiset of their 64-bit hashes, so that a file is read once and never held. Where columns came
or went, rows are those of the columns that both files have.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

#: Larger files take longer than anybody waits: only their sizes are compared (bytes). JSON is held as a whole.
LARGEST = 128 << 20
LARGEST_JSON = 32 << 20
#: Rows of Parquet may be many in few bytes.
MOST_ROWS = 3_000_000
#: Names of columns told; a table of embeddings has thousands.
MOST_COLUMNS = 200
_SEPARATORS = ",;\t|"


class Unreadable(Exception):
    """A file makes no sense as what its name says, or is too large."""


class Table:
    """One file: the names of its columns (None: it has no fixed ones) and its rows, which can be gone through once for
    each call of `rows`, of the columns at the given places. A JSON file that is one object is kept as that."""

    def __init__(
        self,
        columns: Sequence[str] | None,
        rows: Callable[[Sequence[int] | None], Iterator[Hashable]],
        whole: dict[str, Any] | None = None,
    ) -> None:
        self.columns = columns
        self.rows = rows
        self.object = whole


def compare(old: str, new: str, name: str) -> dict[str, Any]:
    """Two files of one format. Never raises: ``{"why"}`` says what stood in the way."""
    try:
        one, other = _table(old, name), _table(new, name)
        return _keys(one.object, other.object) if one.object and other.object else _compare(one, other)
    except Unreadable as error:
        return {"why": str(error)}
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        return {"why": f"it can't be read: {' '.join(str(error).split())[:200]}"}


def _compare(old: Table, new: Table) -> dict[str, Any]:
    was, now = old.columns, new.columns
    places: list[Sequence[int] | None] = [None, None]
    shared = 0
    if was is not None and now is not None:
        both = [name for name in was if name in set(now)]
        shared = len(both)
        if list(was) != list(now):
            places = [[list(columns).index(name) for name in both] for columns in (was, now)]
    if was is not None and now is not None and not shared:
        counts = [sum(1 for _ in table.rows([])) for table in (old, new)]
        changed = {"rows": counts, "added": counts[1], "removed": counts[0], "order": False}
    else:
        changed = _rows(old.rows(places[0]), new.rows(places[1]))
    was, now = was or (), now or ()
    return {
        **changed,
        "columns_added": [name for name in now if name not in set(was)][:MOST_COLUMNS],
        "columns_removed": [name for name in was if name not in set(now)][:MOST_COLUMNS],
        "columns_same": shared,
        "moved": [name for name in was if name in set(now)] != [name for name in now if name in set(was)],
        "unit": "row",
        "edited": 0,
    }


def _keys(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Two JSON objects by their keys."""
    edited = sum(_text(old[key]) != _text(new[key]) for key in old.keys() & new.keys())
    return {
        "rows": [len(old), len(new)],
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "columns_added": [],
        "columns_removed": [],
        "columns_same": 0,
        "moved": False,
        "order": False,
        "unit": "key",
        "edited": edited,
    }


def _rows(old: Iterator[Hashable], new: Iterator[Hashable]) -> dict[str, Any]:
    """How many rows of `old` are not in `new`, and the other way round, each as often as it is there."""
    left: Counter[int] = Counter()
    counts, same = [0, 0], True
    missing = object()
    while True:
        one, other = next(old, missing), next(new, missing)
        if one is missing and other is missing:
            break
        counts[0] += one is not missing
        counts[1] += other is not missing
        if one == other:
            continue
        same = False
        if one is not missing:
            _count(left, hash(one), 1)
        if other is not missing:
            _count(left, hash(other), -1)
    removed = sum(number for number in left.values() if number > 0)
    added = -sum(number for number in left.values() if number < 0)
    return {"rows": counts, "added": added, "removed": removed, "order": not same and not added and not removed}


def _count(left: Counter[int], key: int, by: int) -> None:
    number = left[key] + by
    if number:
        left[key] = number
    else:
        del left[key]  # a file that was only reordered needs no room at its end


def _table(path: str, name: str) -> Table:
    suffix = name.lower().rpartition(".")[2]
    size = Path(path).stat().st_size
    limit = LARGEST_JSON if suffix == "json" else LARGEST
    if size > limit:
        raise Unreadable(f"{size / 1e6:,.0f} MB are too large to be read, {limit / 1e6:,.0f} MB are the most")
    if suffix in ("csv", "tsv", "tab"):
        return _csv(path, "\t" if suffix != "csv" else "")
    if suffix in ("jsonl", "ndjson"):
        return _of_objects(lambda: _lines(path))
    if suffix == "json":
        return _json(path)
    if suffix in ("parquet", "pq"):
        return _parquet(path)
    raise Unreadable(f"no rows are read of {name}")


def _csv(path: str, separator: str) -> Table:
    csv.field_size_limit(LARGEST)
    with _opened(path) as file:
        first = file.readline()
        separator = separator or max(_SEPARATORS, key=lambda each: (first.count(each), each == ","))
        file.seek(0)
        head = next(csv.reader(file, delimiter=separator), [])
    header = len(set(head)) == len(head) and all(each.strip() and not _is_number(each) for each in head)
    columns = head if header else [str(at) for at in range(1, len(head) + 1)]

    def rows(places: Sequence[int] | None) -> Iterator[Hashable]:
        with _opened(path) as file:
            reader = csv.reader(file, delimiter=separator)
            for row in islice(reader, 1 if header else 0, None):
                if row:
                    yield tuple(row) if places is None else tuple(row[at] if at < len(row) else "" for at in places)

    return Table(columns, rows)


def _opened(path: str) -> Any:
    return Path(path).open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _lines(path: str) -> Iterator[Any]:
    with Path(path).open(encoding="utf-8-sig") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _json(path: str) -> Table:
    content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    if isinstance(content, list):
        return _of_objects(lambda: iter(content))
    if isinstance(content, dict):
        return Table(None, lambda _: iter(map(_text, content.items())), content)
    raise Unreadable("it holds one value")


def _of_objects(read: Callable[[], Iterator[Any]]) -> Table:
    """Objects are rows, and the keys of any of them columns; anything else is a row of no columns."""
    names: dict[str, None] = {}
    objects = True
    for each in read():
        objects = objects and isinstance(each, dict)
        names.update(dict.fromkeys(each if isinstance(each, dict) else ()))
    columns = list(names) if objects else None

    def rows(places: Sequence[int] | None) -> Iterator[Hashable]:
        for each in read():
            if columns is None:
                yield _text(each)
            else:
                wanted = sorted(columns if places is None else (columns[at] for at in places))
                yield _text({key: each[key] for key in wanted if key in each})

    return Table(columns, rows)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _parquet(path: str) -> Table:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Unreadable("pyarrow is not installed, and Parquet can't be read without it") from error
    import pyarrow as pa

    try:
        file = pq.ParquetFile(path)
        columns = list(file.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"it is no Parquet file: {error}") from error
    if file.metadata.num_rows > MOST_ROWS:
        raise Unreadable(f"{file.metadata.num_rows:,} rows are too many to be compared")

    def rows(places: Sequence[int] | None) -> Iterator[Hashable]:
        wanted = columns if places is None else [columns[at] for at in places]
        if not wanted:
            return iter(((),) * file.metadata.num_rows)
        batches = file.iter_batches(batch_size=10_000, columns=wanted)
        return chain.from_iterable(map(_tuples, batches, _forever(wanted)))

    return Table(columns, rows)


def _forever(wanted: Sequence[str]) -> Iterator[Sequence[str]]:
    while True:
        yield wanted


def _tuples(batch: Any, wanted: Sequence[str]) -> Iterable[Hashable]:
    values = [batch.column(batch.schema.get_field_index(name)).to_pylist() for name in wanted]
    return (tuple(map(_hashable, row)) for row in zip(*values, strict=True))


def _hashable(value: Any) -> Hashable:
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN
        return "NaN"
    return repr(value) if isinstance(value, (list, dict)) else value


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer = compare(asked["old"], asked["new"], asked["name"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
