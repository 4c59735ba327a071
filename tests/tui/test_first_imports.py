"""What a start imports before the runs are on screen, and what only after that: a process of its own tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

#: Starts mltui on the sample; the import of the other places is held until it was seen what is there before it.
START = """
import asyncio, faulthandler, json, sys, threading
from pathlib import Path

faulthandler.dump_traceback_later(200, exit=True)  # one that hangs tells where
known, go, done = {}, threading.Event(), threading.Event()

def names():
    return sorted(name for name in sys.modules)

async def start():
    from mltui.tui import starting
    import_all = starting.import_all

    def held():
        known["rows"] = len(app.screen_stack[0].query_one("#newest").rows)
        go.wait()
        import_all()
        done.set()

    starting.import_all = held
    from sample_workspace import SampleWorkspace
    from churn_sample import WHOLE
    from mltui.tui.app import MltuiApp
    from mltui.sources.pulse import Pulse
    Pulse.start = lambda self: None  # nobody watches files
    app = MltuiApp(SampleWorkspace(Path(sys.argv[1]), **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        while not app.screen.place.number or not len(app.screen.place.table("newest").rows):
            await pilot.pause(0.01)
        known["first"] = names()
        for key in sys.argv[2].split():
            await pilot.press(key)
            while key.isdigit() and str(app.screen.place.number) != key:
                await pilot.pause(0.01)
        known["gone"] = names()
        go.set()
        await asyncio.to_thread(done.wait)
        known["last"] = names()

asyncio.run(start())
print(json.dumps(known))
"""

PLACES = {
    "overview": "mltui.tui.places.overview",
    "history": "mltui.tui.places.history",
    "data": "mltui.tui.places.data.place",
    "pipeline": "mltui.tui.places.pipeline.place",
    "runs": "mltui.tui.places.runs.place",
    "models": "mltui.tui.places.models",
    "jobs": "mltui.tui.places.jobs.place",
    "lineage": "mltui.tui.places.lineage.place",
}
#: Nothing of these is needed to say what runs there are.
LATER = {"plotext", "numpy", "pandas", "mlflow", "dvc", "git", "httpx", "watchfiles", "yaml"}


def started(path: Path, keys: str = "") -> dict[str, set[str]]:
    """Names of modules: before anything but the first place was wanted, after `keys`, and when all was imported."""
    path_of = os.pathsep.join(map(str, (ROOT / "src", ROOT, ROOT / "tests", HERE)))
    done = subprocess.run(
        [sys.executable, "-c", START, str(path), keys],
        env={**os.environ, "PYTHONPATH": path_of},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["rows"], "the other places are imported once runs are on screen"
    return {name: set(found[name]) for name in ("first", "gone", "last")}


def places(modules: set[str]) -> set[str]:
    return {name for name, module in PLACES.items() if module in modules}


def test_a_start_imports_the_first_place_and_later_the_others(tmp_path: Path) -> None:
    modules = started(tmp_path)
    assert places(modules["first"]) == {"overview"}
    assert {name.split(".")[0] for name in modules["first"]} & LATER == set()
    assert places(modules["last"]) == set(PLACES)


def test_a_place_that_somebody_goes_to_is_imported_for_them(tmp_path: Path) -> None:
    """Help and palette tell of all of them without that."""
    gone = started(tmp_path, "question_mark escape ctrl+p escape 5 7")["gone"]
    assert {"mltui.tui.screens.chooser", "mltui.tui.screens.reading"} <= gone
    assert places(gone) == {"overview", "runs", "jobs"}
