"""One declaration per command: every one has what key, footer, palette, help and docs need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

from mltui.model.stage_state import STATES
from mltui.present.marks import state_mark
from mltui.present.picking import Picking
from mltui.present.text import UNICODE, plain
from mltui.tui.commands import COMMANDS, chooser_keys
from mltui.tui.commands.docs import keys_page
from mltui.tui.places.runs.artifacts import TreeTable
from mltui.tui.places.runs.charts import ChartsPage
from mltui.tui.places.runs.log import LogPage
from mltui.tui.screens.acting import ActingDialog
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.columns import ColumnPicker
from mltui.tui.screens.compare import CompareScreen
from mltui.tui.screens.confirming import ConfirmDialog
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.ordering import OrderChooser
from mltui.tui.screens.promoting import PromoteDialog
from mltui.tui.screens.reading import help_lines
from mltui.tui.screens.rolling_back import RollBackDialog
from mltui.tui.screens.run_table import ViewChooser
from mltui.tui.screens.trend import TrendScreen
from mltui.tui.widgets.charts.board import ChartBoard
from mltui.tui.widgets.logview import LogView
from mltui.tui.widgets.table import VirtualTable

#: CONTRACT, "Keys": those of this part. The others come with the parts that make them act.
CONTRACT = {
    *("up", "down", "left", "right", "j", "k", "g", "G", "tab", "left_square_bracket", "right_square_bracket", "enter"),
    *("escape", "less_than_sign", "greater_than_sign", "1", "2", "3", "4", "5", "6", "7", "slash", "n", "N", "s", "M"),
    *("E", "p", "r", "y", "at", "question_mark", "ctrl+p", "colon", "ctrl+r", "q"),
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_a_command_has_key_title_group_and_help(command) -> None:
    assert command.keys or (command.group == "Writing" and not command.footer)
    assert command.title
    assert command.group
    assert command.help().endswith(".")


def test_ids_and_keys_are_unique() -> None:
    assert max(Counter(command.id for command in COMMANDS).values()) == 1
    pages = {command.group for command in COMMANDS if command.own} - {"Moving"}
    for page in ("", *pages):  # a page with the focus has keys of its own
        of_it = [command for command in COMMANDS if command.group == page or (not page and command.group not in pages)]
        assert max(Counter(key for command in of_it for key in command.keys.split(",") if key).values()) == 1


def test_the_keys_of_the_contract_are_there() -> None:
    assert {key for command in COMMANDS for key in command.keys.split(",")} >= CONTRACT


BOUND_BY = (
    ("Moving", (VirtualTable,)),
    ("Charts", (ChartBoard, ChartsPage)),
    ("Artifacts", (TreeTable,)),
    ("Log", (LogPage, LogView)),
)


def test_a_key_the_widget_acts_on_itself_is_bound_there() -> None:
    moving = {key for binding in VirtualTable.BINDINGS for key in binding.key.split(",")}  # any list has them
    for group, widgets in BOUND_BY:
        own = {key for each in COMMANDS if each.own and each.group == group for key in each.keys.split(",")}
        bound = {key for widget in widgets for binding in widget.BINDINGS for key in binding.key.split(",")}
        assert own == bound - (moving - own)


def test_all_other_keys_are_bound_by_command_id() -> None:
    bound = {binding.id: binding.key for binding in MainScreen.BINDINGS}
    assert bound == {command.id: command.keys for command in COMMANDS if command.keys and not command.own}


def test_help_and_docs_tell_of_every_command() -> None:
    told = [plain(each) for each in help_lines()]
    page = keys_page()
    for command in COMMANDS:
        assert sum(each.endswith(f"  {command.help()}") for each in told) == 1, command.id
        assert page.count(f" | {command.id} | {command.help()} |") == page.count(f" | {command.id} | ") == 1
        for key in command.key_list():
            assert key in page


def told_by(keys: Iterable[tuple[str, str]]) -> set[str]:
    """The keys of a dialog's last line, each by itself: ``shift+↑ ↓`` are two."""
    arrows = {"up": "↑", "down": "↓", "left": "←", "right": "→"}
    found = set[str]()
    for label, _ in keys:
        first, *others = (arrows.get(key, key) for key in label.split())
        before = "shift+" if first.startswith("shift+") else ""
        found |= {first, *(before + key for key in others)}
    return found


DIALOGS = (
    (chooser_keys.COLUMNS, lambda: ColumnPicker("", Picking.begin((), (), ())), {"enter"}),
    (chooser_keys.ORDER, lambda: OrderChooser("", (), (), bool), set()),
    (chooser_keys.ONE, lambda: Chooser("", ()), set()),
    (chooser_keys.SEVERAL, lambda: Chooser("", (), several=True), set()),
    (chooser_keys.VIEWS, lambda: ViewChooser("", ()), set()),
)


@pytest.mark.parametrize(("told", "dialog", "more"), DIALOGS)
async def test_the_keys_of_choosers_are_on_the_page(told: chooser_keys.Told, dialog, more: set[str]) -> None:
    """All that the dialog tells, and what goes without saying."""
    written = {key for keys, _ in told if keys != chooser_keys.LETTERS for key in keys.split()}
    assert written == told_by(dialog().keys()) | {"↑", "↓", "pgup", "pgdn"} | more


def test_the_keys_of_compare_are_on_the_page() -> None:
    written = {key for keys, _ in chooser_keys.COMPARE for key in keys.split()}
    assert written == told_by(CompareScreen.keys(SimpleNamespace(_only=False))) | {"q", "c", "?"}  # type: ignore[arg-type]


def test_the_keys_of_a_trend_are_on_the_page() -> None:
    """All that are bound there, as a person reads them."""
    shown = {
        "escape": "esc", "left": "←", "right": "→", "shift+left": "shift+←", "shift+right": "shift+→",
        "pageup": "pgup", "pagedown": "pgdn", "question_mark": "?",
    }  # fmt: skip
    bound = {key for binding in TrendScreen.BINDINGS for key in binding.key.split(",")}
    written = {key for keys, _ in chooser_keys.TREND for key in keys.split()}
    assert written == {shown.get(key, key) for key in bound} - {"up", "down", "ctrl+b", "ctrl+f"}


def test_the_keys_of_a_confirmation_are_on_the_page() -> None:
    shown = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "question_mark": "?"}
    every = (*ActingDialog.BINDINGS, *ConfirmDialog.BINDINGS)
    bound = {shown.get(key, key) for binding in every for key in binding.key.split(",")}
    written = {key for keys, _ in chooser_keys.CONFIRM for key in keys.split()}
    others = {"up", "down", "k", "j", "ctrl+b", "ctrl+f", "home", "end"}  # the text moves by them as any text does
    assert written == bound - others | {"enter", "tab", "↑", "↓"}


@pytest.mark.parametrize(
    ("told", "dialog", "without"),
    [(chooser_keys.PROMOTE, PromoteDialog, set()), (chooser_keys.ROLLBACK, RollBackDialog, {"f"})],
)
def test_the_keys_of_a_promotion_are_on_the_page(told: chooser_keys.Told, dialog, without: set[str]) -> None:
    """Nothing is forced of a rollback, which no gate blocks."""
    shown = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "question_mark": "?"}
    every = [
        each for base in dialog.__mro__ if issubclass(base, ActingDialog) for each in vars(base).get("BINDINGS", ())
    ]
    bound = {shown.get(key, key) for binding in every for key in binding.key.split(",")}
    others = {"up", "down", "k", "j", "ctrl+b", "ctrl+f", "home", "end"}  # the text moves by them as any text does
    written = {key for keys, _ in told for key in keys.split()}
    assert written == bound - others - without | {"enter", "tab", "↑", "↓"}


def test_the_page_of_keys_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text(encoding="utf-8") == keys_page(), "run: python -m mltui.tui.commands.docs > docs/keys.md"


def test_help_begins_with_what_is_special_in_the_place() -> None:
    text = [plain(each) for each in help_lines(first=("Charts", "Runs"))]
    titles = [each for each in text if each in {command.group for command in COMMANDS}]
    assert titles[:3] == ["Charts", "Runs", "Moving"]
    assert len(titles) == len(set(titles)), "each once"


def test_help_says_what_the_mark_of_a_guess_means() -> None:
    every = [plain(each) for each in help_lines(first=("Pipeline",))]
    marks = [f"{plain((state_mark(state, UNICODE),))} " for state in STATES]
    assert [mark for mark in marks if not any(row.startswith(mark) and "Stage: " in row for row in every)] == []
    assert every.index("Marks") < every.index("Runs"), "they are read in Pipeline"
    assert any(plain(each).startswith("auc?") and "M chooses" in plain(each) for each in help_lines())
