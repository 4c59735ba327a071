"""What `mltui run show --json` (``run.schema.json``), `run files --json` (``files.schema.json``) and `run cat --json`
(``file.schema.json``) print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.artifacts import Artifact, ArtifactRoot, ArtifactTotal
from mltui.model.champion import opponent
from mltui.model.part import Problem
from mltui.model.redacting import addresses_redacted
from mltui.model.runs import PARENT_TAG, LoggedModel, Run, RunInput
from mltui.present.history_document import brief_run, brief_version, primary_document
from mltui.present.jsonable import number
from mltui.present.previews.file import ENCODINGS, decoded
from mltui.present.run_detail import RunRelations
from mltui.present.run_scene import RunScene
from mltui.present.runs_machine import problem_document, run_document


def whole_run_document(
    run: Run, scene: RunScene, related: RunRelations, problems: Iterable[Problem], at: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The run as `mltui runs --json` has it, and what belongs to it. `at` is the time of ``--at``."""
    brief = brief_run(run, scene)
    return {
        "schema": 1,
        "at": at,
        "primary": primary_document(scene.primary),
        "run": {
            **run_document(run),
            "artifact_uri": addresses_redacted(run.artifact_uri),
            "value": brief["value"],
            "gain": brief["gain"],
            "champion": _champion(run, scene),
            "parent": _parent(run, related),
            "children": [brief_run(each, scene) for each in related.children],
            "models": [brief_version(each) for each in related.versions],
            "logged_models": [_logged(each) for each in related.models],
            "datasets": [_dataset(each) for each in related.inputs],
            "traces": related.traces,
            "read_at": related.read_at,
            "swept_at": related.swept_at,
        },
        "problems": [problem_document(each) for each in problems],
    }


def files_document(
    run: Run, path: str, root: ArtifactRoot, entries: Sequence[Artifact], *, cut: bool, total: ArtifactTotal | None
) -> dict[str, Any]:
    """`entries` are what lies at `path` of the run's artifacts, `cut` whether more does; `total` is of all of them."""
    return {
        "schema": 1,
        "run_id": run.run_id,
        "name": run.name,
        "root": {"uri": root.uri, "kind": root.kind, "place": root.place, "note": root.note},
        "path": path,
        "entries": [
            {"path": each.path, "name": each.name, "kind": each.kind, "size": each.size, "note": each.note}
            for each in entries
        ],
        "cut": cut,
        "total": {"files": total.files, "size": total.size, "cut": total.cut} if total else None,
    }


def file_document(run: Run, root: ArtifactRoot, entry: Artifact, data: bytes | None) -> dict[str, Any]:
    """`data` is all of a text, None of a file that is none."""
    text, odd = decoded(data) if data is not None else (None, "")
    encoding = None if text is None else odd if odd in ENCODINGS else None if odd else "utf-8"
    return {
        "schema": 1,
        "run_id": run.run_id,
        "name": run.name,
        "root": {"uri": root.uri, "kind": root.kind, "place": root.place, "note": root.note},
        "path": entry.path,
        "size": entry.size if text is None or data is None else len(data),
        "content": "binary" if text is None else "text",
        "encoding": encoding,
        "text": text,
    }


def _champion(run: Run, scene: RunScene) -> dict[str, Any] | None:
    """Whom it is measured against."""
    found = opponent(run, scene.champions)
    return brief_version(found.version) if found is not None else None


def _parent(run: Run, related: RunRelations) -> dict[str, Any] | None:
    id = run.tags.get(PARENT_TAG)
    return {"run_id": id, "name": related.parent.name if related.parent else None} if id else None


def _logged(model: LoggedModel) -> dict[str, Any]:
    return {
        "model_id": model.model_id,
        "name": model.name,
        "status": model.status,
        "kind": model.kind,
        "created": model.created,
        "location": addresses_redacted(model.location),
        "step": model.step,
        "metrics": {key: number(value) for key, value in model.metrics.items()},
        "params": dict(model.params),
        "tags": dict(model.tags),
    }


def _dataset(each: RunInput) -> dict[str, Any]:
    """`schema` and `profile` are JSON in a string, as MLflow keeps them."""
    return {
        "name": each.name,
        "digest": each.digest,
        "context": each.context,
        "source_type": each.source_type,
        "source": each.source,
        "schema": each.schema,
        "profile": each.profile,
    }
