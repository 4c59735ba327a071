"""What `mltui data --json` prints (``schema/data.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.data_listing import Listed, numbers
from mltui.model.dvc import Dataset, DatasetVersion, Gap
from mltui.model.part import Problem
from mltui.present.data_scene import DataScene
from mltui.present.jsonable import jsonable


def data_document(
    datasets: Sequence[Listed],
    problems: Iterable[Problem],
    *,
    known: Mapping[tuple[str, str], Dataset],
    stored: Mapping[tuple[str, str], DataScene],
    at: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`known` are datasets with the status that is remembered, by path and address; so `stored`, where their versions
    are. `at` is the time of ``--at``; of its datasets the versions up to then."""
    return {
        "schema": 1,
        "at": at,
        "datasets": [_dataset(one, known, stored, at is not None) for one in datasets],
        "problems": [
            {"source": one.source, "summary": one.summary, "hint": one.hint, "path": one.path} for one in problems
        ],
    }


def _dataset(
    one: Listed,
    statuses: Mapping[tuple[str, str], Dataset],
    stored: Mapping[tuple[str, str], DataScene],
    then: bool,
) -> dict[str, Any]:
    dataset, number = one.dataset, numbers(one)
    key = (dataset.path, dataset.address)
    known, scene = statuses.get(key), stored.get(key)
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
        **_where(dataset.hash, scene),
        "versions": [
            {**_version(version, number[version.hash], dataset.path), **_where(version.hash, scene)}
            for version in dataset.history
        ],
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


def _where(digest: str | None, scene: DataScene | None) -> dict[str, Any]:
    """How much of a content the cache holds, and what the remote said of it."""
    held = scene.held.get(digest) if scene and digest else None
    answer = scene.remote.answers.get(digest) if scene and digest else None
    return {
        "cache": {"there": held.there, "of": held.of, "listed": held.listed} if held else None,
        "remote": {"name": scene.remote.name, "there": answer.there, "asked": answer.asked}
        if scene and answer
        else None,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {"path": gap.path, "commit": gap.commit or None, "date": gap.time or None, "reason": gap.reason}
