"""How the value of a key is read from a run."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from mltui.model.filters.needs import Facts
from mltui.model.filters.tree import Key
from mltui.model.filters.values import number
from mltui.model.runs import NAME_TAG, USER_TAG, Run

#: A key's value in a run, None if it has none.
Read = Callable[[Run], Any]


def reader(key: Key, now: int, facts: Facts) -> Read:
    """Reads `key`, which is not of a dataset. `now` is epoch ms."""
    if key.family == "attributes":
        return _attribute(key.name, now, facts)
    values, name = attrgetter(key.family), key.name

    def plain(run: Run) -> Any:
        return values(run).get(name)

    def as_number(run: Run) -> float | None:
        value = values(run).get(name)
        return number(value) if isinstance(value, str) else value

    return as_number if key.number else plain


def _attribute(name: str, now: int, facts: Facts) -> Read:
    special: dict[str, Read] = {
        "run_name": _run_name,
        "name": lambda run: run.name or None,
        "user_id": lambda run: facts.users.get(run.run_id, run.tags.get(USER_TAG)),
        "start_time": attrgetter("start"),
        "end_time": attrgetter("end"),
        "age": lambda run: None if run.start is None else now - run.start,
        "duration": lambda run: _duration(run, now),
    }
    return special.get(name) or attrgetter(name)


def _run_name(run: Run) -> str | None:
    """MLflow's ``run_name`` is the tag: a run whose tag was deleted has none. A DVC experiment's is its name."""
    return run.tags.get(NAME_TAG) if run.kind == "run" else run.name


def _duration(run: Run, now: int) -> int | None:
    end = run.end if run.end is not None else now if run.status == "RUNNING" else None
    return None if run.start is None or end is None else end - run.start
