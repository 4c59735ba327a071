"""A store of odd runs, written with MlflowClient, and random filters of MLflow's own grammar over it."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

METRICS = {
    "acc": (0.5, 0.9, -1.0, 0.0, 1e-12),
    "val/loss": (0.25, 3.0),
    "a b": (1.0, 2.0),
    "nan": (math.nan, 0.0, 1.0),
    "inf": (math.inf, -math.inf, 5.0),
    "é.x": (1.0,),
}
PARAMS = {
    "lr": ("0.1", "0.10", "1e-3", "10"),
    "model": ("rf", "RF", "svm", "Ärger", "ärger"),
    "deep/key": ("x", "%", "a_b", "50%"),
    "with space": ("two\nlines", "tab\there", "C:\\dir", 'say "x"', "it''s", " padded "),
    "empty": ("", "x" * 500),
}
TAGS = {"team": ("red", "RED", "blue"), "mlflow.source.name": ("train.py", "a/b.py"), "n" * 250: ("long",)}
DATASETS = (("wine", "d1"), ("rose", "d2"), ("Wine", "d3"))
CONTEXTS = ("training", "eval", None)
#: Runs that are written.
RUNS = 60


def write(uri: str) -> str:
    """The experiment's id."""
    client = MlflowClient(uri)
    experiment: str = client.create_experiment("odd")
    for number in range(RUNS):
        tags = {"mlflow.user": ("ada", "Bob")[number % 2]} if number % 3 else {}
        name = ("first", "Second", "it's", "first")[number % 4]
        start = 1_700_000_000_000 + number * 1000
        run_id = client.create_run(experiment, start_time=start, tags=tags, run_name=name).info.run_id
        client.log_batch(
            run_id,
            [Metric(key, values[number % len(values)], start, 0) for key, values in _some(METRICS, number)],
            [Param(key, values[number % len(values)]) for key, values in _some(PARAMS, number + 1)],
            [RunTag(key, values[number % len(values)]) for key, values in _some(TAGS, number + 2)],
        )
        _log_inputs(client, run_id, number)
        if number % 7 == 1:
            client.set_tag(run_id, "mlflow.user", "renamed")  # MLflow's user_id stays
        if number % 11 == 1:
            client.delete_tag(run_id, "mlflow.runName")
        if number % 5:
            status = ("FINISHED", "FAILED", "KILLED")[number % 3]
            client.set_terminated(run_id, status, end_time=start + number)
    return experiment


def _some(values: dict[str, tuple[Any, ...]], number: int) -> list[tuple[str, tuple[Any, ...]]]:
    """Most of them, others for each number."""
    return [item for place, item in enumerate(values.items()) if (number + place) % 3]


def _log_inputs(client: MlflowClient, run_id: str, number: int) -> None:
    inputs = []
    for place, (name, digest) in enumerate(DATASETS):
        if (number >> place) & 1:
            context = CONTEXTS[(number + place) % len(CONTEXTS)]
            tags = [InputTag("mlflow.data.context", context)] if context else []
            inputs.append(DatasetInput(Dataset(name, digest, "local", "{}"), tags))
    if inputs:
        client.log_inputs(run_id, datasets=inputs)


SPACE = st.sampled_from((" ", "  ", "\n", "\t"))
TIGHT = st.sampled_from(("", " ", "  "))
EQUALS = st.sampled_from(("=", "!="))
ORDERS = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
LIKES = st.sampled_from(("LIKE", "ILIKE", "like", "ilike"))


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text and '"' not in text else f"'{text}'"


@st.composite
def _key(draw: st.DrawFn, spellings: tuple[str, ...], keys: tuple[str, ...]) -> str:
    key = draw(st.sampled_from((*keys, "absent")))
    quotes = ("`", '"') if not key.replace("_", "").replace(".", "").isalnum() else ("", "`", '"')
    quote = draw(st.sampled_from(quotes))
    return f"{draw(st.sampled_from(spellings))}.{quote}{key}{quote}"


@st.composite
def _text_test(draw: st.DrawFn, values: tuple[str, ...]) -> str:
    if draw(st.booleans()):
        return f"{draw(TIGHT)}{draw(EQUALS)}{draw(TIGHT)}{_quoted(draw(st.sampled_from(values)))}"
    value = draw(st.sampled_from(values))
    pattern = draw(st.sampled_from((value, f"{value[:2]}%", f"%{value[1:]}", f"%{value[1:3]}%", f"_{value[1:]}", "%")))
    return f" {draw(LIKES)} {_quoted(pattern)}"


@st.composite
def _text(draw: st.DrawFn) -> str:
    spellings, known = draw(
        st.sampled_from(
            ((("params", "param", "parameters", "parameter"), PARAMS), (("tags", "tag"), TAGS)),
        )
    )
    key = draw(_key(spellings, tuple(known)))
    if draw(st.integers(0, 4)) == 0:
        return f"{key} {draw(st.sampled_from(('IS NULL', 'is not null')))}"
    return key + draw(_text_test(tuple(value for values in known.values() for value in values if len(value) < 100)))


@st.composite
def _metric(draw: st.DrawFn) -> str:
    numbers = [repr(value) for values in METRICS.values() for value in values if math.isfinite(value)]
    value = draw(st.sampled_from((*numbers, "0", "-1", "1e308", "1.7976931348623157e308", "1e400", ".5", "5.")))
    return f"{draw(_key(('metrics', 'metric'), tuple(METRICS)))}{draw(TIGHT)}{draw(ORDERS)}{draw(TIGHT)}{value}"


@st.composite
def _attribute(draw: st.DrawFn, run_ids: tuple[str, ...]) -> str:
    prefix = draw(st.sampled_from(("", "attributes.", "attribute.", "attr.", "run.")))
    which = draw(st.integers(0, 4))
    if which == 0:
        key = draw(st.sampled_from(("start_time", "created", "Created", "end_time", "`start_time`")))
        moment = 1_700_000_000_000 + draw(st.integers(-1, RUNS)) * 1000
        return f"{prefix}{key} {draw(ORDERS)} {moment}{draw(st.sampled_from(('', '.0', '.5')))}"
    if which == 1:
        some = ", ".join(f"'{one}'" for one in draw(st.lists(st.sampled_from(run_ids), min_size=1, max_size=9)))
        return f"{prefix}run_id {draw(st.sampled_from(('IN', 'NOT IN', 'in', 'not in')))} ({some})"
    key, values = draw(
        st.sampled_from(
            (
                ("status", ("FINISHED", "FAILED", "failed", "RUNNING")),
                ("run_name", ("first", "Second", "it's")),
                ("`Run name`", ("first", "SECOND")),
                ("user_id", ("ada", "bob", "unknown", "renamed")),
                ("artifact_uri", ("artifacts", "%/artifacts")),
                ("run_id", run_ids[:3]),
            )
        )
    )
    return prefix + key + draw(_text_test(values))


@st.composite
def _dataset(draw: st.DrawFn) -> str:
    key, values = draw(
        st.sampled_from(
            (("name", ("wine", "Wine", "rose")), ("digest", ("d1", "d2")), ("context", ("training", "eval"))),
        )
    )
    family = draw(st.sampled_from(("dataset", "datasets")))
    if draw(st.booleans()):
        some = ", ".join(f"'{one}'" for one in draw(st.lists(st.sampled_from(values), min_size=1, max_size=3)))
        return f"{family}.{key} {draw(st.sampled_from(('IN', 'NOT IN')))} ({some})"
    return f"{family}.{key}" + draw(_text_test(values))


@st.composite
def filters(draw: st.DrawFn, run_ids: tuple[str, ...]) -> str:
    """One to four comparisons of every kind, joined with AND."""
    one = st.one_of(_metric(), _text(), _attribute(run_ids), _dataset())
    parts = draw(st.lists(one, min_size=1, max_size=4))
    text = parts[0]
    for part in parts[1:]:
        text += f"{draw(SPACE)}{draw(st.sampled_from(('AND', 'and', 'And')))}{draw(SPACE)}{part}"
    return text
