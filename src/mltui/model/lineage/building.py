"""The whole graph: runs as they were joined, what stages made of data, and models with their aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from mltui.model.dvc_history import LockEntry, StageKey
from mltui.model.lineage.committed import same
from mltui.model.lineage.edges import Made, add_experiments, add_run
from mltui.model.lineage.graph import Graph, Node
from mltui.model.lineage.joining import Joined
from mltui.model.lineage.naming import SHORT, alias_node, params_node, run_node, stage_node, version_node
from mltui.model.lineage.past import Past
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run


def build(joined: Iterable[Joined], models: Iterable[RegisteredModel], past: Past) -> Graph:
    """All of it."""
    made = Made(past)
    for one in joined:
        add_run(made, one)
    add_experiments(made)
    files = past.at(past.head) if past.head else None
    for entry, sha in past.entries:
        _entry(made, entry, sha, files.locked if files else {})
    _first_seen(made)
    for model in models:
        _model(made, model)
    return Graph.of(made.nodes.values(), made.edges, made.in_tree.values())


def _entry(made: Made, entry: LockEntry, sha: str, now: Mapping[StageKey, LockEntry]) -> None:
    """One execution of a stage, as dvc.lock has it: the stage itself if HEAD still has it."""
    address, number, short = entry.key.address, 0, sha[:SHORT]
    if same(now.get(entry.key), entry):
        made.nodes[f"stage:{address}"] = node = stage_node(entry.key, f"as at {short}")
    else:
        while (id := f"entry:{address}@{short}#{number}") in made.nodes:
            number += 1
        node = Node("entry", id, f"{address} at {short}", "", made.past.graph.time.get(sha))
    made.node(node)
    how = (
        f"{address if entry.key.name.startswith('./') else 'dvc.lock'} at {short}"  # a stage file of DVC 0.x is its own
    )
    made.edge(made.commit(sha), node.id, "recorded", f"{how} is the first that has it")
    edited = made.past.edited(entry)
    for dep in entry.deps:
        if dep.hash:
            why = edited.get(dep.path)
            made.edge(made.data(dep.path, dep.hash), node.id, "unknown" if why else "recorded", why or how)
    for out in entry.outs:
        if out.hash:
            made.edge(node.id, made.data(out.path, out.hash), "recorded", how)


def _first_seen(made: Made) -> None:
    """Versions of datasets that no stage made come from the commit that has them first."""
    past = made.past
    outs = {out.path for entry, _ in past.entries for out in entry.outs}
    for (path, hash), version in past.names.versions.items():
        if path not in outs:
            made.edge(
                made.commit(version.commit), made.data(path, hash), "recorded", "the first commit that has this version"
            )


def _model(made: Made, model: RegisteredModel) -> None:
    for version in model.versions:
        node = made.node(version_node(version))
        _origin(made, model, version, node)
        for alias in version.aliases:
            tag = version.tags.get(f"#{alias}") if model.source == "gto" else None  # a stage of GTO is a tag
            how = f"git tag {tag}" if tag else "alias of the registry"
            made.edge(node, made.node(alias_node(model.name, alias)), "recorded", how)
        if version.stage not in ("", "None"):
            made.edge(node, made.node(alias_node(model.name, version.stage)), "recorded", "stage of the registry")


def _origin(made: Made, model: RegisteredModel, version: ModelVersion, node: str) -> None:
    if made_by := version.source_run_id or version.run_id:
        id = f"run:{made_by}"
        if id in made.nodes:
            how = "model version's source run" if version.run_id else f"the run that logged model {version.model_id}"
            made.edge(id, node, "recorded", how)
        else:
            gone = Run(made_by, "", "run", "", "", "FINISHED", "active", None, None, None)
            missing = made.node(run_node(gone))
            made.edge(missing, node, "unknown", "its source run is not in this store, or out of scope")
    if model.source == "gto" and version.commit:
        tag = next(iter(version.tags.values()), "")  # the one that registered it, else one of a stage
        made.edge(made.commit(version.commit), node, "recorded", f"git tag {tag}")
        _declared(made, version, node)


def _declared(made: Made, version: ModelVersion, node: str) -> None:
    """What a version of GTO holds: the file that dvc.yaml declares at its commit, as DVC's files have it there."""
    commit, past = version.commit or "", made.past
    declared, files = past.artifact(commit, version.model), past.at(commit)
    if declared is None or files is None:
        return
    path, file = declared
    short = commit[:SHORT]
    if not path:
        why = f"{file} at {short}, which says what it holds, is not in this clone"
        made.edge(made.node(Node("data", f"data:?@{node}", "data it holds", why)), node, "unknown", why)
        return
    makers = {out.path: (out, entry) for entry in files.locked.values() for out in entry.outs}
    for at in (path, *map(str, PurePosixPath(path).parents)):  # DVC may track the directory it lies in
        content, entry = (files.tracked[at], None) if at in files.tracked else makers.get(at, (None, None))
        if content is None or not content.hash:
            continue
        how = f"artifacts: of {file} at {short}"
        made.edge(made.data(at, content.hash), node, "recorded", how if at == path else f"{how}: {path}")
        params = {key: value for each in entry.params.values() for key, value in each.items()} if entry else {}
        if entry is not None and params:
            how = f"dvc.lock at {short}, stage {entry.key.address}, which made it"
            why = next((why for file, why in past.edited(entry).items() if file in entry.params), "")
            made.edge(made.node(params_node(node, params)), node, "unknown" if why else "recorded", why or how)
        return
