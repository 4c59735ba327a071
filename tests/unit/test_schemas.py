"""Every command that prints a document has its schema, shipped, named in one table and in the docs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from mltui.cli.commands import mltui
from mltui.schema import SCHEMAS, schema, schema_of

DOCS = Path(__file__).parents[2] / "docs" / "status-schema.md"
#: Schemas of a part of a document, and of each line where there is no document: `mltui status --watch --json`.
PARTS = {"gates", "watch"}


def commands(group: click.Group = mltui, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        words = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words, command


def shipped() -> set[str]:
    names = (each.name for each in resources.files("mltui.schema").iterdir())
    return {name.removesuffix(".schema.json") for name in names if name.endswith(".schema.json")}


def test_every_command_with_json_is_in_the_table() -> None:
    with_json = {words for words, command in commands() if any("--json" in each.opts for each in command.params)}
    assert with_json == set(SCHEMAS)


def test_what_answers_without_a_document() -> None:
    """Every other command opens the app, makes a project or speaks to a shell: whatever only looks has its document."""
    assert {words for words, _ in commands()} - set(SCHEMAS) <= {"open", "demo", "completion"}


def test_every_schema_is_of_some_command() -> None:
    assert shipped() == {*SCHEMAS.values(), *PARTS}


@pytest.mark.parametrize("name", sorted(shipped() - PARTS))
def test_a_schema_makes_sense_and_says_whose_it_is(name: str) -> None:
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$id"] == f"mltui:{name}.schema.json"
    assert found["properties"]["schema"] == {"const": 1}
    assert next(iter(found["properties"])) == "schema" in found["required"]
    whose = [words for words, of in SCHEMAS.items() if of == name]
    told = [words for words in whose if words in found["title"] or f"{words.split()[0]} …" in found["title"]]
    assert told == whose and "--json" in found["title"]


def _closed(document: Any) -> bool:
    if isinstance(document, dict):
        return document.get("additionalProperties") is False or any(map(_closed, document.values()))
    return isinstance(document, list) and any(map(_closed, document))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_no_schema_is_closed_to_more_fields(name: str) -> None:
    """A document of a later mltui fits the schema that somebody has."""
    assert not _closed(schema(name))


def test_every_command_is_asked_for_its_schema() -> None:
    assert schema_of("exp list")["title"] == "mltui exp list --json"
    with pytest.raises(KeyError):
        schema_of("demo")


@pytest.mark.parametrize("words", sorted(SCHEMAS))
def test_the_docs_name_the_command_and_its_schema(words: str) -> None:
    page = DOCS.read_text("utf-8")
    row = f"| `mltui {words}` | `{SCHEMAS[words]}.schema.json` |"
    assert row in page, row
