"""Which gates are for a promotion: by its model and by where it goes."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.gates import Gate
    from mltui.model.promotion import Target


def is_for(gate: Gate, model: str, target: Target) -> bool:
    """Whether `gate` is asked when a version of `model` goes to `target`.

    Letters' case makes no difference: MySQL takes ``@Champion`` for ``@champion``. A copy counts as both models.
    """
    models = (model, target.name) if target.kind == "copy" else (model,)
    places = [target.name, target.word, target.label]
    if target.alias:
        places += [target.alias, f"@{target.alias}"]
    return _matches(gate.models, models) and _matches(gate.to, places)


def _matches(globs: tuple[str, ...], names: Iterable[str]) -> bool:
    folded = [name.casefold() for name in names]
    return not globs or any(fnmatchcase(name, glob.casefold()) for glob in globs for name in folded)
