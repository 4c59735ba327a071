"""`mltui why`: one line, to be pasted into a review or an incident; ASCII arrows, so that it survives everywhere."""

from __future__ import annotations

from collections.abc import Callable

from mltui.model.lineage.graph import EdgeKind, Node
from mltui.model.lineage.naming import EXPERIMENT
from mltui.model.lineage.why import Read, Why, digits, hash_of
from mltui.model.remote import RemoteAnswer
from mltui.present.text import as_of

#: Datasets named in the line; more are counted.
MOST = 4


#: What is known of a content on DVC's remote, by its hash: whether it is there, and when that was asked (epoch ms).
Pushed = Callable[[str], RemoteAnswer | None]


def why_line(found: Why, pushed: Pushed = lambda hash: None, now: int = 0) -> str:
    """``churn/4 @champion <- run stormy-hare 1a2b3c4d <- commit 3f2a1c9 (clean) <- customers.csv v3 … <- lr=0.1``."""
    links = [" ".join((_called(found.root), *(f"@{alias}" for alias in found.aliases)))]
    if found.run is not None:
        links.append(f"run {found.run.label} {found.run.name[:8]}" + _mark(found.run_kind))
    elif found.root.kind != "run" and not found.commits:
        links.append("run unknown")
    links.append(_commits(found))
    links.append(_data(found.data, pushed, now))
    links.append(found.params or "no params")
    return " <- ".join(links)


def _called(node: Node) -> str:
    if node.kind == "run":
        return f"run {node.label} {node.name[:8]}"
    return f"commit {node.label}" if node.kind == "commit" else node.label


def _mark(kind: EdgeKind) -> str:
    return "" if kind == "recorded" else f" ({kind})"


def _commits(found: Why) -> str:
    if not found.commits:
        return "commit not recorded"
    dirty = {True: "+dirty", False: "clean", None: "dirty? not recorded"}[found.dirty]
    names = [f"{node.label}{_mark(kind)}" for node, kind in found.commits]
    results = [f"results in {node.label}" for node in found.results]
    made_so = found.root.note == EXPERIMENT  # its commit holds all that it was made with
    ran = not made_so and (found.run is not None or found.root.kind == "run")
    beside = "; ".join(([dirty] if ran else []) + results)
    return f"commit {', '.join(names)}" + (f" ({beside})" if beside else "")


def _data(data: tuple[Read, ...], pushed: Pushed, now: int) -> str:
    if not data:
        return "data not known (mltui doctor says how to record it)"
    shown = [_read(each, pushed, now) for each in data[:MOST]]
    return ", ".join(shown) + (f" and {len(data) - MOST} more" if len(data) > MOST else "")


def _read(each: Read, pushed: Pushed, now: int) -> str:
    if each.node.id.startswith("data:?@"):  # nobody knows which content it was
        return f"{each.node.label} ({each.kind})"
    return f"{each.node.label} md5:{digits(each.node)} ({each.kind}, {_remote(pushed(hash_of(each.node)), now)})"


def _remote(answer: RemoteAnswer | None, now: int) -> str:
    if answer is None:
        return "remote not asked"
    return f"{'pushed' if answer.there else 'not pushed'}, {as_of(answer.asked, now)}"
