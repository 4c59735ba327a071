"""What can be configured: the name of each key in a file, in the environment, and what it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["text", "flag", "count", "texts", "goals", "tables", "table", "rows"]

GOALS = ("max", "min")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: `name` in a file (dotted for a table), the `field` of `Config`, and its `kind`.

    `variable` is its environment variable. `base` says that relative paths are meant from the file's directory.
    `choices` are the words it may be, or be made of; any where there are none.
    """

    name: str
    field: str
    kind: Kind
    variable: str
    base: bool = False
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Any:
        """`value`, as it is. Raises `ValueError` if it is none of the choices."""
        for each in (value,) if isinstance(value, str) else value if self.choices else ():
            if self.choices and each not in self.choices:
                raise ValueError(f"must be {' or '.join(self.choices)}, not {each}")
        return value


KEYS = (
    Key("experiments", "experiments", "texts", "MLTUI_EXPERIMENTS"),
    Key("python", "python", "text", "MLTUI_PYTHON", base=True),
    Key("read_only", "read_only", "flag", "MLTUI_READ_ONLY"),
    Key("theme", "theme", "text", "MLTUI_THEME"),
    Key("ascii", "ascii", "flag", "MLTUI_ASCII"),
    Key("mlflow.store", "store", "text", "MLTUI_STORE", base=True),
    Key("mlflow.registry", "registry", "text", "MLTUI_REGISTRY", base=True),
    Key("mlflow.experiments", "experiments", "texts", "MLTUI_EXPERIMENTS"),
    Key("metrics.primary", "primary", "text", "MLTUI_PRIMARY"),
    Key("metrics.goal", "goals", "goals", "MLTUI_GOAL"),
    Key("run.log", "run_logs", "texts", "MLTUI_RUN_LOG", base=True),
    Key("runs.view", "view", "text", "MLTUI_VIEW"),
    Key("data.outs", "data_outs", "texts", "MLTUI_DATA_OUTS"),
    Key("status.hash_file_bytes", "hash_file_bytes", "count", "MLTUI_HASH_FILE_BYTES"),
    Key("status.hash_dir_bytes", "hash_dir_bytes", "count", "MLTUI_HASH_DIR_BYTES"),
    Key("status.hash_dir_files", "hash_dir_files", "count", "MLTUI_HASH_DIR_FILES"),
    Key("retrain.executor", "executor", "text", "MLTUI_EXECUTOR"),
    Key("retrain.overrides_in", "overrides_in", "text", "MLTUI_OVERRIDES_IN"),
    Key("retrain.stop_grace", "stop_grace", "count", "MLTUI_STOP_GRACE"),
    Key("notify.bell", "bell", "flag", "MLTUI_NOTIFY_BELL"),
    Key("notify.desktop", "desktop", "text", "MLTUI_NOTIFY_DESKTOP", choices=("off", "osc9", "osc777")),
    Key("notify.on", "notify_on", "texts", "MLTUI_NOTIFY_ON", choices=("job", "run")),
    Key("notify.passthrough", "passthrough", "flag", "MLTUI_NOTIFY_PASSTHROUGH"),
    Key("terminal.title", "title", "flag", "MLTUI_TERMINAL_TITLE"),
    Key("terminal.copy", "copy_by", "text", "MLTUI_TERMINAL_COPY", choices=("auto", "osc52", "select")),
    Key("isolated.link", "links", "texts", "MLTUI_ISOLATED_LINK"),
    Key("executors", "executors", "tables", ""),
    Key("promote", "promote", "table", ""),
    Key("gates", "gates", "rows", ""),
)
BY_NAME: Mapping[str, Key] = {key.name: key for key in KEYS}
TABLES = frozenset(key.name.partition(".")[0] for key in KEYS if "." in key.name)

WANTED: Mapping[Kind, str] = {
    "text": "a string",
    "flag": "true or false",
    "count": "a whole number, not negative",
    "texts": "a list of strings",
    "tables": 'tables with a kind each, like [executors.cluster] kind = "slurm"',
    "table": 'a table, like [promote] protected = ["champion"]',
    "rows": 'tables, like [[gates]] metric = "metrics.auc >= 0.8"',
    "goals": 'a table of "max" and "min", like goal = {"val/auc" = "max"}',
}


def from_file(kind: Kind, value: Any) -> Any:
    """`value` as a TOML file holds it, made what `Config` holds. Raises `ValueError` if it is of another type."""
    fits = (
        (kind == "text" and isinstance(value, str))
        or (kind == "flag" and isinstance(value, bool))
        or (kind == "count" and isinstance(value, int) and not isinstance(value, bool) and value >= 0)
    )
    if fits:
        return value
    if kind == "texts" and isinstance(value, str):
        return (value,)
    if kind == "texts" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if kind == "goals" and isinstance(value, dict) and all(goal in GOALS for goal in value.values()):
        return dict(value)
    if kind == "tables" and isinstance(value, dict) and all(isinstance(table, dict) for table in value.values()):
        return {name: dict(table) for name, table in value.items()}
    if kind == "table" and isinstance(value, dict):
        return MappingProxyType(value)
    if kind == "rows" and isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return tuple(MappingProxyType(row) for row in value)
    raise ValueError(f"must be {WANTED[kind]}")


def from_text(kind: Kind, value: str) -> Any:
    """`value` of an environment variable: lists are separated by commas, goals are ``auc=max,loss=min``."""
    if kind == "text":
        return value
    if kind == "texts":
        return tuple(item.strip() for item in value.split(",") if item.strip())
    if kind == "flag":
        if value.lower() in ("1", "true", "yes", "on"):
            return True
        if value.lower() in ("0", "false", "no", "off", ""):
            return False
    elif kind == "count" and value.isdecimal():
        return int(value)
    elif kind == "goals":
        pairs = [item.strip().rpartition("=") for item in value.split(",") if item.strip()]
        if all(key and goal in GOALS for key, _, goal in pairs):
            return {key: goal for key, _, goal in pairs}
    raise ValueError(f"must be {WANTED[kind]}")
