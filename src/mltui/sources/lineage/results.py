"""Where the results of runs were committed, of the last join, in a small file beside the graph: a trend needs no more.

The graph of ten thousand runs takes 0.3 s to read, this a few milliseconds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from mltui.errors import SourceError
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.results import committed_in
from mltui.sources.cachedir import put
from mltui.sources.dvc.history.brief import place
from mltui.sources.lineage.kept import key_of
from mltui.sources.places import Project

NAME = "results.json"


@dataclass(frozen=True, slots=True)
class Results:
    """Full hashes of commits by the ids of the runs whose results are in them. `stands`: nothing moved since."""

    commits: Mapping[str, str] = field(default_factory=dict)
    stands: bool = False


class ResultsIndex:
    """What the last join found, of this session or of a former one. For any thread; nobody waits for a join here."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._known: tuple[str, Mapping[str, str]] | None = None
        self._looked = False

    def of(self, mark: Hashable) -> Results:
        """What is known, and whether it is of this mark of the join."""
        known = self._last()
        return Results() if known is None else Results(known[1], known[0] == key_of(mark))

    def key(self) -> str:
        """Moves with every join that another state was read for; "" as long as there was none."""
        known = self._last()
        return "" if known is None else known[0]

    def take(self, mark: Hashable, graph: Graph, *, keep: bool) -> None:
        """Know it of this graph; `keep` it for the next start too."""
        key, known = key_of(mark), self._last()
        if known is not None and known[0] == key:
            return
        found = committed_in(graph)
        with self._lock:
            self._known = key, found
        if keep:
            try:
                document = json.dumps({"key": key, "commits": found}, separators=(",", ":"))
                put(str(place(self._project, NAME)), document.encode(errors="surrogatepass"))
            except (OSError, SourceError):
                return  # a cache that can't be written costs time, nothing else

    def _last(self) -> tuple[str, Mapping[str, str]] | None:
        with self._lock:
            if self._known is None and not self._looked:
                self._looked = True
                self._known = self._read()
            return self._known

    def _read(self) -> tuple[str, Mapping[str, str]] | None:
        try:
            document = json.loads(place(self._project, NAME).read_bytes())
            return str(document["key"]), {str(run): str(sha) for run, sha in document["commits"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, SourceError):
            return None
