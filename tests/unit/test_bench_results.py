"""What `make bench` prints and keeps: medians with their spread, rows of the design, merging, failures said first."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import psutil
import pytest
from bench.design import ROWS, row_of
from bench.figures import NAMES
from bench.measure import QUICK, Figure, Grown, Sample, in_turn
from bench.results import kept, page, svg, tables
from bench.results.kept import Machine, Measured
from bench.results.numbers import number, row, size
from bench.running import end_tree, measured

DESIGN = Path(__file__).parents[3] / "shared" / "DESIGN.md"


def _measured(name: str, *figures: Figure, grown: tuple[Grown, ...] = (), failed: str = "") -> Measured:
    return Measured(name, "2026-11-30", "abc", 2.0, figures, grown, failed)


def _machine(name: str, *measures: Measured, when: str = "2026-11-30 10:00") -> Machine:
    return Machine(name, when, {"mltui": "abc", "git": "2.39"}, 0.1, {one.name: one for one in measures})


STATUS = Figure("mltui status --json, warm", Sample(120.0, 110.0, 160.0, 5), Sample(60.0, 50.0, 70.0, 5), "git", 5)
CHART = Figure("chart of 8 runs at 100x30, drawing only", Sample.of([80.0, 70.0, 90.0]), None, "", 60)


def test_a_sample_is_its_median_and_keeps_its_spread() -> None:
    taken = Sample.of([30.0, 10.0, 20.0])
    assert (float(taken), taken.low, taken.high, taken.runs) == (20.0, 10.0, 30.0, 3)
    assert Sample.read(taken.plain()).plain() == taken.plain()


def test_all_are_called_in_turn_and_no_more_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(QUICK, raising=False)
    called: list[str] = []

    def steady() -> float:
        called.append("steady")
        return 100.0 + len(called) % 3

    def other() -> float:
        called.append("other")
        return 50.0

    ours, theirs = in_turn(9, steady, other)
    assert called == ["steady", "other"] * 3
    assert (ours.runs, float(theirs)) == (3, 50.0)
    far = iter([1.0, 2.0, 3.0, 4.0, 5.0])
    (restless,) = in_turn(5, lambda: next(far))
    assert (restless.runs, restless.low, restless.high) == (5, 1.0, 5.0)


def test_every_row_of_the_design_has_a_measure() -> None:
    assert len(ROWS) == 11
    assert {measure for _, measure in ROWS} <= set(NAMES)
    assert row_of("idle for 60 s: bytes a minute") == 9
    assert row_of("registry") is None


@pytest.mark.skipif(not DESIGN.exists(), reason="the design is not beside this checkout")
def test_the_rows_are_those_of_the_design_in_its_order() -> None:
    section = DESIGN.read_text().partition("## 8.")[2].partition("\n## 9.")[0]
    names = re.findall(r"^\| ([^|]+?) \|", section, re.M)[2:]
    assert [name.replace("`", "") for name in names] == [name for name, _ in ROWS]


def test_a_row_says_median_spread_ratio_and_goal() -> None:
    assert row(STATUS)[1:] == (
        "120 ms (110–160, 5 runs)",
        "60.0 ms (50.0–70.0, 5 runs)",
        "git",
        "2.00x",
        "at most 5x",
        "yes",
    )
    assert row(replace(STATUS, faster=True, goal=3))[4:] == ("0.50x faster", "at least 3x faster", "NO")
    assert row(CHART)[1:] == ("80.0 ms (70.0–90.0, 3 runs)", "", "", "", "at most 60 ms", "NO")
    assert [number(value) for value in (12340.4, 12.34, 1.234, 0.0123, 0)] == [
        "12,340",
        "12.3",
        "1.23",
        "0.012",
        "0.00",
    ]
    assert [size(value) for value in (30, 1_000, 80_000, 1_000_000, 1_500)] == ["30", "1k", "80k", "1M", "1,500"]


def test_a_part_measured_again_leaves_the_rest_and_other_machines_alone(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    kept.write(file, [_machine("one", _measured("status", STATUS), _measured("charts", CHART), _measured("gone"))])
    again = _measured("status", replace(STATUS, ours=Sample(90.0)))
    machines = kept.merged(kept.read(file), _machine("one", again, when="2026-12-01 10:00"), ["status", "charts"])
    assert list(machines[0].measures) == ["status", "charts"]
    assert machines[0].measures["status"].figures[0].ours == 90.0
    assert machines[0].measures["charts"].figures == (CHART,)
    machines = kept.merged(machines, _machine("two", _measured("charts", CHART)), ["status", "charts"])
    kept.write(file, machines)
    assert {one.name: list(one.measures) for one in kept.read(file)} == {"one": ["status", "charts"], "two": ["charts"]}
    assert kept.read(file)[0].name == "one", "the one that was measured last comes first"


def test_the_page_says_first_what_was_missed_or_failed() -> None:
    hung = _measured("keys", failed="not done within 600 s")
    text = page.page([_machine("a box", _measured("status", STATUS), _measured("charts", CHART), hung)], "")
    first = text.partition("### The design's measures")[0]
    assert "- chart of 8 runs at 100x30, drawing only: 80.0 ms (70.0–90.0, 3 runs); at most 60 ms" in first
    assert "- keys: failed: not done within 600 s" in first
    assert "Every goal was met" not in first
    assert "status --json" not in first, "what is as good as it has to be is none of it"
    assert "| memory, big project open | not measured (make bench: idle_and_memory) |" in text


def test_growth_is_a_table_a_plot_and_a_picture() -> None:
    grown = tuple(
        Grown("commits", count, what, Sample(taken))
        for what, one in (("History", (10.0, 12.0, 15.0)), ("tig & co", (5.0, 50.0, 200.0)))
        for count, taken in zip((2_000, 20_000, 80_000), one, strict=True)
    )
    machine = _machine("a box", _measured("growth_commits", grown=grown))
    head, history, tig = tables.growth(machine)["commits"]
    assert head == ("", "2k commits", "20k commits", "80k commits", "grew, from 2k to 80k")
    assert history[-1] == "1.5x"
    assert tig[-1] == "40.0x"
    text = page.page([machine], "growth.svg")
    assert "![growth, both axes logarithmic](growth.svg)" in text
    assert re.search(r"```text\nms over commits\n(?s:.*)a  History\nb  tig & co\n```", text)
    drawn = ElementTree.fromstring(svg.svg(svg.by_unit(grown)))
    words = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"History", "tig & co", "2k", "80k", "ms over commits"} <= set(words)
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}circle"))) == 6


def test_a_measure_that_outlasts_its_limit_or_dies_is_told_and_hangs_nothing() -> None:
    assert measured("status", limit=0.0).failed == "not done within 0 s"
    assert measured("nothing").failed == "ended with 1 and said nothing"


def test_what_a_measure_started_ends_with_it() -> None:
    """Also in a session of its own, as every program in a terminal is."""
    child = "subprocess.Popen(['sleep', '600'], start_new_session=True)"
    script = f"import subprocess, sys; p = {child}; print(p.pid, flush=True); p.wait()"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    below = psutil.Process(int(process.stdout.readline()))
    end_tree(process)
    process.stdout.close()
    assert process.poll() is not None
    psutil.wait_procs([below], timeout=60)
    assert not below.is_running()
