"""Where the things of a lineage are at home, and what is said of those that are there no more."""

from __future__ import annotations

from mltui.model.key_names import key_of
from mltui.model.lineage.graph import Graph, Node
from mltui.present.lineage_words import node_text
from mltui.present.models import held
from mltui.present.text import safe
from mltui.tui.places.base import Parts
from mltui.tui.places.parts import runs_of, value


def home(node: Node, graph: Graph, parts: Parts) -> tuple[str, str] | None:
    """The place that knows more of a node, and its key there; None where no place does."""
    if node.kind == "commit":
        return "history", node.name
    if node.kind == "params" and node.name.startswith("model:"):
        return "models", node.name.removeprefix("model:")
    if node.kind in ("run", "params", "worktree"):
        return "runs", node.name
    if node.kind == "model":
        return "models", node.name
    if node.name.startswith("?@"):
        return None
    if node.kind in ("stage", "entry"):
        return "pipeline", node.name if node.kind == "stage" else node.name.rpartition("@")[0]
    if node.kind == "alias":
        held_by = (edge.source for edge in graph.into.get(node.id, ()))
        return next((("models", graph.nodes[id].name) for id in held_by if graph.nodes[id].kind == "model"), None)
    return _of_data(node.name.rpartition("@")[0], parts)


def _of_data(path: str, parts: Parts) -> tuple[str, str] | None:
    """A dataset, else the stage that writes the file."""
    pipeline = value(parts.get("pipeline"))
    if pipeline is None or any(dataset.path == path for dataset in pipeline.datasets):
        return "data", path
    writes = (stage.address for stage in pipeline.stages if any(out.path == path for out in stage.outs))
    return next((("pipeline", address) for address in writes), None)


def _is_read(path: str, parts: Parts) -> bool:
    """Whether a stage of the worktree reads the file, as it does its code: git has that."""
    pipeline = value(parts.get("pipeline"))
    return pipeline is not None and any(dep.path == path for stage in pipeline.stages for dep in stage.deps)


def gone(node: Node, target: tuple[str, str] | None, parts: Parts) -> str:
    """Why there is nothing to go to; "" where there is, and while nobody knows."""
    if target is None:
        if node.name.startswith("?@"):
            return f"which {node.kind} that was nobody knows"
        if node.kind == "data":
            path = node.name.rpartition("@")[0]
            if _is_read(path, parts):
                return f"no place shows {safe(path)}: stages read it, but DVC does not track it"
            return f"nothing in this worktree tracks {safe(path)} any more"
        return f"no place shows {node_text(node)}"
    place, key = target
    if place == "runs":
        runs, experiments = value(parts.get("runs")), value(parts.get("experiments")) or ()
        known = {run.run_id for run in runs_of(parts.get("runs"))} | {each.commit for each in experiments}
        if runs is not None and runs.complete and key not in known:
            choose = f"{key_of('experiments')}, {key_of('experiments.all')}"
            return f"{node_text(node)} is not in Runs: deleted, or of an experiment that is not in scope ({choose})"
    elif place == "history":
        history = value(parts.get("history"))
        if history is not None and history.complete and not any(each.sha == key for each in history.commits):
            return f"{node_text(node)} is not in History: not in this clone, or on no branch that is shown"
    elif place == "models":
        models = value(parts.get("models"))
        if models is not None and not any(each.key == key for each in held(models, {})):
            return f"{safe(key)} is not in the registry any more"
    elif place == "pipeline":
        pipeline = value(parts.get("pipeline"))
        if pipeline is not None and not any(stage.address == key for stage in pipeline.stages):
            return f"no dvc.yaml of this worktree has the stage {safe(key)} any more"
    return ""
