"""The keys of DVC's metrics files: candidates for the primary metric."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mltui.model.documents import from_json, from_toml
from mltui.sources.dvc import readable

#: A metrics file larger than this is a table.
LARGEST_BYTES = 1 << 20


def metric_keys(answer: Mapping[str, Any]) -> list[str]:
    """Dotted keys of the numbers in the metrics files of the child's `resolve` answer, in DVC's order."""
    paths = [out["path"] for stage in answer["stages"] for out in stage["outs"] if out["metric"] and out["local"]]
    for declaring, items in answer["metrics"].items():
        paths += [str(Path(declaring).parent / str(item)) for item in items]
    return list(dict.fromkeys(key for path in dict.fromkeys(paths) for key in numbers(read(Path(path)))))


def read(path: Path) -> Any:
    """A metrics file's content, None if there is none or it is no metrics file."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            return None
        return parse(path.name, path.read_bytes())
    except (OSError, ValueError):
        return None


def parse(name: str, content: bytes) -> Any:
    """JSON, YAML or TOML by its name. Raises ValueError."""
    suffix = name.rpartition(".")[2].lower()
    if suffix == "json":
        return from_json(content)
    if suffix in ("yaml", "yml"):
        return readable.parse(content)
    if suffix == "toml":
        return from_toml(content.decode())
    raise ValueError(f"{name} is no metrics file that mltui reads")


def numbers(value: Any, prefix: str = "") -> dict[str, float]:
    """{dotted key: number} of the leaves; booleans and text are none."""
    if isinstance(value, Mapping):
        found: dict[str, float] = {}
        for key, item in value.items():
            found.update(numbers(item, f"{prefix}.{key}" if prefix else str(key)))
        return found
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with suppress(OverflowError):  # a number of 400 digits is none that a chart has
            return {prefix: float(value)} if prefix else {}
    return {}
