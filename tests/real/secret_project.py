"""A project that logins lie around in, wherever people and tools leave them. Each has a word of `CANARIES` in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import dvc_project as dp
from git_repository import git, make

#: Where each lies. A training's own command and output are the user's text: they are none of these.
CANARIES = {
    name: f"canary{number}x7Zq"
    for number, name in enumerate(
        (
            "env",
            "dotenv",
            "remote",
            "dvc",
            "server",
            "database",
            "gate",
            "tag",
            "source",
            "dataset",
            "signature",
            "header",
            "artifact",
            "dep",
            "imported",
            "repository",
            "package",
            "webhook",
            "executor",
            "extraheader",
        )
    )
}
C = CANARIES
#: Of the process itself.
ENVIRONMENT = {
    "MLFLOW_TRACKING_USERNAME": "ada",
    "MLFLOW_TRACKING_PASSWORD": C["env"],
    "MLFLOW_TRACKING_TOKEN": f"{C['env']}-token",
    "AWS_SECRET_ACCESS_KEY": f"{C['env']}-aws",
    "AZURE_STORAGE_CONNECTION_STRING": f"AccountKey={C['env']}==;EndpointSuffix=core.windows.net",
    "DATABRICKS_TOKEN": f"{C['env']}-dapi",
    "SLACK_WEBHOOK_URL": f"https://hooks.example.org/services/T0/{C['webhook']}",
}
SERVER = f"http://ada:{C['server']}@127.0.0.1:1/mlflow"
DATABASE = f"postgresql://ada:{C['database']}@127.0.0.1:1/mlflow"

RUNS = """
import json, sys
import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag
uri, commit = sys.argv[1:3]
tag, source, dataset, signature, artifact = json.loads(sys.argv[3])
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
exp = client.create_experiment("churn", f"s3://ada:{artifact}@store.example.org/churn")
for number in range(2):
    run = client.create_run(exp, run_name=f"run{number}", tags={
        "mlflow.source.git.commit": commit,
        "mlflow.source.git.repoURL": f"https://ada:{tag}@git.example.org/churn.git",
        "mlflow.source.name": f"https://ada:{source}@git.example.org/churn",
    })
    id = run.info.run_id
    client.log_metric(id, "auc", 0.8 + number / 10)
    told = Dataset("rows", "abc", "http", json.dumps({"url": f"https://ada:{dataset}@data.example.org/rows.csv"}))
    client.log_inputs(id, [DatasetInput(told, [InputTag("mlflow.data.context", "training")])])
    client.set_terminated(id)
client.create_registered_model("churn")
client.create_model_version("churn", f"https://blob.example.org/m?sig={signature}&sp=r", id)
client.set_registered_model_alias("churn", "champion", "1")
"""


def build(folder: Path) -> Path:
    root = make(folder / "project")
    dp.dvc(root, "init", "-q")
    dp.write(
        root,
        {"train.py": "open('model.bin', 'w').write('made')", ".gitignore": "/mlflow.db*\n/mlruns/\n/.env\n/*.csv\n"},
    )
    dp.write(
        root,
        {
            "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.bin]\n"
            + _DEP
        },
    )
    dp.write(root, {"requirements.txt": "pandas\n"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "nothing yet")
    dp.write(root, {"mltui.toml": _settings(), "requirements.txt": _PACKAGE, "dvc.lock": _LOCK})
    dp.write(root, {"far.csv.dvc": _FAR, "near.csv.dvc": _NEAR, "far.csv": "rows\n", "rows.csv": "rows\n"})
    dp.dvc(root, "remote", "add", "-q", "-d", "store", f"https://ada:{C['dvc']}@dvc.example.org/store")
    dp.dvc(root, "remote", "modify", "-q", "--local", "store", "password", C["dvc"])
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    git(root, "config", "http.https://git.example.org/.extraheader", f"AUTHORIZATION: basic {C['extraheader']}")
    git(root, "remote", "add", "origin", f"https://ada:{C['remote']}@git.example.org/churn.git")
    words = json.dumps([C[name] for name in ("tag", "source", "dataset", "signature", "artifact")])
    dp.run(root, sys.executable, "-c", RUNS, f"sqlite:///{root}/mlflow.db", git(root, "rev-parse", "HEAD"), words)
    dp.write(root, {".env": f"MLFLOW_TRACKING_PASSWORD={C['dotenv']}\nAWS_SECRET_ACCESS_KEY={C['dotenv']}\n"})
    return root


def _settings() -> str:
    """A gate whose command has a token, which is judged by every promotion; one that is told where to say it; and a box
    that is called by an address."""
    return f"""\
[[gates]]
metric = "metrics.auc >= 0.5"
[[gates]]
command = "curl -H 'Authorization: Bearer {C["header"]}' --token {C["gate"]} https://ada:{C["gate"]}@127.0.0.1:1/"
[[gates]]
command = "curl https://hooks.slack.com/services/T0/B0/{C["webhook"]}"
[executors.box]
kind = "ssh"
host = "ssh://ada:{C["executor"]}@127.0.0.1:1"
path = "/nowhere"
"""


#: What the pipeline and data depend on elsewhere, and what the environment is made of.
ADDRESS = f"https://ada:{C['dep']}@data.example.org/rows.csv?sig={C['dep']}"
_DEP = f"  fetch:\n    cmd: echo rows > rows.csv\n    deps: ['{ADDRESS}']\n    outs: [rows.csv]\n"
_LOCK = f"""\
schema: '2.0'
stages:
  fetch:
    cmd: echo rows > rows.csv
    deps:
    - path: {ADDRESS}
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 5
    outs:
    - path: rows.csv
      hash: md5
      md5: 31bedde3a6a5ff1ef7f35d06b3fc8c37
      size: 5
"""
_PACKAGE = f"pandas\ntools @ git+https://{C['package']}@git.example.org/tools.git\n"
_FAR = f"""\
frozen: true
deps:
- path: https://ada:{C["imported"]}@data.example.org/far.csv?X-Amz-Signature={C["imported"]}
  size: 5
outs:
- md5: 31bedde3a6a5ff1ef7f35d06b3fc8c37
  size: 5
  hash: md5
  path: far.csv
"""
_NEAR = f"""\
frozen: true
deps:
- path: near.csv
  repo:
    url: https://{C["repository"]}@git.example.org/data.git
    rev_lock: 0123456789abcdef0123456789abcdef01234567
outs:
- md5: 31bedde3a6a5ff1ef7f35d06b3fc8c37
  size: 5
  hash: md5
  path: near.csv
"""
