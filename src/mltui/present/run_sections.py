"""Sections of a run's detail: metrics, what the machine did, datasets, logged models, where the code came from."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.key_names import key_of
from mltui.model.runs import REPO_TAG, SOURCE_TAG, LoggedModel, Run, RunInput
from mltui.present import detail
from mltui.present.layout import grid
from mltui.present.marks import count, guess_hint, metric_label, value_span
from mltui.present.run_scene import RunScene
from mltui.present.spark import trend
from mltui.present.text import Line, Span, ago, line, number, safe

#: Terminal columns of a metric's sparkline.
SPARK = 16
#: Metrics and params that the detail lists; a run may have thousands.
MOST = 300
#: System metrics that the detail lists; a run on eight GPUs has dozens.
MACHINE = 6
#: Logged models that are listed by name, and metrics of each.
MODELS = 30
MODEL_METRICS = 4
#: Params and tags of a logged model that are listed.
MODEL_PAIRS = 8
#: Column names of a dataset that are listed.
COLUMNS = 12
#: MLflow's own metrics of the machine (``mlflow/system_metrics``) begin so.
SYSTEM = "system/"

NOTE_TAG = "mlflow.note.content"
#: Where the code came from, by the words of MLflow's tags.
_SOURCES = {
    "type": "mlflow.source.type",
    "entry point": "mlflow.project.entryPoint",
    "project version": "mlflow.project.version",
    "backend": "mlflow.project.backend",
    "branch": "mlflow.source.git.branch",
    "repository": REPO_TAG,
    "docker image": "mlflow.docker.image.uri",
}
SOURCE_TAGS = frozenset(_SOURCES.values())
#: How the names of system metrics end, and the unit that means.
_UNITS = {"_percentage": "%", "_megabytes": "MB", "_gigabytes": "GB", "_watts": "W"}


def metric_lines(run: Run, scene: RunScene, series: Mapping[str, Sequence[float]]) -> list[Line]:
    """Sorted by name, the primary one first, each with its trend; those of the machine are not among them."""
    primary = scene.primary.key if scene.primary else None
    keys = sorted((key for key in run.metrics if not key.startswith(SYSTEM)), key=lambda key: (key != primary, key))
    rows: list[list[Line]] = []
    most = scene.most(MOST)
    for key in keys[:most]:
        label = Span(metric_label(scene.primary, scene.symbols), "title") if key == primary else Span(safe(key))
        rows.append([(label,), (value_span(run.metrics[key]),), (Span(_spark(key, series, scene), "accent"),)])
    lines = grid(rows, "lrl")
    if len(keys) > most:
        more = count(len(keys) - most, "more metric")
        ways = f"{key_of('page.charts')} charts any of them, {key_of('columns')} puts any into the table"
        lines.append(line(Span(f"and {more}: {ways if scene.keys else '--json has all of them'}", "note")))
    hint = guess_hint(scene.primary, scene.symbols) if primary in run.metrics and scene.keys else ""
    return lines + ([line(Span(hint, "note"))] if hint else [])


def system_lines(run: Run, scene: RunScene, series: Mapping[str, Sequence[float]]) -> tuple[list[Line], str]:
    """What MLflow measured of the machine, latest values with their units, and a remark on those that are left out.

    The ones that most look for come first: how busy the processors are and how full the memory.
    """
    rows: list[list[Line]] = []
    keys = sorted((key for key in run.metrics if key.startswith(SYSTEM)), key=lambda key: (_wanted(key), key))
    most = scene.most(MACHINE)
    for key in keys[:most]:
        ending = next((each for each in _UNITS if key.endswith(each)), "")
        name = key.removeprefix(SYSTEM).removesuffix(ending).replace("_", " ")
        told = (value_span(run.metrics[key]), Span(f" {_UNITS[ending]}" if ending else "", "key"))
        rows.append([(Span(safe(name)),), told, (Span(_spark(key, series, scene), "accent"),)])
    how = f"{key_of('page.charts')} charts any" if scene.keys else "--json has all"
    return grid(rows, "lll"), f"{most} of {len(keys)}: {how}" if len(keys) > most else ""


def _wanted(key: str) -> int:
    """Place among system metrics: percentages of processors and memory, then their other figures, then the rest."""
    name = key.removeprefix(SYSTEM)
    unit = name.startswith(("cpu_", "gpu_", "system_memory"))
    return 0 if unit and name.endswith("_percentage") else 1 if unit else 2


def _spark(key: str, series: Mapping[str, Sequence[float]], scene: RunScene) -> str:
    values = series.get(key, ())
    return trend(values, SPARK, scene.symbols) if len(values) > 1 else ""


def bounded_pairs(values: Mapping[str, str], most: int = MOST) -> tuple[list[Line], str]:
    """Params as lines, at most `most`, and a remark on the rest."""
    if len(values) <= most:
        return detail.pairs(values), ""
    return detail.pairs({key: values[key] for key in sorted(values)[:most]}), f"the first {most} of {len(values):,}"


def source_lines(run: Run) -> list[Line]:
    """Where the code came from, as MLflow recorded it."""
    return detail.fields(
        (label, (Span(safe(run.tags[tag])),)) for label, tag in _SOURCES.items() if run.tags.get(tag, "").strip()
    )


def dataset_lines(inputs: Sequence[RunInput], most: int = COLUMNS) -> list[Line]:
    """Each dataset with its digest, what it was for, its shape, where it came from and at most so many columns."""
    lines: list[Line] = []
    for each in inputs:
        words = [Span(safe(each.name), "accent"), Span(f"  {safe(each.context)}" if each.context else "", "dim")]
        lines.append(line(*words, Span(f"  {safe(each.digest)}", "hash"), Span(f"  {shape(each)}", "key")))
        told = [("source", _source(each)), ("columns", _columns(each.schema, most))]
        lines += [(Span("  "), *told_line) for told_line in detail.fields(told)]
    return lines


def shape(dataset: RunInput) -> str:
    """``20,640 rows, 9 columns``, as far as MLflow recorded it in profile and schema."""
    profile, columns = _object(dataset.profile), _names(dataset.schema)
    rows = profile.get("num_rows")
    words = [f"{rows:,} rows"] if isinstance(rows, int) else []
    words += [count(len(columns), "column")] if columns else []
    if not words and isinstance(profile.get("features_shape"), (list, int)):
        words.append(f"shape {safe(str(profile['features_shape']))}")
    return ", ".join(words)


def _source(dataset: RunInput) -> Line:
    """The address in what MLflow recorded of a source, JSON of many shapes."""
    said = _object(dataset.source)
    where = next((said[key] for key in ("uri", "url", "path", "table_name", "query") if said.get(key)), "")
    tags = said.get("tags")
    if not where and isinstance(tags, dict):
        where = tags.get(SOURCE_TAG, "")
    kind = (Span(f"{safe(dataset.source_type)}  " if where else safe(dataset.source_type), "dim"),)
    return (*kind, Span(safe(str(where)))) if where else kind if dataset.source_type else ()


def _columns(schema: str, most: int) -> Line:
    names = _names(schema)
    if not names:
        return ()
    more = f", and {len(names) - most} more" if len(names) > most else ""
    return (Span(safe(", ".join(names[:most]))), Span(more, "dim"))


def _names(schema: str) -> list[str]:
    """The names in a schema of MLflow's (``mlflow_colspec``); [] for any other."""
    found = _object(schema).get("mlflow_colspec")
    if not isinstance(found, list):
        return []
    return [str(each.get("name", "")) for each in found if isinstance(each, dict)]


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def model_lines(models: Sequence[LoggedModel], now: int, more: str = "…", *, whole: bool = False) -> list[Line]:
    """The models of MLflow 3 that the run logged; `whole`: all of them, with all that is known of each."""
    most, measured, pairs = (sys.maxsize,) * 3 if whole else (MODELS, MODEL_METRICS, MODEL_PAIRS)
    rows = [_model(each, now, more, measured) for each in models[:most]]
    lines = grid(rows, "lllll")
    for each in models[:most]:
        told = {**each.params, **{key: value for key, value in each.tags.items() if not key.startswith("mlflow.")}}
        if told:
            words = ", ".join(f"{key} {told[key]}" for key in sorted(told)[:pairs])
            rest = f", and {len(told) - pairs} more" if len(told) > pairs else ""
            lines.append(line(Span(f"{safe(each.name)}: ", "key"), safe(words), Span(rest, "dim")))
    if len(models) > most:
        lines.append(line(Span(f"and {count(len(models) - most, 'more model')}", "dim")))
    return lines


def _model(model: LoggedModel, now: int, more: str, most: int) -> list[Line]:
    step = f"step {model.step}" if model.step is not None else ""
    role = {"failed": "bad", "pending": "running"}.get(model.status, "key")
    return [
        (Span(safe(model.name), "accent"),),
        (Span(model.status, role),),
        (Span(step, "key"),),
        (Span(ago(model.created, now), "dim"),),
        tuple(_measured(model.metrics.items(), more, most)) or (Span(safe(model.model_id), "hash"),),
    ]


def _measured(metrics: Iterable[tuple[str, float]], more: str, most: int) -> Iterable[Span]:
    for at, (key, value) in enumerate(metrics):
        if at == most:
            yield Span(f"  {more}", "dim")
            return
        yield Span(f"{'  ' if at else ''}{safe(key)} ", "key")
        yield Span(number(value))
