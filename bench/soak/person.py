"""Somebody who uses mltui: goes from place to place, filters, opens and leaves, and makes the window smaller."""

from __future__ import annotations

from bench.soak.screens import SMALL, WIDE, Screens

OVERVIEW, RUNS = "Needs you", r"Runs  \d+ runs"
#: What is typed, and what has to be on the screen then. Each walk begins in Overview and ends anywhere.
Walk = tuple[tuple[str, str], ...]
WALKS: dict[str, Walk] = {
    "places": (
        *(("2", r"History  \d"), ("jjj", r"parent "), ("3", r"Data  \d"), ("4", r"Pipeline  \d")),
        *(("jj", r"status "), ("w", r"Pipeline  \d"), ("w", r"Pipeline  \d"), ("5", RUNS), ("6", r"Models  \d")),
        *(("7", r"Jobs|Nothing was started"), ("<", r"Models  \d"), (">", r"Jobs|Nothing was started")),
    ),
    "filter": (("5", RUNS), ("/loss", "loss"), ("\r", "match"), ("\x1b", RUNS), ("s", "."), ("\x1b", RUNS)),
    "charts": (
        ("5g", RUNS),
        ("C", r"Charts  "),
        ("\r", r"loss"),
        ("e", "."),
        ("\x1b", RUNS),
        ("C", r"\[detail\]"),
    ),
    "artifacts and log": (
        ("5gj", RUNS),
        ("A", r"\[artifacts\]"),
        ("A", r"\[detail\]"),
        ("L", r"\[log\]"),
        ("L", r"\[detail\]"),
    ),
    "compare": (
        *(("5g", RUNS), ("  ", "2 marked"), ("c", r"\d runs against"), ("x", "."), ("\x1b", RUNS)),
        *(("d", "turn round"), ("\x1b", RUNS), ("\x01", "marked"), ("\x01", RUNS)),
    ),
    "lineage": (("5g", RUNS), ("l", "Lineage of"), ("w", "Lineage of"), ("w", "Lineage of"), ("<", RUNS)),
    "choosers": (
        *(
            ("5", RUNS),
            ("v", "Columns"),
            ("\x1b", RUNS),
            ("M", r"[Mm]etric"),
            ("\x1b", RUNS),
            ("E", r"Experiments"),
            ("\x1b", RUNS),
        ),
        *(("\x10", r"[Cc]ommand"), ("jour", "."), ("\x1b", RUNS), ("?", "─ Help"), ("\x1b", RUNS)),
        *(("@", r"git "), ("\x1b", RUNS), ("J", r"[Jj]ournal"), ("\x1b", RUNS)),
    ),
    "dialogs": (
        *(
            ("6j", r"Models  \d"),
            ("P", r"Promote"),
            ("\x1b", r"Models  \d"),
            ("e", r"Chores|tag"),
            ("\x1b", r"Models  \d"),
        ),
        *(("t", r"[Aa]s of|time"), ("\x1b", r"Models  \d")),
    ),
    "trend": (("2", r"History  \d"), ("T", r"Trend|over history|auc"), ("\x1b", r"History  \d")),
    "groups": (("5", RUNS), ("\x07", r"[Gg]roup"), ("\x1b", RUNS), ("*", "."), ("*", RUNS)),
}


class Person:
    """One walk after another, for ever."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens
        self._at = 0
        self.keys = 0

    def tour(self) -> None:
        """Every walk once."""
        for _ in WALKS:
            self.walk()

    def walk(self) -> str:
        """The next walk; its name."""
        name = list(WALKS)[self._at % len(WALKS)]
        self._at += 1
        for keys, seen in WALKS[name]:
            self.keys += len(keys)
            if not self._screens.press(self._screens.acting, keys, seen):
                break
        if self._at % len(WALKS) == 0:
            self._window()
        self.home()
        return name

    def _window(self) -> None:
        """Smaller, and as before."""
        acting = self._screens.acting
        for size in (SMALL, WIDE, SMALL, WIDE):
            self._screens.resize(acting, size)
            self._screens.until(acting, rf"(?s)^.{{{size[0]}}}\n.*\S", "a new size")

    def home(self) -> None:
        """Out of whatever is open, to Overview."""
        acting = self._screens.acting
        for key in ("\x1b", "1") * 4:
            if acting.text().splitlines()[2].startswith("╭─ Needs you"):
                return
            self._screens.press(acting, key, ".")
        self._screens.press(acting, "1", OVERVIEW)

    def retrain(self, epochs: int) -> None:
        """Start the stages that are stale, and see the job end."""
        acting = self._screens.acting
        if self._screens.press(acting, "R", r"ctrl\+s start") and self._screens.until(
            acting, rf"train.epochs +\d+ → {epochs}|epochs +{epochs}", "the retrain's plan"
        ):
            acting.press("\x13")
            self._screens.press(acting, "7", r"Jobs  \d")
            self._screens.until(acting, r"state +✓ finished", "the end of a job")
        self.home()
