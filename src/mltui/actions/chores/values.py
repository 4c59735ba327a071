"""What there is of a subject now, and one value of it written: through the `Writer`, past every cache of mltui's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mltui.actions.mlflow.port import Writer
from mltui.model.chore import NOTE_TAG, Aspect, Change, Subject


@dataclass(frozen=True, slots=True)
class Now:
    """A run, a model version or a registered model as it is now. `end` is epoch ms, None for none."""

    name: str = ""
    note: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    lifecycle: str = "active"
    status: str = ""
    end: int | None = None

    def value(self, aspect: Aspect, key: str = "") -> str | None:
        """The value that a chore would change; None where there is none."""
        if aspect == "tag":
            return self.tags.get(key)
        return {"note": self.note, "name": self.name, "lifecycle": self.lifecycle, "status": self.status}[aspect]


def read(writer: Writer, subject: Subject) -> Now:
    """Raises `NotFound` if it is not there, and whatever else a `Writer` does."""
    if subject.kind == "run":
        found = writer.run(subject.id)
        tags, end = found.get("tags"), found.get("end")
        words = {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}
        return Now(
            str(found.get("name") or ""),
            words.get(NOTE_TAG),
            words,
            str(found.get("lifecycle") or "active"),
            str(found.get("status") or ""),
            end if isinstance(end, int) else None,
        )
    if subject.kind == "version":
        version = writer.version(subject.id, subject.version)
        return Now(subject.label, version.description or None, version.tags)
    model = writer.model(subject.id)
    return Now(model.name, model.description or None, model.tags)


def write(writer: Writer, change: Change) -> None:
    """Make it `after`. Raises what a `Writer` does."""
    one = change.subject
    if one.kind == "run":
        _write_run(writer, change)
    elif change.aspect == "name":
        writer.rename_model(one.id, change.after or "")
    elif change.aspect == "note":
        if one.kind == "version":
            writer.describe_version(one.id, one.version, change.after or "")
        else:
            writer.describe_model(one.id, change.after or "")
    elif one.kind == "version":
        if change.after is None:
            writer.delete_version_tag(one.id, one.version, change.key)
        else:
            writer.set_version_tag(one.id, one.version, change.key, change.after)
    elif change.after is None:
        writer.delete_model_tag(one.id, change.key)
    else:
        writer.set_model_tag(one.id, change.key, change.after)


def _write_run(writer: Writer, change: Change) -> None:
    run, after = change.subject.id, change.after
    if change.aspect in ("tag", "note"):
        key = NOTE_TAG if change.aspect == "note" else change.key
        if after is None:
            writer.delete_run_tag(run, key)
        else:
            writer.set_run_tag(run, key, after)
    elif change.aspect == "name":
        writer.rename_run(run, after or "")
    elif change.aspect == "lifecycle":
        (writer.delete_run if after == "deleted" else writer.restore_run)(run)
    elif after == "RUNNING":
        writer.reopen_run(run, after, change.ends)
    else:
        writer.end_run(run, after or "", change.ends)
