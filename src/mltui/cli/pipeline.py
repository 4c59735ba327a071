"""`mltui pipeline`: stages with their states and the reasons, one of them whole, for people and for machines."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mltui.cli.as_of import at_document, opened_then, unknown_then
from mltui.cli.exits import NOTHING, OK
from mltui.cli.known import part_then, read_known, scene_of
from mltui.cli.opening import open_told
from mltui.cli.progress import Counted
from mltui.cli.saying import say, say_each
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.dvc import Pipeline, Stage
from mltui.model.part import Part, Problem
from mltui.model.stage_state import states_of
from mltui.present.pipeline_document import Asked
from mltui.present.stage_detail import GraphScene
from mltui.present.text import Span, line, safe
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mltui.cli.options import Options
    from mltui.sources.workspace import Workspace

#: Seconds that DVC may take to answer (CONTRACT).
WAIT = 30.0


@dataclass(frozen=True)
class PipelineAsked:
    """The options of `mltui pipeline`. `stage` is an address, a name or a group, `at` another time than now. `wait` for
    DVC where something moved; `remote`: it is asked."""

    stage: str | None = None
    at: str | None = None
    json: bool = False
    wait: bool = True
    remote: bool = False


def print_pipeline(options: Options, asked: PipelineAsked) -> int:
    """Print the stages and return the exit code. Raises `UsageError` for a stage that there is none of, `SourceError`
    where the pipeline can't be read, or the remote that was asked."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        if workspace.project.server:
            raise UsageError("a tracking server has no pipeline of DVC", "mltui -C DIRECTORY pipeline")
        workspace = opened_then(workspace, asked.at)
        pipeline = _read(workspace, asked.wait)
        shown = _chosen(pipeline, asked.stage)
        scene = _scene(workspace, pipeline)
        told, problems = _told(workspace, pipeline, shown, scene, asked)
        problems = (*pipeline.problems, *problems, *unknown_then(workspace))
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.pipeline_document import pipeline_document

            at = at_document(workspace.as_of)
            write_json(pipeline_document(pipeline, shown, scene, told, problems, at=at))
        else:
            _print_text(workspace, pipeline, shown, scene, told, whole=asked.stage is not None and len(shown) == 1)
        say_each(problems)
        return _code(workspace, pipeline)
    finally:
        workspace.close()


def _read(workspace: Workspace, wait: bool) -> Pipeline:
    source = workspace.pipeline
    found = source.load(WAIT) if wait else source.remembered()
    if found is None:
        raise NotFound("the pipeline's status is not known yet", "without --no-wait DVC is asked")
    part = part_then(workspace, Part("pipeline", found))
    if part.value is None:
        raise SourceError(part.problem.summary if part.problem else "", part.problem.hint if part.problem else "")
    return part.value


def _chosen(pipeline: Pipeline, word: str | None) -> Sequence[Stage]:
    """All in DAG order, or those that the word names: by address, by name, ``train@`` and ``train`` of a group."""
    from mltui.present.graph import in_order

    every = in_order(pipeline.stages)
    if word is None:
        return every
    group = word if word.endswith("@") else f"{word}@"
    for fits in (
        [stage for stage in every if stage.address == word],
        [stage for stage in every if stage.name == word],
        [stage for stage in every if stage.address.startswith(group) or stage.name.startswith(group)],
    ):
        if fits:
            return fits
    from difflib import get_close_matches

    near = get_close_matches(word, [name for stage in every for name in {stage.address, stage.name}], n=3)
    hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "mltui pipeline lists them"
    raise UsageError(f"no stage is called {word!r}", hint)


def _scene(workspace: Workspace, pipeline: Pipeline) -> GraphScene:
    jobs = part_then(workspace, Part("jobs", workspace.jobs.load())).value or ()
    now = workspace.as_of.at if workspace.as_of else now_ms()
    return GraphScene(
        pipeline, states_of(pipeline.stages, jobs), jobs, now, symbols(workspace.config), keys=False
    )  # fmt: skip


def _told(
    workspace: Workspace, pipeline: Pipeline, shown: Sequence[Stage], scene: GraphScene, asked: PipelineAsked
) -> tuple[Asked, tuple[Problem, ...]]:
    """What is told besides: what remotes said, and of one stage that was asked for its facts and its runs."""
    roots = {stage.address: workspace.stored.root_of(stage.path, pipeline.roots) for stage in shown}
    if asked.remote:
        _ask(workspace, shown, roots)
    known = {root: workspace.remote.known(root) for root in dict.fromkeys(roots.values())}
    remotes = {address: known[root] for address, root in roots.items()}
    if asked.stage is None or len(shown) != 1:
        return Asked(remotes=remotes), ()
    from mltui.model.stage_runs import runs_of_stage

    (stage,) = shown
    found = read_known(workspace, pipeline.metric_keys)
    problems = list(found.problems)
    graph, facts = None, None
    try:
        with Counted() as counted:
            graph = workspace.lineage.load(counted.tell_what)
        facts = workspace.stage_facts.of(stage)
    except SourceError as error:
        problems.append(Problem("git", error.summary, error.hint))
    made = runs_of_stage(stage.address, found.runs, scene.jobs, found.primary, graph)
    return Asked(facts, made, scene_of(workspace, found), remotes), tuple(problems)


def _ask(workspace: Workspace, stages: Sequence[Stage], roots: dict[str, Path]) -> None:
    """Ask each project's default remote for the outs that DVC caches. Raises `SourceError`."""
    from mltui.cli.ask_remote import ask_remotes

    hashes: dict[Path, list[str | None]] = {root: [] for root in roots.values()}
    for stage in stages:
        hashes[roots[stage.address]] += [out.hash for out in stage.outs if out.cached]
    ask_remotes(workspace, hashes, "out")


def _print_text(
    workspace: Workspace, pipeline: Pipeline, shown: Sequence[Stage], scene: GraphScene, told: Asked, *, whole: bool
) -> None:
    use_utf8()
    if whole:
        _print_stage(shown[0], scene, told)
    elif shown:
        from mltui.present.pipeline import stage_rows, summary
        from mltui.present.table_text import table_text

        some = replace(pipeline, stages=tuple(shown))
        rows = stage_rows(some, scene.symbols, scene.states)
        write(table_text(rows, columns() if is_terminal() else None))
        states = {stage.address: scene.states[stage.address] for stage in shown}
        write([(), summary(some, scene.symbols, states)])
    elif workspace.as_of:
        say("no stage had been run then")
    elif workspace.project.git_dir is not None or pipeline.roots:
        say("no stages here", "dvc stage add -n NAME -d DEP -o OUT COMMAND")
    if not pipeline.settled and not pipeline.then:
        say("files moved since: this is what DVC said before", "without --no-wait it is asked again")


def _print_stage(stage: Stage, scene: GraphScene, told: Asked) -> None:
    from mltui.present.stage_detail import running_step, stage_detail
    from mltui.present.stage_facts import beside, moved_line
    from mltui.present.stage_runs import made_line
    from mltui.sources.logs.last import last_lines

    facts, primary = told.facts, told.runs.primary if told.runs else None
    fields = [("moved in", moved_line(facts, scene.now))] if facts else []
    fields += [("made", made_line(told.made, primary))]
    found = running_step(stage, scene.jobs)
    scene = replace(
        scene,
        told=fields,
        beside=beside(facts) if facts else {},
        tail=last_lines(found[0].log) if found is not None else (),
        remote=told.remotes[stage.address],
    )
    write([line(Span(safe(stage.address), "title")), *stage_detail(stage, scene)], cut=False)


def _code(workspace: Workspace, pipeline: Pipeline) -> int:
    if workspace.project.git_dir is not None or pipeline.roots or pipeline.stages:
        return OK
    sys.stderr.write(f"mltui: nothing to read in {workspace.project.root}: no git, no DVC\n")
    return NOTHING
