"""The table by itself: any length, a cursor that stays on its key, columns that find room or say that they did not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.style import Style
from textual.app import App, ComposeResult

from mltui.present.rows import Cell, Column, Row, Rows, by_number, by_text
from mltui.present.text import Span, line, plain
from mltui.tui.themes import DARK
from mltui.tui.widgets.bar import Piece, fit_pieces
from mltui.tui.widgets.cells import clip_line, clip_start
from mltui.tui.widgets.columns import Fit, fit, fit_from, natural_widths
from mltui.tui.widgets.compared import ComparedTable
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.widgets.tableline import Pen, table_line
from mltui.tui.widgets.wrapping import wrap_line


class TableApp(App[None]):
    CSS = "VirtualTable { border: round white; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.chosen: list[str] = []
        self.made = 0

    def compose(self) -> ComposeResult:
        yield VirtualTable(placeholder="nothing here")

    def on_virtual_table_chosen(self, message: VirtualTable.Chosen) -> None:
        self.chosen.append(message.key)

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    def rows(self, numbers: range | list[int], columns: int = 12) -> Rows[int]:
        def show(number: int, at: int):
            self.made += 1
            return line(f"cell {number}.{at}")

        fields = tuple(
            Cell(Column(f"c{at}", f"column {at}", 10, rank=at), lambda n, at=at: show(n, at), by_number)
            for at in range(columns)
        )
        return Rows(fields, list(numbers), str)


def text(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def test_ten_thousand_rows_make_only_those_on_screen() -> None:
    app = TableApp()
    async with app.run_test(size=(120, 36)) as pilot:
        app.table.set_rows(app.rows(range(10_000)))
        await pilot.pause()
        assert "cell 0.0" in text(app)[2]
        assert app.made < 12 * 300
        await pilot.press("G")
        await pilot.pause()
        assert app.table.cursor_key == "9999"
        assert "cell 9999" in text(app)[-2]
        assert app.made < 12 * 400


async def test_the_first_frame_has_the_rows_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are there before the table has any room are not drawn a frame later, when it hears of its size."""
    monkeypatch.setattr(VirtualTable, "on_resize", lambda self: None)
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.display = False
        await pilot.pause()
        app.table.set_rows(app.rows(range(9)))
        app.table.display = True
        await pilot.pause()
        assert "cell 0.0" in text(app)[2]


async def test_keys_move_the_cursor_and_enter_chooses() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(app.rows(range(100)))
        for key, at in (("j", 1), ("down", 2), ("k", 1), ("pagedown", 21), ("pageup", 1), ("end", 99), ("home", 0)):
            await pilot.press(key)
            await pilot.pause()
            assert app.table.cursor_row == at, key
        await pilot.press("G", "j", "enter")
        await pilot.pause()
        assert app.chosen == ["99"]


async def test_a_click_moves_and_a_second_one_chooses() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(app.rows(range(100)))
        await pilot.pause()
        await pilot.click(VirtualTable, offset=(5, 6))
        await pilot.pause()
        assert app.table.cursor_key == "4"
        await pilot.click(VirtualTable, offset=(5, 6), times=2)
        await pilot.pause()
        assert app.chosen == ["4"]


async def test_the_cursor_stays_on_its_key_and_goes_to_its_place_when_the_key_is_gone() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(app.rows(range(10)))
        await pilot.press(*"jjjj")
        await pilot.pause()
        app.table.set_rows(app.rows([7, 6, 5, 4, 3, 2, 1]))
        assert (app.table.cursor_key, app.table.cursor_row) == ("4", 3)
        app.table.set_rows(app.rows([7, 6, 5, 3]))
        assert (app.table.cursor_key, app.table.cursor_row) == ("3", 3)
        app.table.set_rows(app.rows([]))
        assert app.table.cursor_key is None
        await pilot.pause()
        assert "nothing here" in "".join(text(app))


async def test_columns_without_room_are_said_and_reached_with_the_name_in_sight() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(app.rows(range(100)))
        await pilot.pause()
        first = text(app)
        assert "+6 columns → " in first[-1]
        assert not any("column 6" in each for each in first)
        await pilot.press("right")
        await pilot.pause()
        assert "← 1 column  +5 columns → " in text(app)[-1]
        assert [label in text(app)[1] for label in ("column 0", "column 1", "column 6")] == [True, False, True]
        await pilot.press(*["right"] * 12)
        await pilot.pause()
        assert "column 11" in text(app)[1]
        assert all(each.startswith("│ cell ") and ".0 " in each[:12] for each in text(app)[2:-1])
        assert "← 6 columns ─" in text(app)[-1]
        await pilot.press(*["left"] * 6)
        await pilot.pause()
        assert text(app) == first


async def test_a_comparison_goes_back_to_its_first_columns() -> None:
    class ComparedApp(TableApp):
        def compose(self) -> ComposeResult:
            yield ComparedTable()

    app = ComparedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(app.rows(range(100)))
        await pilot.pause()
        first = text(app)
        table = app.query_one(ComparedTable)
        table.move_to_column("c11")
        await pilot.pause()
        assert "column 10" in text(app)[1]
        table.move_to_column(None)
        table.to_first()
        await pilot.pause()
        assert text(app) == first


async def test_a_column_left_out_between_others_is_reached_too() -> None:
    def cell(key: str, width: int, rank: int, flex: bool = False) -> Cell[int]:
        return Cell(Column(key, key, width, rank=rank, flex=flex), lambda n: line(key[0] * width), by_number)

    app = TableApp()
    async with app.run_test(size=(36, 8)) as pilot:
        fields = (cell("name", 12, 0, True), cell("rare", 12, 5), cell("often", 10, 1))
        app.table.set_rows(Rows(fields, [1, 2], str))
        await pilot.pause()
        assert "rare" not in text(app)[1]
        assert "often" in text(app)[1]
        await pilot.press("right")
        await pilot.pause()
        assert "name" in text(app)[1]
        assert "rare" in text(app)[1]
        assert "+1 column → " in text(app)[-1]
        await pilot.resize_terminal(80, 8)
        while app.table.size.width < 70:
            await pilot.pause()
        assert text(app)[1].split() == ["│", "name", "rare", "often", "│"]


def test_the_names_leave_half_of_a_narrow_table_to_what_is_looked_at() -> None:
    columns = (Column("s", "", 1, rank=0), Column("name", "run", 12, flex=True, rank=0), Column("x", "x", 30))
    laid = fit_from(columns, [1, 60, 30], 40, 2)
    assert laid.shown == ((0, 1), (1, 17), (2, 18))
    assert laid.width == 40


async def test_a_long_label_is_whole_where_there_is_room_and_else_keeps_its_end() -> None:
    label = "SnorkelLabelModel_accuracy?"
    metric = Cell(Column("m", label, 16, "right", terse=True), lambda n: line("0.9"), by_number)
    name = Cell(Column("name", "run", 12, flex=True, rank=0), lambda n: line("a" * 20), by_number)
    app = TableApp()
    async with app.run_test(size=(60, 6)) as pilot:
        app.table.set_rows(Rows((name, metric), [1], str))
        await pilot.pause()
        assert label in text(app)[1]
        await pilot.resize_terminal(41, 6)
        while app.table.size.width > 41:
            await pilot.pause()
        assert text(app)[1].rstrip("│ ").split()[2] == "…Model_accuracy?"
        assert "a" * 20 in text(app)[2]


async def test_names_from_outside_are_no_markup() -> None:
    app = TableApp()
    fields = (Cell(Column("name", "[b]name[/b]", 30), line, by_text),)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(Rows(fields, ["[red]run[/red]", "[/]"], str))
        app.table.entitle("[i]title")
        await pilot.pause()
        whole = "\n".join(text(app))
    assert "[red]run[/red]" in whole
    assert "[/]" in whole
    assert "[i]title" in whole


def test_the_highest_rank_goes_first_and_rank_zero_stays() -> None:
    columns = (Column("a", "a", 10, rank=0), Column("b", "b", 10, rank=2), Column("c", "c", 10, rank=1))
    assert [at for at, _ in fit(columns, [10, 10, 10], 22).shown] == [0, 2]
    assert [at for at, _ in fit(columns, [10, 10, 10], 5).shown] == [0]
    assert fit(columns, [10, 10, 10], 5).hidden == 2


def test_widths_fit_the_content_up_to_what_a_column_likes() -> None:
    columns = (Column("a", "a", 10), Column("b", "b", 4))
    row = Row("k", (line("abc"), line("much too long")), ())
    assert natural_widths(columns, [row]) == [3, 13]
    assert fit(columns, [3, 13], 9).shown == ((0, 3), (1, 4))
    assert fit(columns, [3, 13], 40).shown == ((0, 3), (1, 13))  # cut only where room is short


def test_a_name_is_readable_before_less_important_columns_are_there() -> None:
    columns = (Column("name", "run", 7, flex=True, rank=0), Column("n", "n", 10, rank=1), Column("c", "c", 8, rank=3))
    assert fit(columns, [18, 10, 8], 34).shown == ((0, 18), (1, 10))
    assert fit(columns, [18, 10, 8], 22).shown == ((0, 10), (1, 10))  # what ranks first stays beside a cut name


def test_a_line_is_never_wider_than_the_table_so_that_cells_are_cut_with_a_mark() -> None:
    columns = (
        Column("g", "", 8, rank=0),
        Column("name", "stage", 12, flex=True, rank=0),
        Column("why", "why", 30, rank=0),
    )
    for available in range(20, 60):
        laid = fit(columns, [8, 12, 40], available)
        assert laid.width <= available
        assert len(laid.shown) == 3


def test_a_column_goes_only_when_others_are_filled() -> None:
    columns = (
        Column("name", "stage", 12, flex=True, rank=0),
        Column("why", "why", 30, flex=True, rank=0),
        Column("o", "outs", 10, rank=4),
    )
    assert fit(columns, [8, 12, 10], 60).shown == ((0, 12), (1, 30), (2, 10))
    assert fit(columns, [8, 12, 10], 40).shown == ((0, 12), (1, 14), (2, 10))
    assert fit(columns, [8, 12, 10], 34).shown == ((0, 8), (1, 12), (2, 10))
    assert [at for at, _ in fit(columns, [8, 12, 10], 33).shown] == [0, 1]
    assert [at for at, _ in fit(columns, [8, 50, 10], 60).shown] == [0, 1, 2]
    sentence = (columns[0], replace(columns[1], enough=44), columns[2])
    assert fit(sentence, [8, 50, 10], 60).shown == ((0, 12), (1, 46))


def test_columns_of_one_rank_share_what_is_left() -> None:
    columns = [Column("key", "key", 5, rank=0), *(Column(f"c{at}", "c", 10, rank=2) for at in range(3))]
    for laid in (fit(columns, [5, 6_000, 12, 40], 71), fit_from(columns, [5, 6_000, 12, 40], 71, 1)):
        assert laid.shown == ((0, 5), (1, 24), (2, 12), (3, 24))


def test_a_piece_left_out_comes_back_when_another_became_short() -> None:
    pieces = [Piece(line("n" * 10), 4, short=line("s")), Piece(line("read"), 6, right=True)]
    assert fit_pieces(pieces, 9, 1) == ([line("s")], [line("read")])


def test_cuts_have_a_mark_and_wide_characters_count_twice() -> None:
    assert plain(clip_line(line("abcdef"), 4, "…")) == "abc…"
    assert plain(clip_line(line("日本語"), 4, "…")) == "日 …"
    assert plain(clip_line(line("abc", "def"), 5, "...")) == "ab..."


def test_a_value_too_far_right_stands_below_its_label_and_prose_at_the_margin() -> None:
    value = line("a_long_label_of_a_param", "  ", "/a/path/that/does/not/fit")
    assert [plain(part) for part in wrap_line(value, 30)] == ["a_long_label_of_a_param", "  /a/path/that/does/not/fit"]
    assert [plain(part) for part in wrap_line((Span("two words", "prose"),), 5)] == ["two ", "words"]
    assert [plain(part) for part in wrap_line(line("two words"), 7)] == ["two ", "  words"]


def test_names_that_differ_at_their_end_are_cut_at_their_beginning() -> None:
    name = line(Span("tumour-screening", "accent"), "/12")
    assert plain(clip_start(name, 10, "…")) == "…eening/12"
    assert plain(clip_start(name, 3, "…")) == "…12"
    assert clip_start(name, 19, "…") == name


def test_a_heading_among_names_that_are_cut_at_their_beginning_keeps_its_value() -> None:
    pen = Pen(Style(), {}, "…", 13)
    columns = (Column("name", "run", 12, tail=True),)
    name, heading = line("train_model_00003"), line(Span("25", "title"), "  sequence_length")
    shown = [table_line((cell,), columns, Fit(((0, 12),), 0, 12), pen).text for cell in (name, heading)]
    assert shown == [" …model_00003", " 25  sequenc…"]


def test_an_id_stays_whole_and_a_path_breaks_behind_its_slashes() -> None:
    run_id = "f6efebb6baee4f75bb524bbc385f12e6"
    field = line(Span("id", "key"), "         ", Span(run_id, "hash"))
    assert [plain(part) for part in wrap_line(field, 42)] == ["id", f"  {run_id}"]
    assert [plain(part) for part in wrap_line(field, 43)] == [plain(field)]
    path = line("artifacts  ", f"/home/ada/mlruns/2/{run_id}/artifacts")
    broken = [plain(part).rstrip() for part in wrap_line(path, 42)]
    assert broken == ["artifacts", "  /home/ada/mlruns/2/", f"    {run_id}/", "    artifacts"]
    assert [plain(part) for part in wrap_line(path, 45)][:2] == [
        "artifacts  /home/ada/mlruns/2/",
        f"           {run_id}/",
    ]
    endless = wrap_line(line("sha  ", "a" * 64), 42)
    assert [plain(each) for each in wrap_line(line("C:\\Users\\ada\\runs"), 12)] == ["C:\\Users\\", "  ada\\runs"]
    assert "".join(map(plain, endless)).replace(" ", "") == "sha" + "a" * 64


def test_a_command_goes_on_under_itself() -> None:
    told = wrap_line(line("  0.015 s    0  git log --format=tformat:%H%x00%P%x00%an%x00%ae%x00%at"), 50)
    assert plain(told[0]).split()[:5] == ["0.015", "s", "0", "git", "log"]


def test_a_note_goes_on_at_the_margin() -> None:
    note = (Span("None in git. A metrics file is not read here.", "note"),)
    assert [plain(part) for part in wrap_line(note, 30)] == ["None in git. A metrics file is", "not read here."]


async def test_what_is_said_instead_of_rows_is_wrapped_and_never_cut_without_a_mark() -> None:
    app = TableApp()
    async with app.run_test(size=(24, 5)) as pilot:
        app.table.placeholder = "nothing needs you: " + "many words " * 9
        await pilot.pause()
        app.table.refresh()
        await pilot.pause()
        assert text(app)[-2].rstrip("│ ").endswith("…")


def test_wrapped_lines_lose_no_word_and_stay_in_width() -> None:
    text = (
        "artifacts   file:///C:/Code/hydro-ml/mlruns/11/8994d61db79a406cafa563f53f502539/artifacts and more words here"
    )
    parts = wrap_line(line(text), 40)
    assert all(len(plain(part)) <= 40 for part in parts)
    assert "".join("".join(plain(part) for part in parts).split()) == "".join(text.split())
    assert all(plain(part).startswith("  ") for part in parts[1:])
