"""What MLflow writes: file stores, answers of a server; and what lies among the artifacts."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.fuzz.harness import at, place, reader

from mltui.model.artifacts import Excerpt
from mltui.model.runs import RunInput
from mltui.present.previews.file import preview
from mltui.present.run_sections import dataset_lines
from mltui.sources.contents import child
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.discovery import code
from mltui.sources.mlflow.discovery.walk import walk
from mltui.sources.mlflow.files import columns, meta, points
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.packages import _read as read_packages
from mltui.sources.mlflow.server import asking, translate
from mltui.sources.mlflow.server import columns as served
from mltui.sources.mlflow.server.door import Answer
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.mlflow.server.registry import Registry
from mltui.sources.mlflow.server.rest import Rest
from mltui.sources.retrain.relative import _python, _shell
from mltui.sources.sides.requirements import required

RUN = "0123456789abcdef0123456789abcdef"
META = f"""\
artifact_uri: file:///x/mlruns/0/{RUN}/artifacts
end_time: 1620000001000
entry_point_name: ''
experiment_id: '0'
lifecycle_stage: active
run_id: {RUN}
run_name: bright-lamb-684
source_type: 4
start_time: 1620000000000
status: 3
tags: []
user_id: ada
name: Default
version: 1
current_stage: Production
aliases: {{champion: 1}}
digest: 13e8713a
profile: '{{"num_rows": 3}}'
schema: '{{"a": [1,
  2]}}'
model_id: m-1
source_run_id: {RUN}
"""


@reader("meta.yaml", META, META.replace("\n", "\r\n"), kind="yaml")
def meta_yaml(data: bytes) -> None:
    said = meta.parse(data.decode("utf-8", "replace"))
    for key in said:
        meta.text_of(said, key, "name")
        meta.text_or_none(said, key)
        meta.time_of(said, key)


@reader("a file store", META, "1620000000000 0.5 1\n", "version: 1\n", "nan", kind="yaml")
def file_store(data: bytes) -> None:
    for name in ("meta.yaml", f"{RUN}/meta.yaml", "datasets/d/meta.yaml", "models/m-1/meta.yaml", "tags/t"):
        at(f"mlruns/0/{name}", data)
    for name in ("metrics/auc", "params/lr", "tags/mlflow.note", "inputs/i/meta.yaml", "artifacts/a"):
        at(f"mlruns/0/{RUN}/{name}", data)
    for name in ("meta.yaml", "version-1/meta.yaml", "tags/a", "aliases/champion", "version-1/tags/a"):
        at(f"mlruns/models/churn/{name}", data)
    for suffix in ("", "-wal", "-shm"):
        (place() / f"mirror.db{suffix}").unlink(missing_ok=True)
    mirror = FileMirror(place() / "mlruns", place() / "mirror.db")
    mirror.refresh(full=True)
    mirror.problems()
    mirror.series(RUN, "auc")
    mirror.columns(RUN, "auc")


@reader(
    "a metric file", "1620000000000 0.5 0\n1620000000001 nan 1\n1 2\n1 2 3 d e\n", "1 1e308 -5\n1 -inf 3", kind="csv"
)
def metric_file(data: bytes) -> None:
    for growing in (True, False):
        points.whole([data, data[:7]], growing=growing)
        points.newest([data[:5], data[5:]], growing=growing, limit=3)
        read = columns.read(str(at("auc", data)), RUN, "auc", growing=growing)
        columns.read(str(at("auc", data + b"1 2 3\n")), RUN, "auc", growing=growing, former=read)


PAGE: dict[str, Any] = {
    "runs": [
        {
            "info": {
                "run_id": RUN,
                "run_uuid": RUN,
                "experiment_id": "1",
                "status": "RUNNING",
                "start_time": "1620000000000",
                "end_time": 1620000000001,
                "run_name": "owl",
                "artifact_uri": "mlflow-artifacts:/1/x",
                "lifecycle_stage": "active",
            },
            "data": {
                "metrics": [
                    {"key": "loss", "value": "NaN", "timestamp": "1", "step": "2"},
                    {"key": "z", "value": 1e308},
                ],
                "params": [{"key": "lr", "value": "0.1"}, {"key": "empty"}],
                "tags": [{"key": "mlflow.runName", "value": "owl"}],
            },
            "inputs": {
                "dataset_inputs": [
                    {
                        "tags": [{"key": "a", "value": "b"}],
                        "dataset": {
                            "name": "d",
                            "digest": "1",
                            "source_type": "local",
                            "source": "{}",
                            "schema": '{"mlflow_colspec": [{"name": "a"}]}',
                            "profile": '{"num_rows": 3}',
                        },
                    }
                ],
                "model_inputs": [{"model_id": "m-1"}],
            },
        }
    ],
    "experiments": [{"experiment_id": "1", "name": "one", "creation_time": 1, "tags": [{"key": "a", "value": "b"}]}],
    "registered_models": [
        {
            "name": "churn",
            "creation_timestamp": 1,
            "aliases": [{"alias": "champion", "version": "2"}],
            "tags": [{"key": "a"}],
            "latest_versions": [{"name": "churn", "version": "2"}],
        }
    ],
    "model_versions": [
        {"name": "churn", "version": "2", "run_id": RUN, "current_stage": "None", "status": "READY", "source": "x"}
    ],
    "metrics": [{"key": "loss", "value": "Infinity", "timestamp": "1", "step": "0"}],
    "model": {"info": {"model_id": "m-1", "experiment_id": "1", "creation_timestamp_ms": 1}},
    "models": [
        {
            "info": {"model_id": "m-1", "status": "LOGGED_MODEL_READY"},
            "data": {"metrics": [{"key": "a", "value": 1, "step": 2}]},
        }
    ],
    "run": {"info": {"run_id": RUN}},
    "next_page_token": "",
}
ERROR = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such: http://u:p@h/"}


class _Saying(Rest):
    """A door at which every question is answered alike: a fake of the network, after which all is as always."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        super().__init__(login("http://127.0.0.1:1", {}), pause=lambda _: True)
        self._said = Answer(status, {"content-type": "application/json", "retry-after": "1"}, body)

    def _fetch(self, method: str, url: str, options: dict[str, Any], enough: int | None = None) -> Answer:
        return self._said


class _Mirror(ServerMirror):
    def __init__(self, rest: Rest) -> None:
        self._through(rest, Registry(rest, rest), place() / "server.db", ())


def _capturing() -> list[bytes]:
    """Answers as the server of the installed mlflow makes them."""
    from tests.fuzz.seeding import answers

    return answers()


@reader("a server's answers", json.dumps(PAGE), json.dumps(ERROR), _capturing, kind="json")
def answers(data: bytes) -> None:
    for rest in (_Saying(data), _Saying(data, 404), _Saying(data, 500)):
        asks: tuple[Callable[[Rest], object], ...] = (
            asking.experiments,
            lambda door: list(asking.runs(door, ["1"])),
            lambda door: asking.run(door, RUN),
            asking.registry,
            lambda door: asking.logged_model(door, "m-1"),
            lambda door: asking.logged_models(door, RUN, "1"),
            lambda door: asking.history(door, RUN, "loss"),
            lambda door: served.history(door, RUN, "loss"),
        )
        for ask in asks:
            _refusing(partial(ask, rest))
    for page in asking.runs(_Saying(data), ["1"]):
        for item in page:
            translate.run(item)


def _refusing(ask: Any) -> None:
    from mltui.errors import MltuiError

    try:
        ask()
    except MltuiError:
        return


@reader("a server's mirror", json.dumps(PAGE), _capturing, kind="json")
def mirror(data: bytes) -> None:
    for suffix in ("", "-wal", "-shm"):
        (place() / f"server.db{suffix}").unlink(missing_ok=True)
    mirror = _Mirror(_Saying(data))
    _refusing(mirror.refresh)
    _refusing(mirror.tick)
    _refusing(mirror.read_registry)
    _refusing(mirror.problems)
    _refusing(lambda: mirror.series(RUN, "loss"))
    _refusing(lambda: mirror.columns(RUN, "loss"))


@reader("a server's headers", "120", "Fri, 31 Dec 1999 23:59:59 GMT", "Sun, 06 Nov 1994 08:49:37 -2500")
def headers(data: bytes) -> None:
    from mltui.sources.mlflow.server.door import _after

    _after(Answer(429, {"retry-after": data.decode("latin-1")}, b""))


TABLE = 'a,b\n1,x\n2,"y\nz"\n'
FILES = ("a.csv", "a.tsv", "a.json", "a.jsonl", "a.md", "a.yaml", "a.txt", "a.png", "a.parquet", "a.ipynb", "a")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
NPY = b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }" + b" " * 40 + b"\n"


@reader(
    "previews",
    TABLE,
    '[{"a": 1, "b": [2]}, {"a": null}]',
    "# t\n- *a* `b` [c](d)\n",
    PNG,
    NPY,
    b"PAR1\0PAR1",
    b"GIF89a\1\0\1\0",
    kind="csv",
)
def previews(data: bytes) -> None:
    for name in FILES:
        for cut in (False, True):
            preview(name, Excerpt(data, len(data), cut), 80)


@reader("a run's inputs", '{"mlflow_colspec": [{"name": "a"}], "num_rows": 3, "uri": "x"}', kind="json")
def inputs(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    dataset_lines([RunInput("d", "1", "local", text, "", text, text)])


@reader("tables", TABLE, "a\tb\n1\t2\n", '{"a": 1}\n{"a": 2, "b": [1]}\n', '[{"a": 1}]', kind="csv")
def tables(data: bytes) -> None:
    here = str(at("new", data))
    for name in ("a.csv", "a.tsv", "a.json", "a.jsonl"):
        child.compare(here, here, name)
        child.compare(str(at("old", data[: len(data) // 2])), here, name)


REQUIRED = (
    "requirements.txt",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "Pipfile.lock",
    "conda.yaml",
    "environment.yml",
    ".python-version",
)


@reader(
    "requirements",
    "numpy==1.26 ; x\n-r other\n# c\npandas>=2,<3 \\\n --hash=sha256:x\n",
    '[project]\nrequires-python = ">=3.11"\ndependencies = ["a==1"]\n[tool.poetry.dependencies]\nb = {version = "1"}\n',
    '[[package]]\nname = "a"\nversion = "1"\n[metadata]\npython-versions = "3"\n',
    "dependencies:\n- python=3.11\n- c::x==1\n- pip:\n  - y==2\n",
    '{"default": {"a": {"version": "==1"}}}',
    kind="toml",
)
def requirements(data: bytes) -> None:
    for name in REQUIRED:
        try:
            required(name, data)
        except ValueError:
            continue


@reader("a model's packages", "python: 3.11\n", "dependencies:\n- python=3.11\n- pip:\n  - y==2\n", kind="yaml")
def packages(data: bytes) -> None:
    for name in ("conda.yaml", "python_env.yaml", "requirements.txt", "MLmodel"):
        at(f"model/{name}", data)
    read_packages(LocalArtifacts(str(place() / "model")))


CODE = 'import mlflow\nmlflow.set_tracking_uri("http://h:5000")\nos.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{x}"\n'


@reader("code that names a store", CODE, "export MLFLOW_TRACKING_URI=http://h # x\n")
def names_a_store(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    _python(text)
    _shell(text)
    code.offers(code.read([str(at("train.py", data))]))


@reader("the search for stores", META, "outs:\n- a\n- path: b\nstages:\n  a:\n    outs:\n    - c:\n", kind="yaml")
def search(data: bytes) -> None:
    for name in ("dvc.yaml", "x.dvc", "runs/0/meta.yaml", ".gitignore", "mlflow.db"):
        at(f"searched/{name}", data)
    walk(place() / "searched")
