"""What happened to one model, out of the journal and the registry, as rows and as a document."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema

from closed_schema import closed
from mltui.model.alias_history import moves_of
from mltui.model.journal import JournalEntry, Note, Who
from mltui.model.model_journal import Happened, happened
from mltui.model.move_tags import facts_of, tag_key, tag_text
from mltui.model.moves import GateSaid, Move
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.journal import journal_document
from mltui.present.model_journal import about, gates_in_the_way, happened_rows, moves_document
from mltui.present.table_text import table_text
from mltui.present.text import UNICODE, plain

WHO = Who("ada@example.org", "git e-mail", "ada", "box1")
GATES = (GateSaid("metrics.auc >= 0.8", "passed", "0.947"), GateSaid("data pushed", "failed", "", "only here"))
FIRST = Move("churn", "@champion", None, "4", 1_000, "e1", who="grace", host="box2")
SECOND = replace(
    Move("churn", "@champion", "4", "5", 9_000, "e2", who="ada", host="box1"),
    reason="urgent \x1b[31m",
    forced=True,
    gates=GATES,
)
TAGGED = {"chore": "tag", "changes": [{"subject": "version", "id": "churn"}]}


def entry(id: str, at: int, facts: dict[str, Any], title: str = "…", action: str = "promote") -> JournalEntry:
    return JournalEntry(id, at, action, title, WHO, Note("churn@champion", "4", "5", "urgent", facts), state="done")


ENTRIES = (
    entry("e0", 500, {"model": "other", "kind": "promote", "target": "@champion"}),
    entry("e2", 9_000, dict(facts_of(SECOND))),
    entry("e3", 9_500, TAGGED, "tag churn/5", "tag model"),
    entry("e4", 9_600, {"copied": "churn/5", "into": "model:prod.churn"}, "copy churn/5"),
    entry("e5", 9_700, {}, "retrain"),
)


def everything() -> tuple[Happened, ...]:
    versions = [
        ModelVersion("churn", move.after or "", None, 0, tags={tag_key(move): tag_text(move)})
        for move in (FIRST, SECOND)
    ]
    model = RegisteredModel("churn", "mlflow", (*versions, ModelVersion("churn", "6", None, 9_300)), {"champion": "6"})
    return happened("churn", ENTRIES, moves_of([model], ENTRIES))


def test_journal_registry_and_what_happened_outside_are_one_story() -> None:
    told = [(each.entry.id if each.entry else None, each.move.after if each.move else None) for each in everything()]
    assert told == [(None, "4"), ("e2", "5"), (None, "6"), ("e3", None), ("e4", None)]
    assert [each.at for each in everything()] == [1_000, 9_000, 9_300, 9_500, 9_600]
    copied = happened("prod.churn", ENTRIES, [])
    assert [each.key for each in copied] == ["e4"]
    assert happened("prod.churn2", ENTRIES, []) == ()


def test_its_rows_say_who_what_past_which_gates_and_why() -> None:
    text = [plain(row) for row in table_text(happened_rows(everything(), UNICODE), None)]
    assert [row.split() for row in text[1:4]] == [
        [*text[1].split()[:2], "grace", "@champion", "-", "→", "4", "✓", "told", "by", "the", "registry"],
        [
            *text[2].split()[:2],
            "ada",
            "@champion",
            "4",
            "→",
            "5",
            "forced",
            "1",
            "of",
            "2",
            "urgent",
            "␛[31m",
            "✓",
            "done",
        ],
        ["after", *text[3].split()[1:3], "@champion", "5", "→", "6", "?", "moved", "outside", "mltui"],
    ]
    assert "tag churn/5" in text[4]
    (forced,) = [lines for each in everything() if (lines := gates_in_the_way(each, UNICODE))]
    assert [plain(row) for row in forced][-1] == "failed  data pushed  only here"


def test_its_document_is_as_the_schema_says() -> None:
    schema = closed("journal")
    jsonschema.Draft202012Validator.check_schema(schema)
    moves = [each.move for each in everything() if each.move is not None]
    document = journal_document(about(everything())) | {
        "model": "churn",
        "moves": moves_document(moves),
        "problems": [],
    }
    document = json.loads(json.dumps(document))
    jsonschema.validate(document, schema)
    assert set(document) == set(schema["properties"])
    assert [(each["told"], each["outside"]) for each in document["moves"]] == [
        (["registry"], False),
        (["journal", "registry"], False),
        ([], True),
    ]
    assert replace(moves[1], told=()) == replace(SECOND, figures={})
