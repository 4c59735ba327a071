"""What happened in the sample project: five weeks of two people, who edit, run, and then commit.

A run starts after the commit its tag names and before the commit that holds its results. Times are days before now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from mltui.demo.workshop import JONAS, MIRA, Person, Workshop

MODEL = "tumour-screening"
BRANCH = "interaction-terms"
TAG = "v1.0"

#: An edit, a run, and some two hours later the commit.
_LATER = 0.1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the story. `seconds` is what it takes on two cores, for the progress bar."""

    text: str
    seconds: float
    act: Callable[[Workshop], None]


def begin(shop: Workshop) -> None:
    shop.git("init", "--quiet")
    shop.together(
        lambda: _first_delivery(shop),
        # Any run makes the store; this takes its dozens of migrations out of the first one's way.
        lambda: shop.python("-m", "mlflow", "db", "upgrade", f"sqlite:///{shop.directory}/mlflow.db", days=35),
    )


def _first_delivery(shop: Workshop) -> None:
    shop.dvc("init", "--quiet", days=35)
    shop.file("gitignore", ".gitignore")
    shop.file("README.md")
    shop.edit("README.md", _HOW, "")
    shop.commit("Set up git and DVC", MIRA, 35)
    _fetch(shop)
    shop.file("src/fetch.py")
    _delivery(shop, 300, 34)
    shop.commit("First delivery: 300 cases", MIRA, 34)


def pipeline(shop: Workshop) -> None:
    names = ("prepare", "validate", "train", "evaluate", "check")
    for name in ("dvc.yaml", "params.yaml", "src/screening.py", *(f"src/{name}.py" for name in names)):
        shop.file(name)
    shop.edit("src/evaluate.py", _PRECISION, "")
    _repro(shop, MIRA, 33, "baseline", REGISTER_AS=MODEL)
    shop.file("src/sweep.py")
    shop.commit("Pipeline: prepare, validate, train, evaluate", MIRA, 33 - _LATER)


def sweep(shop: Workshop) -> None:
    shop.edit("params.yaml", "learning_rate: 0.001", "learning_rate: 0.01")
    rates = ("0.0003", "0.001", "0.003", "0.01", "0.03", "0.1")
    shop.together(
        lambda: shop.python("src/sweep.py", "learning_rate", *rates, days=31, LOGNAME=JONAS.login),
        lambda: _repro(shop, JONAS, 30.8, "learning-rate-0.01"),
    )
    shop.commit("Learning rate 0.01, from the sweep", JONAS, 30.8 - _LATER)


def second_delivery(shop: Workshop) -> None:
    _delivery(shop, 430, 25.05)
    _repro(shop, MIRA, 25, "430-cases", REGISTER_AS=MODEL)
    shop.commit("Second delivery: 430 cases", MIRA, 25 - _LATER)


def precision(shop: Workshop) -> None:
    shop.edit("src/evaluate.py", _RECALL, _RECALL + _PRECISION)
    shop.dvc("repro", "--quiet", days=24)
    shop.commit("Evaluate: precision beside recall", MIRA, 24 - _LATER)


def apart(shop: Workshop) -> None:
    """Two people on two branches, each in a worktree of their own."""
    shop.together(lambda: branch(shop), lambda: trunk(shop))


def branch(shop: Workshop) -> None:
    side = shop.within(shop.aside / "side")
    shop.git("worktree", "add", "--quiet", "-b", BRANCH, str(side.directory))
    (side.directory / ".dvc" / "config.local").write_text(f"[cache]\n    dir = {shop.directory}/.dvc/cache\n")
    side.dvc("checkout", "--quiet", days=20)
    store = f"sqlite:///{shop.directory}/mlflow.db"
    side.edit("params.yaml", "degree: 1", "degree: 2")
    _repro(side, JONAS, 20, "degree-2", MLFLOW_TRACKING_URI=store)
    side.commit("Interaction terms", JONAS, 20 - _LATER)
    side.edit("params.yaml", "alpha: 0.0001", "alpha: 0.01")
    _repro(side, JONAS, 18, "degree-2-alpha-0.01", MLFLOW_TRACKING_URI=store)
    side.commit("Hold the interactions back with more decay", JONAS, 18 - _LATER)
    shop.git("worktree", "remove", "--force", str(side.directory))


def trunk(shop: Workshop) -> None:
    shop.file("README.md")
    shop.commit("Say how to run it", MIRA, 15)
    _delivery(shop, 569, 12.05)
    _repro(shop, MIRA, 12, "569-cases", REGISTER_AS=MODEL)
    shop.commit("Third delivery: all 569 cases", MIRA, 12 - _LATER)
    shop.git("tag", "-a", "-m", "The first model on trial in the clinics", TAG, days=12 - 2 * _LATER)
    shop.edit("params.yaml", "degree: 1", "degree: 2")
    shop.edit("params.yaml", "learning_rate: 0.01", "learning_rate: 0.05")
    _repro(shop, JONAS, 8, "569-cases-degree-2", REGISTER_AS=MODEL)
    shop.commit("Interaction terms, now that there is data for them", JONAS, 8 - _LATER)
    shop.file("mltui.toml")
    shop.file("src/promote.py")
    shop.commit("Name the metric that counts, and what a champion has to pass", MIRA, 6)


def lately(shop: Workshop) -> None:
    """Nothing of this is committed: experiments, aliases, a sweep that failed (to YAML, 1e-6 is no number)."""
    champion = "On trial in the clinics since v1.0. Five weights that a doctor can read."
    challenger = "Slightly better auc through interaction terms, but twenty weights. Wants to be tried."
    shop.together(
        lambda: _experiment(shop, 4, "slower", "train.learning_rate=0.02"),
        lambda: shop.python("src/promote.py", "champion", "3", champion, "challenger", "4", challenger, days=5),
        lambda: _experiment(shop, 3, "more-decay", "train.alpha=0.001"),
        lambda: shop.python(
            "src/sweep.py",
            "alpha",
            "0.00001",
            "0.001",
            "0.01",
            "0.03",
            "1e-6",
            days=0.2,
            fails=True,
            LOGNAME=JONAS.login,
        ),
    )
    shop.edit("params.yaml", "epochs: 32", "epochs: 48")


STEPS = (
    Step("git and DVC, 300 cases", 6.6, begin),
    Step("the pipeline's first run", 5.7, pipeline),
    Step("a sweep over learning rates", 5.0, sweep),
    Step("430 cases", 6.2, second_delivery),
    Step("another metric", 1.0, precision),
    Step("two branches", 12.2, apart),
    Step("experiments, aliases, a failure", 10.7, lately),
)

_HOW = """
    dvc repro                        # prepare -> validate -> train -> evaluate
    python src/sweep.py alpha 0.001 0.01

Runs go to `mlflow.db` (`mlflow ui --backend-store-uri sqlite:///mlflow.db`). Edit, run, then commit.
"""
_RECALL = '        "test_recall": round(found / len(sick), 6),\n'
_PRECISION = '        "test_precision": round(found / max(found + alarms, 1), 6),\n'


def _fetch(shop: Workshop) -> None:
    """All cases at once, aside: starting scikit-learn takes longer than anything that is done with it."""
    place = shop.within(shop.aside / "cases")
    place.file("src/fetch.py")
    place.python("src/fetch.py", "569", days=34)


def _delivery(shop: Workshop, cases: int, days: float) -> None:
    """The first so many cases: what `src/fetch.py` writes for that number, as they come in one order."""
    name = "data/tumours.csv"
    (shop.directory / "data").mkdir(exist_ok=True)
    with (shop.aside / "cases" / name).open() as whole, (shop.directory / name).open("w") as part:
        part.writelines(islice(whole, cases + 1))
    shop.dvc("add", "--quiet", name, days=days)


def _repro(shop: Workshop, who: Person, days: float, run: str, **env: str) -> None:
    shop.dvc("repro", "--quiet", days=days, RUN_NAME=run, LOGNAME=who.login, **env)


def _experiment(shop: Workshop, days: float, name: str, change: str) -> None:
    """DVC runs it in a copy of the project, hence the whole path of the store."""
    env = {"RUN_NAME": name, "LOGNAME": JONAS.login, "MLFLOW_TRACKING_URI": f"sqlite:///{shop.directory}/mlflow.db"}
    shop.dvc("exp", "run", "--temp", "--quiet", "-n", name, "-S", change, days=days, **env)
