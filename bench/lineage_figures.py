"""The join of 10,000 runs with 20,000 commits and 300 stages: all of it, and what hangs together with one thing."""

from __future__ import annotations

import os
import random
from typing import Any

from bench.measure import Figure, Sample, in_turn, timed
from bench.projects import MLTUI, Place, large
from bench.warm import run

ROUNDS = 3
#: So many things of every kind are asked for, and those with most links.
ASKED = 40


def lineage() -> list[Figure]:
    """In a project that is open, as a screen asks for it; and the whole command, which stands on the kept graph."""
    from mltui.tui.collector import calm

    calm()
    place = large()
    os.environ |= {name: place.env[name] for name in ("MLTUI_CACHE_DIR", "XDG_STATE_HOME")}
    joined, kept = in_turn(ROUNDS, lambda: _loaded(place, forget=True), lambda: _loaded(place, forget=False))
    workspace = _opened(place)
    graph = workspace.lineage.load()
    taken = [timed(lambda id=id: workspace.lineage.around(id)) for id in _things(graph)]
    workspace.close()
    (command,) = in_turn(ROUNDS, lambda: run(place, MLTUI, "lineage", "stage_0001", "--json"))
    return [
        Figure(f"join of {len(graph.nodes):,} things by {len(graph.edges):,} links", joined, None, "", None),
        Figure("the same as it was kept", kept, None, "", None),
        Figure(f"lineage of a thing, median of {len(taken)}", Sample.of(taken), None, "", 100),
        Figure("lineage of a thing, the slowest", max(taken), None, "", 100),
        Figure("mltui lineage STAGE --json, the whole command", command, None, "", None),
    ]


def _things(graph: Any) -> list[str]:
    rng = random.Random(1)
    by_kind: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        by_kind.setdefault(node.kind, []).append(node.id)
    found = [id for ids in by_kind.values() for id in rng.sample(ids, min(ASKED, len(ids)))]
    linked = sorted(graph.nodes, key=lambda id: -len(graph.into.get(id, ())) - len(graph.out_of.get(id, ())))
    return found + linked[:ASKED]


def _opened(place: Place) -> Any:
    from mltui.actions.opening import open_workspace

    return open_workspace(place.path)


def _loaded(place: Place, *, forget: bool) -> float:
    from mltui.sources.places import cache_dir

    workspace = _opened(place)
    if forget:
        (cache_dir(workspace.project) / "lineage.json").unlink(missing_ok=True)
    workspace.reader()  # finding the stores is not what is measured
    try:
        return timed(workspace.lineage.load)
    finally:
        workspace.close()
