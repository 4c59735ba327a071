"""YAML from outside as plain values: bounded (`bounds`), because nobody knows who wrote it."""

from __future__ import annotations

from typing import Any

from mltui.sources.dvc.child import bounds


def load(text: str | bytes) -> Any:
    """The value of one document, None if it is empty. Raises `ValueError`; PyYAML's own error is its cause.

    A tag on the wrong word (``!!bool x``, ``!!timestamp x``, ``!!int ''``) makes PyYAML raise whatever it happens to.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if bounds.may_go_beyond(text):
            bounds.check(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error
    except RecursionError as error:  # where there is no libyaml
        raise ValueError(f"nested deeper than {bounds.DEEPEST} levels") from error
