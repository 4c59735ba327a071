"""What the content of a file says, as JSON can keep it: the numbers of a metrics file, the hashes of a .dvc file…

By the kind of the file: ``{key: number}`` of a metrics file; of a .dvc file and a dvc.lock rows of (stage or None, path
relative to the file, hash); of a dvc.yaml the metrics files it declares, relative to it. A content that can't be parsed
says nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from mltui.sources.dvc import readable
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.declared import Declared, declared
from mltui.sources.dvc.experiment_values import LARGEST_BYTES
from mltui.sources.dvc.metrics import numbers, parse
from mltui.sources.dvc.recorded import stage_file
from mltui.sources.git.blobs import BlobReader

#: Metrics files go by these names where nobody declares any; a blob is one of them by `is_metrics`.
_STEMS = ("metrics", "summary", "score", "results")
METRICS = tuple(f"{stem}*.{ending}" for stem in _STEMS for ending in ("json", "yaml", "yml"))
#: A dvc.lock of a thousand stages is larger than any metrics file.
_LARGEST_LOCK = 32 << 20


def is_metrics(path: str) -> bool:
    """Whether a file is taken for a metrics file by its name alone."""
    name = path.rpartition("/")[2]
    stem, _, ending = name.rpartition(".")
    return ending in ("json", "yaml", "yml") and stem.startswith(_STEMS)


def top_of(path: str) -> str:
    """The folder of a file, "" at the top."""
    return path.rpartition("/")[0]


class Contents:
    """Reads blobs once. `says` is what was said so far, by blob id, and is added to."""

    def __init__(self, says: dict[str, Any]) -> None:
        self._says = says
        self._locks = LockParser()
        #: Of a dvc.lock only the outs are kept that may be one of these, or that one of these may lie in.
        self.wanted: tuple[str, ...] = ()

    def read(self, reader: BlobReader, rows: Sequence[tuple[str, str, str | None]]) -> set[str]:
        """Read what is new of `rows`; the ids of those that are not in this clone."""
        names = {blob: path for _, path, blob in rows if blob and blob not in self._says}
        missing = set()
        for blob, content in reader.read(list(names)):
            if content is None:
                missing.add(blob)
            else:
                self._says[blob] = self._said(names[blob], content)
        return missing

    def _said(self, path: str, content: bytes) -> Any:
        name = path.rpartition("/")[2]
        try:
            if name == "dvc.lock":
                return list(self._locked(content)) if len(content) <= _LARGEST_LOCK else []
            if len(content) > LARGEST_BYTES:
                return []
            if name == "dvc.yaml":
                return declared_in(declared(content))
            if name.endswith(".dvc"):
                return list(_tracked(readable.parse(content)))
            return kept_numbers(parse(name, content))
        except (ValueError, RecursionError):
            return {}

    def declared(self, row: tuple[str, str, str | None]) -> Iterator[str]:
        """Metrics files that a row's dvc.yaml declares, relative to the repository's top."""
        _, path, blob = row
        if path.endswith("dvc.yaml") and blob:
            for each in self._says.get(blob, ()):
                yield readable.joined(top_of(path), each)

    def _locked(self, content: bytes) -> Iterator[list[Any]]:
        for stage, entry in self._locks.stages(content).items():
            for out in readable.entries(entry.get("outs"), ""):
                if out.hash and any(f"/{out.path}/" in f"/{path}/" for path in self.wanted):
                    yield [stage, out.path, out.hash]


def kept_numbers(content: Any) -> dict[str, float | str]:
    """The numbers of a metrics file as JSON has them."""
    return {key: value if math.isfinite(value) else str(value) for key, value in numbers(content).items()}


def _tracked(content: Any) -> Iterator[list[Any]]:
    """Of a .dvc file; not of a stage file of DVC 0.x, which is no dataset."""
    said = stage_file(content, "")
    for out in said.outs if not said.is_stage else ():
        if out.hash:
            yield [None, out.path, out.hash]


def declared_in(said: Declared) -> list[str]:
    """The metrics files of a dvc.yaml, at its top and of its stages, relative to it; templated names are left out."""
    return [path for path in dict.fromkeys(said.at("").every_metric) if "${" not in path]


def loaded(content: bytes, path: str) -> dict[str, float | str]:
    """The numbers of a metrics file that DVC caches; none if it is no such file."""
    try:
        return kept_numbers(parse(path.rpartition("/")[2], content))
    except (ValueError, RecursionError, json.JSONDecodeError):
        return {}
