"""Where the results of runs were committed, of the last join, in a small file beside the graph: a trend needs no more.

The graph of ten thousand runs takes 0.3 s to read, this a few milliseconds. It stands as long as no ref moves, whatever
is logged meanwhile: results are committed after their run ended, and a commit moves a ref. (A run that is logged with
times of the past is the exception: it has its place with the next commit, or join.)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from mltui.errors import SourceError
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.results import committed_in
from mltui.sources.cachedir import get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.dvc.history.brief import place
from mltui.sources.lineage.kept import key_of
from mltui.sources.places import Project

NAME = "results.json"


@dataclass(frozen=True, slots=True)
class Results:
    """Full hashes of commits by the ids of the runs whose results are in them. `stands`: no ref moved since."""

    commits: Mapping[str, str] = field(default_factory=dict)
    stands: bool = False


#: What a mark is called, and the commits.
_Known = tuple[str, Mapping[str, str]]


class ResultsIndex:
    """What the last join found, of this session or of a former one. For any thread; nobody waits for a join here."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._looked = False

    def of(self, mark: Hashable) -> Results:
        """What is known, and whether it is of this mark of the join."""
        known = self._last()
        return Results() if known is None else Results(known[1], known[0] == key_of(mark))

    def moves(self) -> Hashable:
        """Another one where something else was found; None as long as there was no join."""
        known = self._last()
        return None if known is None else (known[0], hash(frozenset(known[1].items())))

    def take(self, mark: Hashable, graph: Graph, *, keep: bool) -> None:
        """Know it of this graph; `keep` it for the next start too."""
        key, found = key_of(mark), committed_in(graph)
        if self._last() == (key, found):
            return
        with self._lock:
            self._known = key, found
        if keep:
            try:
                document = json.dumps({"key": key, "commits": found}, separators=(",", ":"))
                keep_entry(str(place(self._project, NAME)), document.encode(errors="surrogatepass"))
            except (OSError, SourceError):
                return  # a cache that can't be written costs time, nothing else

    def _last(self) -> _Known | None:
        with self._lock:
            if self._known is None and not self._looked:
                self._looked = True
                self._known = self._read()
            return self._known

    def _read(self) -> _Known | None:
        try:
            document = json.loads(get(str(place(self._project, NAME))))
            return str(document["key"]), {str(run): str(sha) for run, sha in document["commits"].items()}
        except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError, SourceError):
            return None
