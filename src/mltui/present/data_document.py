"""What `mltui data --json` prints (``schema/data.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.data_listing import Listed, numbers
from mltui.model.dvc import Dataset, DatasetVersion, Gap
from mltui.model.part import Problem
from mltui.present.jsonable import jsonable


def data_document(
    datasets: Sequence[Listed],
    problems: Iterable[Problem],
    *,
    known: Mapping[tuple[str, str], Dataset],
    at: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`known` are datasets with the status that is remembered, by path and address. `at` is the time of ``--at``;
    of its datasets the versions up to then."""
    return {
        "schema": 1,
        "at": at,
        "datasets": [_dataset(one, known, at is not None) for one in datasets],
        "problems": [
            {"source": one.source, "summary": one.summary, "hint": one.hint, "path": one.path} for one in problems
        ],
    }


def _dataset(one: Listed, statuses: Mapping[tuple[str, str], Dataset], then: bool) -> dict[str, Any]:
    dataset, number = one.dataset, numbers(one)
    known = statuses.get((dataset.path, dataset.address))
    return {
        "path": dataset.path,
        "address": dataset.address,
        "file": one.file,
        "where": None if then else one.where,
        "hash": dataset.hash,
        "size": dataset.size,
        "nfiles": dataset.nfiles,
        "status": known.status if known else None,
        "dvc": jsonable(known.dvc) if known else None,
        "as_of": known.as_of if known else None,
        "versions": [_version(version, number[version.hash], dataset.path) for version in dataset.history],
        "gaps": [_gap(gap) for gap in dataset.gaps],
    }


def _version(version: DatasetVersion, number: int, path: str) -> dict[str, Any]:
    return {
        "number": number,
        "hash": version.hash,
        "size": version.size,
        "nfiles": version.nfiles,
        "commit": version.commit,
        "author": version.author,
        "date": version.time,
        "refs": list(version.refs),
        "tips": list(version.tips),
        "path": version.path or path,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {"path": gap.path, "commit": gap.commit or None, "date": gap.time or None, "reason": gap.reason}
