"""``[promote]`` and ``[[gates]]`` as keys of the configuration, and the primary metric that the first gate names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mltui.config import Config
from mltui.config.gates import gate_problems
from mltui.config.loading import load_config
from mltui.model.metric import PrimaryMetric, primary_metric
from mltui.model.runs import Run

GATES = """\
theme = "dark"

[promote]
protected = ["champion"]

[[gates]]
check = "same data"

[[gates]]
metric = "metrics.auc >= 0.8"
"""


def load(root: Path) -> Config:
    return load_config(root, root, environ={"XDG_CONFIG_HOME": str(root / "own")})


def ran(**metrics: float) -> Run:
    return Run("1", "r", "run", "e", "0", "FINISHED", "active", 1, 2, None, metrics)


def test_they_are_known_and_cannot_be_changed(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text(GATES)
    config = load(tmp_path)
    assert config.problems == gate_problems(config) == ()
    assert config.promote == {"protected": ["champion"]}
    assert config.gates == ({"check": "same data"}, {"metric": "metrics.auc >= 0.8"})
    with pytest.raises(TypeError):
        config.promote["protected"] = []  # type: ignore[index]
    with pytest.raises(TypeError):
        config.gates[0]["check"] = "x"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("gates = 3\n", 1, "gates must be tables, like [[gates]]"),
        ("\n[gates]\nmetric = 'metrics.auc > 1'\n", 2, "gates must be tables, like [[gates]]"),
        ("promote = true\n", 1, "promote must be a table, like [promote]"),
        ("theme = 'x'\n\n[promote]\nprotect = []\n", 3, "promote.protect is not known; did you mean protected?"),
        (GATES.replace("same data", "same date"), 6, "gate 1 makes no sense: check must be one of"),
        (GATES.replace(">= 0.8", ">= high"), 9, "gate 2 makes no sense: high is neither"),
        ("gates = [{metric = 'x'}]\n", 1, "gate 1 makes no sense: it does not begin with a metric"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "mltui.toml").write_text(text)
    config = load(tmp_path)
    (problem,) = (*config.problems, *gate_problems(config))
    assert problem.summary.startswith(said)
    assert problem.path == f"{tmp_path / 'mltui.toml'}:{line}"


def test_loading_them_reads_no_rule(tmp_path: Path) -> None:
    """Every start loads the configuration, and waits for what that imports."""
    (tmp_path / "mltui.toml").write_text(GATES)
    code = (
        "import sys; from pathlib import Path; from mltui.config.loading import load_config;"
        f"config = load_config(Path({str(tmp_path)!r}), Path({str(tmp_path)!r}), environ={{}});"
        "print(config.gate_metric, 'mltui.model.gate_reading' in sys.modules, 'mltui.model.filters' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["auc", "False", "False"]


def test_so_in_a_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n[[tool.mltui.gates]]\nmetric = 'x'\n")
    (problem,) = gate_problems(load(tmp_path))
    assert problem.path == f"{tmp_path / 'pyproject.toml'}:3"


def test_the_users_own_file_has_no_gates(tmp_path: Path) -> None:
    """Colleagues would not know of them."""
    own = tmp_path / "own" / "mltui"
    own.mkdir(parents=True)
    (own / "config.toml").write_text(GATES)
    config = load(tmp_path)
    assert (config.promote, config.gates, config.theme) == ({}, (), "dark")
    assert [each.summary for each in config.problems] == [
        "promote counts in a project's file only",
        "gates counts in a project's file only",
    ]


def test_the_first_gates_metric_comes_before_dvcs_and_after_what_somebody_chose(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text(GATES)
    gate = load(tmp_path).gate_metric
    assert gate == "auc"
    runs = [ran(auc=1.0, f1=1.0, loss=1.0)]
    assert primary_metric(None, {"auc": "max"}, ("f1",), runs, gate) == PrimaryMetric("auc", "max", guessed=False)
    assert primary_metric("loss", {}, ("f1",), runs, gate) == PrimaryMetric("loss", None, guessed=False)
    assert primary_metric(None, {}, (), [], gate) == PrimaryMetric("auc", None, guessed=False)
    assert Config().gate_metric is None


def test_a_gates_metric_that_no_run_logged_is_no_column() -> None:
    assert primary_metric(None, {}, ("f1",), [ran(f1=1.0)], "typo") == PrimaryMetric("f1", None, guessed=True)
