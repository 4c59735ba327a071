"""Which model and which version somebody means by a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from mltui.errors import NotFound, UsageError
from mltui.model.registry import ModelVersion, RegisteredModel


def model_named(models: Sequence[RegisteredModel], name: str, gto: bool | None = None) -> RegisteredModel:
    """The model called `name`, to the letter. `gto` tells which one where MLflow's registry and GTO's both have it.

    Raises `UsageError` where that has to be told, `NotFound` where there is none.
    """
    found = [each for each in models if each.name == name and gto in (None, each.source == "gto")]
    if len(found) > 1:
        raise UsageError(f"MLflow's registry and GTO's tags both have a model {name}", "--gto or --no-gto says which")
    if not found:
        if other := [each for each in models if each.name == name]:
            keeper = "GTO" if other[0].source == "gto" else "MLflow"
            raise NotFound(f"the model {name} is kept by {keeper} only", "leave --gto and --no-gto out")
        raise NotFound(f"there is no model {name}", _near(name, (each.name for each in models)))
    return found[0]


def model_meant(models: Sequence[RegisteredModel], name: str, word: str | None, gto: bool | None) -> RegisteredModel:
    """`model_named`; where both have it, the sign of the target's `word` tells: ``#prod`` is GTO's, ``@champion``,
    ``stage:Production`` and ``model:prod.churn`` are MLflow's."""
    both = len([each for each in models if each.name == name]) > 1
    if both and gto is None and word is not None and word.startswith(("#", "@", "stage:", "model:")):
        gto = word.startswith("#")
    return model_named(models, name, gto)


def version_named(model: RegisteredModel, word: str) -> ModelVersion:
    """The version of `model` that `word` means: its number, ``@champion``, of GTO ``v1.2.3``.

    Raises `UsageError` for what can't be a version, `NotFound` where there is none.
    """
    if word.startswith("@"):
        holder = model.aliases.get(word[1:])
        if holder is None:
            raise NotFound(f"{model.name} has no alias {word}", _near(word, (f"@{alias}" for alias in model.aliases)))
        return _numbered(model, holder)
    if model.source == "mlflow":
        if not word.isdecimal() or not word.isascii():
            raise UsageError(f"{word!r} is no version of {model.name}", "a version is a number, or @champion")
        word = str(int(word))
    return _numbered(model, word)


def _numbered(model: RegisteredModel, number: str) -> ModelVersion:
    found = next((each for each in model.versions if each.version == number), None)
    if found is None:
        raise NotFound(f"{model.name} has no version {number}", _there_are(model))
    return found


def _there_are(model: RegisteredModel) -> str:
    if not model.versions:
        return "it has none"
    newest = ", ".join(each.version for each in model.versions[:5])
    return f"its newest are {newest}" if len(model.versions) > 5 else f"there are {newest}"


def _near(word: str, names: Iterable[str]) -> str:
    names = list(names)
    if near := get_close_matches(word, names, n=3):
        return f"did you mean {' or '.join(near)}?"
    return f"there are {', '.join(names[:5])}{' …' if len(names) > 5 else ''}" if names else "there are none"
