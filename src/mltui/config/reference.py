"""The table of settings in docs/configuration.md, made from the keys.

``python -m mltui.config.reference`` writes it anew; a test holds the page to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from mltui.config import Config
from mltui.config.keys import KEYS, Key, Kind

#: Around the table in the page.
BEGIN: Final = "<!-- made by python -m mltui.config.reference -->"
END: Final = "<!-- /made -->"

#: What each key means, by its name in a file. Where the default is no value, what stands in for it is told first.
MEANING: Final[Mapping[str, tuple[str, str]]] = {
    "python": (
        "`$VIRTUAL_ENV`, `$CONDA_PREFIX`, the project's `.venv`, mltui's own",
        "the interpreter that work with dvc and mlflow runs in; one that git has is used after `mltui trust` only "
        "([gates.md](gates.md))",
    ),
    "experiments": ("see below", "globs of the experiments that belong to this project; also `[mlflow] experiments`"),
    "read_only": ("", "refuse every action"),
    "theme": ("", "name of a theme"),
    "ascii": ("", "draw with ASCII only"),
    "mlflow.store": ("the store with the most recent run start", "the store to show: a URI or a path"),
    "mlflow.registry": ("the store", "the model registry, if it is another"),
    "mlflow.experiments": ("see below", "as `experiments`"),
    "metrics.primary": (
        "the first gate's, else guessed, marked `?`; `M` chooses",
        "the metric every table shows first",
    ),
    "metrics.goal": ("unknown", "which way is better, metric by metric"),
    "run.log": (
        "none",
        "globs of the files that hold the log of a run; `{run_id}` and `{run_name}` stand for the run's, a `/` in a "
        "name for `_`",
    ),
    "runs.view": ("the view used last", "the named view (`V`) that the table of runs begins with"),
    "data.outs": ("none", "pipeline outputs that are datasets"),
    "status.hash_file_bytes": ("", "larger files are never hashed unasked"),
    "status.hash_dir_bytes": ("", "larger directories are never hashed unasked"),
    "status.hash_dir_files": ("", "fuller directories are never hashed unasked"),
    "retrain.executor": (
        "",
        "who runs a retrain: the name of an `[executors.NAME]`, or a kind ([executors.md](executors.md))",
    ),
    "retrain.overrides_in": (
        "",
        "how a retrain with other params runs: in a copy, or in the `workspace` ([retrain.md](retrain.md) says what "
        "that can leave behind)",
    ),
    "retrain.stop_grace": ("", "seconds that a training has after SIGINT before it gets SIGTERM"),
    "notify.bell": ("", "ring the terminal's bell when something of `notify.on` ends"),
    "notify.desktop": (
        "",
        "`osc9` or `osc777`: ask the terminal for a notification too ([terminal.md](terminal.md))",
    ),
    "notify.on": ("", "whose end is told: `job` is what mltui started, `run` any run in scope"),
    "notify.passthrough": ("", "wrap notifications for tmux (`allow-passthrough on`) or GNU screen"),
    "terminal.title": ("", "project, branch and state in the window's title"),
    "terminal.copy": (
        "",
        "how a copy leaves mltui: `osc52` if your terminal takes it for certain, `select` shows the text to be "
        "selected ([terminal.md](terminal.md))",
    ),
    "isolated.link": ("none", "ignored or untracked paths that jobs in a directory of their own get as links"),
    "promote": (
        "none",
        "what promotions have to hold to, with `protected`, `via`, `command`, `timeout` ([gates.md](gates.md)); the "
        "committed copy counts",
    ),
    "gates": (
        "none",
        "`[[gates]]`: what has to hold before a version may be promoted ([gates.md](gates.md)); the committed copy "
        "counts",
    ),
    "executors": (
        "none",
        'tables with a `kind` each: `[executors.cluster]` with `kind = "slurm"` ([executors.md](executors.md))',
    ),
}
#: How a value is written in the environment.
_WRITTEN: Final[Mapping[Kind, str]] = {"texts": " (`a,b`)", "goals": " (`auc=max,loss=min`)"}
#: Variables of MLflow's own that say the same.
_MLFLOWS: Final = {"mlflow.store": "MLFLOW_TRACKING_URI", "mlflow.registry": "MLFLOW_REGISTRY_URI"}


def table() -> str:
    """Markdown: key, variable, default, meaning."""
    lines = ["| key | variable | default | meaning |", "| --- | --- | --- | --- |"]
    for key in KEYS:
        default, meaning = MEANING[key.name]
        lines.append(f"| `{key.name}` | {_variable(key)} | {default or _default(key)} | {meaning} |")
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with its table made anew. Raises `ValueError` if its marks are not there."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table()}\n{END}{after}"


def _variable(key: Key) -> str:
    names = [f"`{name}`" for name in (key.variable, _MLFLOWS.get(key.name, "")) if name]
    return ", ".join(names) + (_WRITTEN.get(key.kind, "") if key.variable else "")


def _default(key: Key) -> str:
    """Of the field; "" of one that is empty."""
    value = next(each.default for each in fields(Config) if each.name == key.field)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple) and value:
        return f"`{list(value)}`".replace("'", '"')
    return f"`{value}`" if value not in ("", None, ()) else ""


if __name__ == "__main__":
    from pathlib import Path

    target = Path(__file__).parents[3] / "docs" / "configuration.md"
    target.write_text(page(target.read_text(encoding="utf-8")), encoding="utf-8")
