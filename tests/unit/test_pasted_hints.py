"""Commands that a sentence tells people to paste: a name of others in them is one word for a shell."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from mltui.actions.undo_move import _possible
from mltui.config import Config
from mltui.errors import Refused, UsageError
from mltui.model.dvc import DvcExperiment
from mltui.model.journal import Note, Who
from mltui.model.journal_record import JournalEntry
from mltui.model.moves import Move
from mltui.model.registry import RegisteredModel
from mltui.model.retrain import Asked
from mltui.present.data import quoted
from mltui.present.experiments import _state
from mltui.present.model_moves import TOLD, move_lines
from mltui.present.text import UNICODE, plain
from mltui.sources.retrain.asking import unknown_override
from mltui.sources.retrain.command import way_of

NAME = "it's $(touch pwned);`id`"
MOVE = Move(NAME, "@a", "1", "2", 1)


def word(told: str) -> bool:
    """Whether a shell takes the name in this for one word."""
    return NAME in shlex.split(told)


def test_of_a_model_whose_older_moves_are_counted() -> None:
    lines = move_lines([MOVE] * (TOLD + 1), RegisteredModel(NAME, "mlflow", (), {}), 2, UNICODE)
    assert word(plain(lines[-1])) and "journal --model" in plain(lines[-1])


def test_of_an_experiment_that_hangs() -> None:
    one = DvcExperiment(NAME, "c" * 40, "b" * 40, "ada", 0, {}, {}, "FAILED", alive=(1,))
    told = _state(one)
    assert one.stuck and word(told.partition("; ")[2])


def test_of_a_path_with_control_characters_too() -> None:
    assert shlex.split(quoted(NAME)) == [NAME]
    assert quoted("a\x1b[31m\rb").isprintable() and "\\033" in quoted("a\x1b[31m\rb")


def test_of_a_revision_and_an_override() -> None:
    with pytest.raises(UsageError) as told:
        way_of(Config(), Asked(rev=NAME, overrides=("lr=1",)))
    assert word(told.value.hint.removesuffix(", then -S"))
    assert word(unknown_override({"what": NAME, "kind": "", "text": "only a queue takes it"}).hint)


@pytest.mark.parametrize(
    "move",
    [replace(MOVE, target=f"model:{NAME}"), replace(MOVE, after=None), replace(MOVE, target="stage:P", before=None)],
)
def test_of_a_model_whose_move_is_not_undone(move: Move) -> None:
    who = Who("ada", "git e-mail", "ada", "box")
    entry = JournalEntry("1", 1, "promote", "…", who, Note("x"), state="done")
    with pytest.raises(Refused) as told:
        _possible(entry, move, "where")
    assert word(told.value.hint)
