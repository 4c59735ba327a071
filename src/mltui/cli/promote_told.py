"""What is told of a promotion besides: what differs, the question, the watch after it, and its JSON document."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

from mltui.cli.asking import agrees
from mltui.cli.saying import say
from mltui.errors import SourceError
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer
    from mltui.model.difference import Difference
    from mltui.model.promotion import Plan
    from mltui.model.registry import ModelVersion, RegisteredModel
    from mltui.sources.sides.named import Named
    from mltui.sources.workspace import Workspace


def differing(workspace: Workspace, plan: Plan) -> tuple[Difference | None, str]:
    """What differs from the version that is there now; else why that is not told ("" if there is nothing to tell)."""
    from mltui.model.metric import primary_metric

    old, new = _side(workspace, plan, plan.now), _side(workspace, plan, plan.version.version)
    if old is None or new is None or plan.now == plan.version.version:
        return None, ""
    config = workspace.config
    try:
        primary = primary_metric(config.primary, config.goals, (), [side.run for side in (old, new) if side.run])
        return workspace.differ.difference(old, new, primary), ""
    except SourceError as error:
        return None, f"what differs can't be told: {error.summary}"


def _side(workspace: Workspace, plan: Plan, number: str | None) -> Named | None:
    from mltui.sources.sides.named import of_version

    model = plan.model
    if plan.target.kind == "copy" and number != plan.version.version:
        others = (each for each in workspace.models.load() if each.name == plan.target.name)
        model = next(others, plan.model)
    version = _numbered(model, number)
    return of_version(model, version, None) if version is not None else None


def _numbered(model: RegisteredModel, number: str | None) -> ModelVersion | None:
    return next((each for each in model.versions if each.version == number), None)


def agrees_to(plan: Plan, title: str) -> Callable[[], bool]:
    """The question: model and version have to be typed where the target is protected."""
    from mltui.present.promotion import version_text

    if not plan.protected:
        return lambda: agrees(f"{title[:1].upper()}{title[1:]}?")
    wanted = version_text(plan)

    def typed() -> bool:
        try:
            told = input(f"{safe(plan.target.label)} is protected. Type {wanted} to confirm: ").strip()
        except EOFError:
            return False
        if told and told != wanted:
            say(f"that is not {wanted}")
        return told == wanted

    return typed


def watched(writer: Writer | None, plan: Plan, *, quiet: bool, copy: str) -> Mapping[str, Any]:
    """The target is watched for a moment; ctrl+c ends that, and nothing of what was done.

    `copy` is the number that a copy got. The exit code stays that of what was done.
    """
    from mltui.actions.promotion.watching import SECONDS, watch

    if writer is None or plan.target.kind == "gto" or (plan.target.kind == "copy" and not (copy and plan.target.alias)):
        return {"watch": None}
    stopped = Event()
    if not quiet and sys.stderr.isatty():
        sys.stderr.write(f"watching {safe(plan.target.label)} for {SECONDS:.0f} s, ctrl+c ends that\r")
        sys.stderr.flush()
    try:
        found = watch(writer, plan, stopped=stopped, version=copy)
    except KeyboardInterrupt:
        return {"watch": {"moved": False, "holder": None, "said": "it was not watched to the end", "seconds": SECONDS}}
    finally:
        if not quiet and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
    if found.said:
        say(found.said, "mltui journal --model tells who moved what" if found.moved else "")
    return {"watch": {"moved": found.moved, "holder": found.holder, "said": found.said, "seconds": SECONDS}}


def document(plan: Plan, reason: str, *, forced: bool) -> dict[str, Any]:
    """What the JSON document has of it besides the action (``schema/promotion.schema.json``)."""
    from mltui.present.gates_document import gates_document
    from mltui.present.model_journal import moves_document

    return {
        "model": plan.model.name,
        "source": plan.model.source,
        "target": plan.target.word,
        "now": plan.now,
        "then": plan.version.version,
        "since": moves_document([plan.since])[0] if plan.since else None,
        "protected": plan.protected,
        "reason": reason,
        "forced": forced,
        "gates": gates_document(plan.report),
        "notes": list(plan.notes),
        "watch": None,
    }
