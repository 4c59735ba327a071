"""`wandb leet` beside mltui: the same 100,000 points, from the spawn to their chart. Nothing leaves the machine."""

from __future__ import annotations

import sqlite3
import subprocess
from array import array
from pathlib import Path

from bench.chart_figures import LONG
from bench.measure import Figure, in_turn
from bench.peers.found import against, found
from bench.projects import MLTUI, WORK, Place, large, once
from bench.terminal import Terminal
from bench.warm import warm_up

ROUNDS = 5
KEY = "metric_0"
WRITER = Path(__file__).with_name("leet_writer.py")
#: The last step in leet's summary, beside the chart: by then it has read the whole file.
WHOLE = rf"(?s)(?=.*│\s*{KEY}\b)(?=.*_step +(?P<last>\d+))"


def leet() -> list[Figure]:
    """wandb opens the run's file; mltui the project with 10,002 runs, of which the run is the newest."""
    place = large()
    warm_up(place)
    values = _values(place)
    command, app = lambda: _command(place), lambda: _app(place)
    other = against("wandb", "wandb leet run")
    if not found("wandb"):
        ours, opened = in_turn(ROUNDS, command, app)
        peer = None
    else:
        log = _written(values)
        ours, opened, peer = in_turn(ROUNDS, command, app, lambda: _leet(log, len(values) - 1))
    what = f"chart of {len(values):,} points"
    return [
        Figure(f"{what}, spawn of mltui chart to the screen", ours, peer, other, None, faster=True),
        Figure(f"{what}, spawn of mltui to it among all runs", opened, peer, other, None, faster=True),
    ]


def _values(place: Place) -> array[float]:
    connection = sqlite3.connect(f"file:{place.path}/mlflow.db?mode=ro", uri=True)
    rows = connection.execute("select value from metrics where run_uuid = ? and key = ? order by step", (LONG, KEY))
    values = array("d", [value for (value,) in rows])
    connection.close()
    return values


def _environment(home: Path) -> dict[str, str]:
    """Offline, and with a home of its own: wandb keeps settings there."""
    return {
        "HOME": str(home),
        "WANDB_MODE": "offline",
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_SILENT": "true",
        "WANDB_CONFIG_DIR": str(home / "wandb"),
        "WANDB_CACHE_DIR": str(home / "cache"),
        "WANDB_DATA_DIR": str(home / "data"),
    }


def _written(values: array[float]) -> Place:
    """The series as wandb itself writes it; `path` is the run's directory's parent."""
    place = Place(WORK / "wandb", WORK / "wandb-home")

    def build() -> None:
        place.home.mkdir(parents=True, exist_ok=True)
        (place.path).mkdir()
        (place.path / "values").write_bytes(values.tobytes())
        python = str(Path(found("wandb") or "").resolve().with_name("python"))
        argv = [python, str(WRITER), str(place.path / "values"), KEY, str(place.path)]
        env = {**place.full_env(), **_environment(place.home), "PYTHONPATH": ""}
        subprocess.run(argv, cwd=place.path, env=env, check=True, stdout=subprocess.DEVNULL)

    return once(place, build)


def _leet(place: Place, last: int) -> float:
    """ms until the chart is there and the whole file was read."""
    (log,) = place.path.glob("wandb/offline-run-*/*.wandb")
    argv, env = [found("wandb") or "wandb", "leet", "run", str(log)], _environment(place.home)
    with Terminal(argv, place.path, {**place.env, **env}) as terminal:
        return terminal.since_spawn(WHOLE.replace(r"(?P<last>\d+)", str(last))) * 1000


def _command(place: Place) -> float:
    with Terminal([MLTUI, "chart", KEY, "long"], place.path, place.env) as terminal:
        return terminal.since_spawn("a━ long") * 1000


def _app(place: Place) -> float:
    """To the place of runs as soon as it is named, to the charts as soon as the run is there."""
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("5 Runs")
        terminal.press("5")
        terminal.wait(r"Runs  [\d,]+[^\n]*\n[^\n]*\n[^\n]*\blong\b")
        terminal.press("gC")
        return terminal.since_spawn("a━ long") * 1000
