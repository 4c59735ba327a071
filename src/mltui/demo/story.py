"""What happened in the sample project: five weeks of two people, who edit, run, and then commit.

A run starts after the commit its tag names and before the commit that holds its results. Times are days before now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mltui.demo.workshop import JONAS, MIRA, Workshop

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
    shop.dvc("init", "--quiet", days=35)
    shop.file("gitignore", ".gitignore")
    shop.file("README.md")
    shop.edit("README.md", _HOW, "")
    shop.commit("Set up git and DVC", MIRA, 35)
    shop.file("src/fetch.py")
    _delivery(shop, 300, 34)
    shop.commit("First delivery: 300 cases", MIRA, 34)


def pipeline(shop: Workshop) -> None:
    names = ("prepare", "validate", "train", "evaluate")
    for name in ("dvc.yaml", "params.yaml", *(f"src/{name}.py" for name in names)):
        shop.file(name)
    shop.edit("src/evaluate.py", _PRECISION, "")
    _repro(shop, 33, "baseline", register=True)
    shop.file("src/sweep.py")
    shop.commit("Pipeline: prepare, validate, train, evaluate", MIRA, 33 - _LATER)


def sweep(shop: Workshop) -> None:
    shop.edit("params.yaml", "learning_rate: 0.001", "learning_rate: 0.01")
    rates = ("0.0003", "0.001", "0.003", "0.01", "0.03", "0.1")
    shop.together(
        lambda: shop.python("src/sweep.py", "learning_rate", *rates, days=31),
        lambda: _repro(shop, 30.8, "learning-rate-0.01"),
    )
    shop.commit("Learning rate 0.01, from the sweep", JONAS, 30.8 - _LATER)


def second_delivery(shop: Workshop) -> None:
    _delivery(shop, 430, 25.05)
    _repro(shop, 25, "430-cases", register=True)
    shop.commit("Second delivery: 430 cases", MIRA, 25 - _LATER)


def precision(shop: Workshop) -> None:
    shop.edit("src/evaluate.py", _RECALL, _RECALL + _PRECISION)
    shop.dvc("repro", "--quiet", days=24)
    shop.commit("Evaluate: precision beside recall", MIRA, 24 - _LATER)


def branch(shop: Workshop) -> None:
    shop.git("checkout", "--quiet", "-b", BRANCH)
    shop.edit("params.yaml", "degree: 1", "degree: 2")
    _repro(shop, 20, "degree-2")
    shop.commit("Interaction terms", JONAS, 20 - _LATER)
    shop.edit("params.yaml", "alpha: 0.0001", "alpha: 0.01")
    _repro(shop, 18, "degree-2-alpha-0.01")
    shop.commit("Hold the interactions back with more decay", JONAS, 18 - _LATER)
    shop.git("checkout", "--quiet", "main")


def third_delivery(shop: Workshop) -> None:
    shop.file("README.md")
    shop.commit("Say how to run it", MIRA, 15)
    _delivery(shop, 569, 12.05)
    _repro(shop, 12, "569-cases", register=True)
    shop.commit("Third delivery: all 569 cases", MIRA, 12 - _LATER)
    shop.git("tag", "-a", "-m", "The first model on trial in the clinics", TAG, days=12 - 2 * _LATER)


def interactions(shop: Workshop) -> None:
    shop.edit("params.yaml", "degree: 1", "degree: 2")
    _repro(shop, 8, "569-cases-degree-2", register=True)
    shop.commit("Interaction terms, now that there is data for them", JONAS, 8 - _LATER)
    shop.file("mltui.toml")
    shop.file("src/promote.py")
    shop.commit("Name the metric that counts", MIRA, 6)


def lately(shop: Workshop) -> None:
    """Nothing of this is committed: experiments, aliases, a sweep that ended in an error."""
    champion = "Champion since the trial began: auc 0.963 on 569 cases, and a doctor can read its five weights."
    challenger = "Challenger: auc slightly higher with interaction terms; waits for the trial's recall figures."
    shop.together(
        lambda: _experiment(shop, 4, "faster", "train.learning_rate=0.05"),
        lambda: shop.python("src/promote.py", "champion", "3", champion, "challenger", "4", challenger, days=5),
        lambda: _experiment(shop, 3, "more-decay", "train.alpha=0.001"),
        lambda: shop.python("src/sweep.py", "alpha", "0", "1e-5", "1e-3", "0.01", "0.1", "-1", days=0.2, fails=True),
    )
    shop.edit("params.yaml", "epochs: 40", "epochs: 60")


STEPS = (
    Step("git and DVC, 300 cases", 5.0, begin),
    Step("the pipeline's first run", 11.0, pipeline),
    Step("a sweep over learning rates", 8.0, sweep),
    Step("430 cases", 10.0, second_delivery),
    Step("another metric", 2.0, precision),
    Step("a branch", 10.0, branch),
    Step("569 cases", 10.0, third_delivery),
    Step("interaction terms", 7.0, interactions),
    Step("experiments, aliases, a failure", 12.0, lately),
)

_HOW = """
    dvc repro                        # prepare -> validate -> train -> evaluate
    python src/sweep.py alpha 0.001 0.01

Runs go to `mlflow.db` (`mlflow ui --backend-store-uri sqlite:///mlflow.db`). Edit, run, then commit.
"""
_RECALL = '        "test_recall": round(found / len(sick), 6),\n'
_PRECISION = '        "test_precision": round(found / max(found + alarms, 1), 6),\n'


def _delivery(shop: Workshop, cases: int, days: float) -> None:
    shop.python("src/fetch.py", str(cases), days=days)
    shop.dvc("add", "--quiet", "data/tumours.csv", days=days)


def _repro(shop: Workshop, days: float, run: str, register: bool = False) -> None:
    env = {"RUN_NAME": run, **({"REGISTER_AS": MODEL} if register else {})}
    shop.dvc("repro", "--quiet", days=days, **env)


def _experiment(shop: Workshop, days: float, name: str, change: str) -> None:
    """DVC runs it in a copy of the project, hence the whole path of the store."""
    store = f"sqlite:///{shop.directory}/mlflow.db"
    shop.dvc(
        "exp", "run", "--temp", "--quiet", "-n", name, "-S", change, days=days, MLFLOW_TRACKING_URI=store, RUN_NAME=name
    )
