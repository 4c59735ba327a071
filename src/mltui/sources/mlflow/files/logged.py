"""Metrics, params and tags of logged models (MLflow 3), from their directories: few, so they are read when asked for.

A metric's line is ``timestamp value step run``, of a dataset ``… name digest`` (`FileStore._log_model_metric`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import chain

from mltui.model.runs import LoggedModel
from mltui.sources.mlflow.files import disk
from mltui.sources.mlflow.files.experiments import read_texts
from mltui.sources.mlflow.files.points import LINE_BYTES, PIECE_BYTES, Point, point_of


def filled(experiment: str, model: LoggedModel) -> LoggedModel:
    """`model` with what its directory below that of its experiment holds; what can't be read is left out."""
    if not model.model_id or "/" in model.model_id:
        return model
    directory = f"{experiment}/models/{model.model_id}"
    latest: dict[str, Point] = {}
    for key, path in disk.walk(f"{directory}/metrics").files:
        if point := _latest(path):
            latest[key] = point
    return replace(
        model,
        metrics={key: value for key, (_, _, value) in sorted(latest.items())},
        step=max((step for step, _, _ in latest.values()), default=None),
        params=dict(read_texts(f"{directory}/params", _quietly)),
        tags=dict(read_texts(f"{directory}/tags", _quietly)),
    )


def _latest(path: str) -> Point | None:
    """By MLflow's rule; None without a point."""
    found: Point | None = None
    rest = b""
    with suppress(OSError):
        for piece in chain(disk.pieces(path, PIECE_BYTES), (b"\n",)):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                with suppress(ValueError, IndexError, OverflowError):
                    point = point_of(line.split()[:3])
                    found = point if found is None else max(found, point)
            rest = rest[:LINE_BYTES]
    return found


def _quietly(path: str, why: str) -> None:
    """What of a model can't be read costs nothing else."""
