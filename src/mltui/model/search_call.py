"""What is looked at as a call of ``mlflow.search_runs``: for a notebook that goes on where the screen ends."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from mltui.model.columns import Order, parse_column
from mltui.model.filters import Filter
from mltui.model.filters.completing import quoted
from mltui.model.filters.names import ATTRIBUTES
from mltui.model.filters.tree import And, Compare, Key
from mltui.model.filters.values import number, span
from mltui.model.runs import NAME_TAG

#: MLflow's comparators (``VALID_…_COMPARATORS`` of ``mlflow/utils/search_utils.py``).
NUMERIC = frozenset({"=", "!=", "<", "<=", ">", ">="})
TEXTS = frozenset({"=", "!=", "like", "ilike"})
#: Attributes it knows, by what mltui calls them.
_KNOWN = {
    "run_id": "run_id",
    "run_name": "run_name",
    "name": "run_name",
    "status": "status",
    "user_id": "user_id",
    "artifact_uri": "artifact_uri",
    "start_time": "start_time",
    "end_time": "end_time",
}
_SORTED = {"start": "start_time", "end": "end_time", "name": "run_name", "status": "status", "user": "user_id"}


def search_call(store: str, experiments: Sequence[str], filter: Filter | None, order: Sequence[Order], now: int) -> str:
    """Python that gives the same runs as a data frame. `store` is an address without secrets, `experiments` are ids.

    Of the filter it holds what MLflow's grammar can say; the rest is named in a comment. `now` (epoch ms) is what ages
    are counted from.
    """
    parts, unsaid = _filter(filter, now)
    said = " and ".join(text for _, text in parts)
    ordered = [text for each in order if (text := _order(each))]
    unordered = [each.column for each in order if not _order(each)]
    arguments = [f"experiment_ids={json.dumps(list(experiments))}"]
    arguments += [f"filter_string={_string(said)}"] if said else []
    arguments += [f"order_by={json.dumps(ordered, ensure_ascii=False)}"] if ordered else []
    lines = ["import mlflow", "", f"mlflow.set_tracking_uri({_string(store)})"]
    if unsaid and filter is not None:
        lines.append(f"# MLflow can't say all of this, the rest is left out: {_one_line(filter.text)}")
    if any(key.family == "attributes" and _KNOWN.get(key.name) == "run_name" for key, _ in parts):
        lines.append(f"# MLflow's run_name is the tag {NAME_TAG}: a run whose tag was deleted is in no such comparison")
    if unordered:
        lines.append(f"# MLflow can't order by this, which is left out: {_one_line(', '.join(unordered))}")
    lines += ["runs = mlflow.search_runs(", *(f"    {each}," for each in arguments), ")"]
    return "\n".join(lines) + "\n"


def _filter(filter: Filter | None, now: int) -> tuple[list[tuple[Key, str]], bool]:
    """The comparisons of the filter that MLflow can make, each with its key, and whether there is more."""
    if filter is None or filter.tree is None:
        return [], False
    parts = filter.tree.parts if isinstance(filter.tree, And) else (filter.tree,)
    said = [
        (part.key, text) for part in parts if isinstance(part, Compare) and (text := _comparison(part, now)) is not None
    ]
    return said, len(said) < len(parts)


def _comparison(part: Compare, now: int) -> str | None:
    key, word = part.key, part.operator
    if key.number or (part.negated and not (word == "in" and key.name == "run_id")):
        return None
    if key.family == "metrics":
        value = _number(part.values[0].text)
        return f"{_key(key)} {word} {value}" if word in NUMERIC and value and _key(key) else None
    if key.family in ("params", "tags", "datasets"):
        value = _quoted(part.values[0].text)
        return f"{_key(key)} {word} {value}" if word in TEXTS and value and _key(key) else None
    return _attribute(part, now)


def _attribute(part: Compare, now: int) -> str | None:
    name, word = part.key.name, part.operator
    if name == "age":
        return _age(part, now)
    known, sort = _KNOWN.get(name), ATTRIBUTES[name]
    if known is None:
        return None
    if word == "in" and name == "run_id":
        values = ", ".join(_quoted(value.text) for value in part.values)
        return f"attributes.run_id {'not in' if part.negated else 'in'} ({values})"
    text = part.values[0].text
    if sort == "time":
        moment = _moment(number(text))
        return f"attributes.{known} {word} {moment}" if word in NUMERIC and moment else None
    if name == "status" and part.values[0].bare:
        text = text.upper()
    return f"attributes.{known} {word} {_quoted(text)}" if word in TEXTS and _quoted(text) else None


def _age(part: Compare, now: int) -> str | None:
    """A run that is younger began later."""
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(part.operator)
    length = span(part.values[0].text)
    moment = _moment(now - int(length)) if length is not None and math.isfinite(length) else ""
    return f"attributes.start_time {turned} {moment}" if turned and moment else None


def _key(key: Key) -> str:
    """ "" for one that MLflow has no quotes for."""
    if "`" in key.name and '"' in key.name:
        return ""
    return f"{'dataset' if key.family == 'datasets' else key.family}.{quoted(key.name)}"


def _number(text: str) -> str:
    """A number as MLflow reads one: not ``+1``, ``1_000`` or ``1e+16``; "" for what is none to it, as nan and inf."""
    try:
        value = float(text)
    except ValueError:
        return ""
    return repr(value).replace("e+", "e") if math.isfinite(value) else ""


def _moment(value: int | float | None) -> str:
    """A time as MLflow's database keeps it; "" for one that it can't."""
    return str(value) if isinstance(value, int) and abs(value) < 1 << 63 else ""


def _order(each: Order) -> str:
    """MLflow orders by latest values and a few attributes; "" for what it can't."""
    try:
        spec = parse_column(each.column)
    except ValueError:  # of a view written by hand
        return ""
    way = "DESC" if each.descending else "ASC"
    if spec.family == "attributes":
        return f"attributes.{_SORTED[spec.key]} {way}" if spec.key in _SORTED else ""
    unsaid = spec.pick != "latest" or spec.against or "`" in spec.key
    return "" if unsaid else f"{spec.family}.`{spec.key}` {way}"


def _quoted(text: str) -> str:
    """A string of MLflow's filters, in the quotes that it does not hold; "" for one that holds both."""
    if "'" in text and '"' in text:
        return ""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
