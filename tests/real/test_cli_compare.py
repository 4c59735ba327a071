"""`mltui compare` over a store that MLflow wrote: the values are those of MlflowClient."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_projects import dvc, make_pipeline
from git_repository import commit, git, make

pytestmark = pytest.mark.real

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("compare.schema.json").read_text("utf-8"))

#: Three runs, two of one name, with odd values, a dataset, and requirements beside a model; then what the client says.
SCRIPT = """
import json, sys, mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("churn")
frame = pandas.DataFrame({"a": [1, 2]})
ids = []
rows = [("twin", 0.1, 0.9, "a|b\\nc"), ("other", 0.2, float("nan"), ""), ("twin", 0.1, 0.95, "a|b\\nd")]
for name, lr, auc, text in rows:
    with mlflow.start_run(run_name=name) as run:
        ids.append(run.info.run_id)
        mlflow.log_params({"lr": lr, "text": text, "long": "x" * 6000})
        mlflow.log_metrics({"auc": auc, "up": float("inf"), "zero": lr - 0.1})
        mlflow.set_tag("team", "red")
        mlflow.log_input(mlflow.data.from_pandas(frame, name="wine"), context="training")
        mlflow.log_text("mlflow==3.1\\nnumpy\\n", "model/requirements.txt")
client = mlflow.MlflowClient()
told = {}
for id in ids:
    run = client.get_run(id)
    told[id] = {"params": run.data.params, "metrics": {k: repr(v) for k, v in run.data.metrics.items()},
        "digest": run.inputs.dataset_inputs[0].dataset.digest, "user": run.data.tags["mlflow.user"]}
print(json.dumps(told))
"""


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def compared(cwd: Path, *arguments: str) -> dict[str, Any]:
    text = mltui(cwd, "compare", "--json", *arguments).stdout
    document: dict[str, Any] = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert next(iter(document)) == "schema"
    jsonschema.validate(document, SCHEMA)
    return document


def values(document: dict[str, Any], section: str) -> dict[str, list[Any]]:
    return {each["key"]: each["values"] for each in document["rows"] if each["section"] == section}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("store") / "project")
    (path / "mltui.toml").write_text('[metrics]\ngoal = {auc = "max"}\n')
    argv = [sys.executable, "-c", SCRIPT, f"sqlite:///{path}/mlflow.db"]
    done = subprocess.run(argv, cwd=path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path / "told.json").write_text(done.stdout.splitlines()[-1])
    return path


def told(store: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((store / "told.json").read_text())
    return found


def test_the_values_are_those_of_mlflow_client(store: Path) -> None:
    client = told(store)
    document = compared(store, *client)
    assert [each["run_id"] for each in document["runs"]] == list(client)
    assert values(document, "params") == {
        key: [client[id]["params"][key] for id in client] for key in ("long", "lr", "text")
    }
    odd = {"NaN": "nan", "Infinity": repr(sys.float_info.max)}  # SQLite has no infinity, and MLflow says so
    for key, said in values(document, "metrics").items():
        assert [odd.get(str(each), repr(each)) for each in said] == [client[id]["metrics"][key] for id in client]
    assert values(document, "datasets") == {"wine (training)": [client[id]["digest"] for id in client]}
    assert values(document, "environment")["user"] == [client[id]["user"] for id in client]
    assert values(document, "packages") == {"mlflow": ["3.1"] * 3, "numpy": ["any"] * 3}


def test_best_deltas_and_the_baseline(store: Path) -> None:
    one, other, twin = told(store)
    document = compared(store, one, other, "--baseline", twin)
    assert [each["run_id"] for each in document["runs"]] == [twin, one, other]
    assert document["baseline"] == twin
    rows = {each["key"]: each for each in document["rows"]}
    assert rows["auc"]["best"] == [0]
    assert rows["auc"]["deltas"][0] is None
    assert rows["auc"]["deltas"][1]["absolute"] == pytest.approx(-0.05)
    assert rows["auc"]["deltas"][2] is None
    assert rows["zero"]["deltas"][2] == {"absolute": pytest.approx(0.1), "percent": None}
    assert not rows["long"]["differs"]
    less = compared(store, one, twin, "--only-differences")
    assert {"auc", "text"} <= {each["key"] for each in less["rows"]}
    assert all(each["differs"] for each in less["rows"])


def test_runs_by_name_and_by_the_beginning_of_an_id(store: Path) -> None:
    one, other, twin = told(store)
    done = mltui(store, "compare", "--json", "twin", other[:12])
    assert [each["run_id"] for each in json.loads(done.stdout)["runs"]] == [twin, other]
    assert "2 runs are named twin" in done.stderr
    assert one[:8] not in done.stdout


def test_words_that_name_no_run_or_several(store: Path) -> None:
    one, other, _ = told(store)
    assert "did you mean other?" in mltui(store, "compare", one, "othr", code=2).stderr
    assert "one run alone" in mltui(store, "compare", one, code=2).stderr
    assert "name one run only" in mltui(store, "compare", one, one, code=2).stderr
    first = {each: [id for id in told(store) if id[0] == each] for each in "0123456789abcdef"}
    for letter, ids in first.items():
        if len(ids) > 1:
            said = mltui(store, "compare", letter, other, code=2).stderr
            assert all(id[:8] in said for id in ids)
    mltui(store, "compare", one, other, "--json", "--md", code=2)


def test_a_pipe_gets_all_of_it_without_colour(store: Path) -> None:
    one, other, twin = told(store)
    text = mltui(store, "compare", one, other, twin).stdout
    assert "x" * 6_000 in text
    assert "\x1b" not in text
    assert "a|b␊c" in text
    rows = mltui(store, "compare", one, other, "--md").stdout.splitlines()
    assert rows[0] == "|  | twin ◆ | other |"
    assert r"| text | a\|b<br>c | (empty) |" in rows


def test_a_dvc_experiment_beside_a_run(store: Path, tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    make_pipeline(path)
    commit(path, "everything")
    dvc(path, "repro", "-q")
    commit(path, "repro")
    dvc(path, "exp", "run", "-q", "--name", "happy-auk", "-S", "lr=0.3")
    git(path, "checkout", "-q", ".")
    (path / "mlflow.db").write_bytes((store / "mlflow.db").read_bytes())
    document = compared(path, "happy-auk", "other")
    assert [each["kind"] for each in document["runs"]] == ["exp", "run"]
    assert values(document, "params")["lr"] == ["0.3", "0.2"]


#: A run that somebody killed three days ago: MLflow has it RUNNING for ever.
STUCK = """
import sys, time, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client, then = mlflow.MlflowClient(), int(time.time() * 1000) - 3 * 86_400_000
run = client.create_run(client.get_experiment_by_name("churn").experiment_id, start_time=then, run_name="stuck")
client.log_metric(run.info.run_id, "auc", 0.5, timestamp=then)
"""


def test_a_run_that_fell_silent_is_said_to_be_so_and_kept_as_recorded_for_machines(store: Path) -> None:
    subprocess.run([sys.executable, "-c", STUCK, f"sqlite:///{store}/mlflow.db"], cwd=store, check=True)
    document = compared(store, "other", "stuck")
    assert [run["status"] for run in document["runs"]] == ["FINISHED", "RUNNING"]
    assert [run["life"] and run["life"]["state"] for run in document["runs"]] == [None, "silent"]
    assert values(document, "environment")["status"] == ["finished", "running"]
    for form in ((), ("--md",)):
        (status,) = [
            each for each in mltui(store, "compare", *form, "other", "stuck").stdout.splitlines() if "status" in each
        ]
        assert "silent 3 d" in status
