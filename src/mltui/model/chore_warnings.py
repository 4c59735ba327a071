"""What a person should know before a chore: whom it touches besides."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.champion import CHAMPION, PRODUCTION
from mltui.model.chore import Chore
from mltui.model.registry import ModelVersion, RegisteredModel, versions_of_runs


def warnings(chore: Chore, models: Sequence[RegisteredModel]) -> tuple[str, ...]:
    """Sentences, () where nothing speaks against it. `models` are those of the registry, as far as they are known."""
    if chore.kind == "delete" or (chore.kind == "rename" and chore.subjects[0].kind == "model"):
        return _of_deleted(chore, models) if chore.kind == "delete" else _of_renamed(chore, models)
    if chore.kind == "end":
        return ("its end is set to its last sign of life: when it really ended nobody knows",)
    return ()


def _of_deleted(chore: Chore, models: Sequence[RegisteredModel]) -> tuple[str, ...]:
    made = versions_of_runs(models)
    found = []
    for run in chore.subjects:
        for version in made.get(run.id, ()):
            called = ", ".join((*(f"@{alias}" for alias in version.aliases), *_stage(version)))
            strong = CHAMPION in version.aliases or version.stage.casefold() in PRODUCTION
            if called:
                word = "which is in use" if strong else "which stays"
                found.append(f"{run.label} made {version.model}/{version.version} ({called}), {word}")
    return (*found, "mlflow gc deletes it for good: until then restore brings it back")


def _stage(version: ModelVersion) -> tuple[str, ...]:
    return (version.stage,) if version.stage not in ("", "None", "Archived") else ()


def _of_renamed(chore: Chore, models: Sequence[RegisteredModel]) -> tuple[str, ...]:
    name = chore.subjects[0].id
    model = next((one for one in models if one.source == "mlflow" and one.name == name), None)
    held = f", @{', @'.join(model.aliases)} among them" if model is not None and model.aliases else ""
    return (f"whatever loads models:/{name}/… finds nothing any more{held}",)
