"""The shipped schemas, closed: a reader ignores fields it does not know, a test must not."""

from __future__ import annotations

from typing import Any

import jsonschema

from mltui.schema import schema


def strict(document: Any) -> Any:
    """The schema with no room for what it does not describe."""
    if isinstance(document, dict):
        closed = {key: strict(value) for key, value in document.items()}
        described = "properties" in document and "required" in document
        return {**closed, "additionalProperties": False} if described else closed
    return [strict(item) for item in document] if isinstance(document, list) else document


def closed(name: str) -> dict[str, Any]:
    """The schema of that name, which makes sense, without room for more."""
    document = schema(name)
    jsonschema.Draft202012Validator.check_schema(document)
    found: dict[str, Any] = strict(document)
    return found
