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
}
SERVER = f"http://ada:{C['server']}@127.0.0.1:1/mlflow"
DATABASE = f"postgresql://ada:{C['database']}@127.0.0.1:1/mlflow"

RUNS = """
import json, sys
import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag
uri, commit = sys.argv[1:3]
tag, source, dataset, signature = json.loads(sys.argv[3])
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
exp = client.create_experiment("churn")
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
    dp.write(root, {"train.py": "open('model.bin', 'w').write('made')", ".gitignore": "/mlflow.db*\n/mlruns/\n/.env\n"})
    dp.write(
        root, {"dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.bin]\n"}
    )
    dp.write(root, {"mltui.toml": _settings()})
    dp.dvc(root, "remote", "add", "-q", "-d", "store", f"https://ada:{C['dvc']}@dvc.example.org/store")
    dp.dvc(root, "remote", "modify", "-q", "--local", "store", "password", C["dvc"])
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    git(root, "remote", "add", "origin", f"https://ada:{C['remote']}@git.example.org/churn.git")
    words = json.dumps([C[name] for name in ("tag", "source", "dataset", "signature")])
    dp.run(root, sys.executable, "-c", RUNS, f"sqlite:///{root}/mlflow.db", git(root, "rev-parse", "HEAD"), words)
    dp.write(root, {".env": f"MLFLOW_TRACKING_PASSWORD={C['dotenv']}\nAWS_SECRET_ACCESS_KEY={C['dotenv']}\n"})
    return root


def _settings() -> str:
    """A gate whose command has a token, which is judged by every promotion."""
    return f"""\
[[gates]]
metric = "metrics.auc >= 0.5"
[[gates]]
command = "curl -H 'Authorization: Bearer {C["header"]}' --token {C["gate"]} https://ada:{C["gate"]}@127.0.0.1:1/"
"""
