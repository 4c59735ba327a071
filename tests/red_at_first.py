"""What waits for other programs or for frames is tried a second time when it is red, and that is told.

Such a test is red once in a hundred runs because of a race, and so far each was the product's: a red one that is green
the second time is no noise, but what to hunt next. It is printed whole at the end; more than a few in one run are red.
"""

from __future__ import annotations

from pathlib import Path

import pytest

#: Directories of tests that wait for something outside of their own process and thread.
WAITING = ("real", "tui")
#: So many of thousands may need their second try.
MOST = 3


def tried_again(items: list[pytest.Item]) -> None:
    """Mark the tests that have a second try."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in WAITING:
            item.add_marker(pytest.mark.flaky(reruns=1))


def red_at_first(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    """What was red and tried again, whatever became of it."""
    return list(reporter.stats.get("rerun", ()))


def tell(reporter: pytest.TerminalReporter) -> None:
    """Print why each was red at first."""
    if not (reports := red_at_first(reporter)):
        return
    reporter.section("RED AT FIRST: each is a race to hunt")
    for report in reports:
        reporter.write_sep("_", report.nodeid)
        reporter.write_line(report.longreprtext)
    if len(reports) > MOST:
        reporter.write_line(f"{len(reports)} needed a second try, and {MOST} may: that is red")
