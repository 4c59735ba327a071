"""From facts to the model's `Pipeline`: what runs, what is stale because of what is upstream, what is a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from mltui.model.dvc import Dataset, Pipeline, Reason, RunningProcess, Stage, StageStatus
from mltui.sources.dvc.facts import ABSENT, OPEN, Facts, RootFacts


def settle(
    roots: Sequence[RootFacts],
    *,
    running: Collection[str],
    data_outs: Collection[str],
    settled: bool,
    cache_empty: bool,
) -> Pipeline:
    """The pipeline of all `roots`. `running` are the absolute paths that live processes write, by whom if they say."""
    taken = Counter(facts.stage.address for root in roots for facts in root.facts)
    stages: list[Stage] = []
    datasets: list[Dataset] = []
    for root in roots:
        names = {facts.stage.address: _qualified(facts.stage, root, taken) for facts in root.facts}
        for facts, stage in _resolved(root.facts, running):
            named = replace(
                stage,
                address=names[stage.address],
                parents=tuple(names.get(parent, parent) for parent in stage.parents),
                upstream=tuple(names[address] for address in stage.upstream),
                locked=facts.locked,
                runner=_runner(facts, running) if stage.status == "running" else None,
            )
            if facts.data:
                datasets += _data(facts, named, running)
            else:
                stages.append(named)
                datasets += _marked(named, data_outs)
    ages = [age for age in (*(s.as_of for s in stages), *(d.as_of for d in datasets)) if age is not None]
    return Pipeline(
        roots=tuple(root.root for root in roots),
        stages=tuple(stages),
        datasets=tuple(datasets),
        problems=tuple(problem for root in roots for problem in root.problems),
        as_of=min(ages, default=None),
        settled=settled,
        cache_empty=cache_empty,
        metric_keys=tuple(dict.fromkeys(key for root in roots for key in root.metric_keys)),
        artifacts=tuple(name for root in roots for name in root.artifacts),
        reader="; ".join(dict.fromkeys(root.reader for root in roots if root.reader)),
    )


def _qualified(stage: Stage, root: RootFacts, taken: Counter[str]) -> str:
    """DVC's address. Two projects in one git root may share one: then as DVC would say it from that root."""
    if taken[stage.address] < 2 or not root.root:
        return stage.address
    return stage.path if stage.path.endswith(".dvc") else f"{stage.path}:{stage.name}"


def _resolved(facts: Sequence[Facts], running: Collection[str]) -> Iterator[tuple[Facts, Stage]]:
    """Each stage with its final status and all that is not fresh above it, in the given order."""
    known = {one.stage.address: one for one in facts}
    final: dict[str, tuple[StageStatus, dict[str, None]]] = {}
    for one in facts:
        for address in _parents_first(one.stage.address, known, final):
            stage = known[address].stage
            above: dict[str, None] = {}
            for parent in () if stage.frozen else stage.parents:  # repro cuts a frozen stage off, too
                if parent in final and final[parent][0] != "fresh":
                    above.update(final[parent][1])
                    above[parent] = None
            above.pop(address, None)
            final[address] = (_status(known[address], running, bool(above)), above)
    for one in facts:
        status, above = final[one.stage.address]
        yield one, replace(one.stage, status=status, upstream=tuple(a for a in known if a in above))


def _parents_first(address: str, known: dict[str, Facts], done: Collection[str]) -> list[str]:
    """`address` behind all it depends on that is not `done`. A cycle is cut where it is entered."""
    order: list[str] = []
    path: list[tuple[str, bool]] = [(address, False)]
    seen = set(done)
    while path:
        current, expanded = path.pop()
        if expanded:
            order.append(current)
        elif current in known and current not in seen:
            seen.add(current)
            path.append((current, True))
            path += [(parent, False) for parent in known[current].stage.parents]
    return order


def _status(facts: Facts, running: Collection[str], upstream: bool) -> StageStatus:
    status = facts.stage.status
    if status != "unknown" and any(path in running for path in facts.writes):
        return "running"
    return "stale" if status == "fresh" and upstream else status


def _runner(facts: Facts, running: Collection[str]) -> RunningProcess | None:
    if not isinstance(running, Mapping):
        return None
    return next((running[path] for path in facts.writes if path in running), None)


def _data(facts: Facts, stage: Stage, running: Collection[str]) -> Iterator[Dataset]:
    """The outs of a .dvc file. Each has the file's verbatim entry, and the status its own changes give it."""
    paths = {out.path for out in stage.outs}
    for out, written in zip(stage.outs, facts.writes or (None,) * len(stage.outs), strict=False):
        others = paths - {out.path}
        reasons = tuple(reason for reason in stage.reasons if reason.path not in others)
        status = _data_status(reasons, stage.status, bool(stage.upstream))
        if status != "unknown" and written in running:
            status = "running"
        yield Dataset(
            path=out.path,
            address=stage.address,
            hash=out.hash,
            size=out.size,
            nfiles=out.nfiles,
            status=status,
            dvc=stage.dvc,
            reasons=reasons,
            imported=facts.imported,
            desc=stage.desc,
            as_of=stage.as_of,
        )


def _data_status(reasons: Sequence[Reason], whole: StageStatus, upstream: bool) -> StageStatus:
    if any(reason.kind in OPEN for reason in reasons) or (whole == "unknown" and not reasons):
        return "unknown"
    if reasons and ABSENT.issuperset(reason.change for reason in reasons):
        return "missing"
    return "stale" if reasons or upstream else "fresh"


def _marked(stage: Stage, data_outs: Collection[str]) -> Iterator[Dataset]:
    """The outs of a stage that the configuration calls datasets. Such a one is as its stage is."""
    for out in stage.outs:
        if out.path in data_outs:
            yield Dataset(
                path=out.path,
                address=stage.address,
                hash=out.hash,
                size=out.size,
                nfiles=out.nfiles,
                status=stage.status,
                dvc=stage.dvc,
                reasons=stage.reasons,
                desc=stage.desc,
                as_of=stage.as_of,
            )
