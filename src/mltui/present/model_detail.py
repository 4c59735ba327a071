"""Everything about one model version, and about one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.model.moves import FORCED_TAG, Move
from mltui.model.redacting import redacted
from mltui.model.shell import quote
from mltui.present import detail
from mltui.present.marks import count, long_sha, metric_label, stamp, value_span
from mltui.present.model_against import against_lines, against_title, rivals
from mltui.present.model_lineage import lineage_line
from mltui.present.model_moves import brought, held_lines, move_lines, noted, since_words, targets_of, way_back
from mltui.present.models import Held, alias_rank, alias_spans, status_spans, version_name, versions_held, versus
from mltui.present.run_sections import metric_lines
from mltui.present.runs import RunScene, run_name
from mltui.present.text import Line, Span, Symbols, ago, line, safe

if TYPE_CHECKING:
    from mltui.model.lineage.graph import Graph
    from mltui.model.registry import ModelVersion, RegisteredModel
    from mltui.model.runs import Run

#: Tags that mltui writes: they are told as history, not as the JSON they are.
OWN = "mltui."


@dataclass(frozen=True, slots=True)
class Told:
    """What a detail tells besides the row. `moves` are those of its model, the oldest first, None while they are read;
    `graph` is None until everything was joined; `runs` by id."""

    moves: Sequence[Move] | None = None
    graph: Graph | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)


def version_detail(row: Held, scene: RunScene, told: Told | None = None) -> list[Line]:
    """The detail of a model version, or of a model; the name is the pane's title."""
    told = told or Told()
    if row.version is None:
        return model_detail(row, scene, told)
    model, version, run = row.model, row.version, row.run
    by_gto = model.source == "gto"
    lines = [line(Span("This model could not be read: ", "warn"), safe(model.problem))] if model.problem else []
    lines += detail.fields(
        [
            ("stages" if by_gto else "aliases", alias_spans(row)),
            ("status", _status(version, scene.symbols)),
            ("stage", line(Span(safe(version.note), "unknown")) if version.note else ()),
            (metric_label(scene.primary, scene.symbols), _score(row, scene)),
            ("created", _created(version, scene.now)),
            ("by", line(safe(version.user)) if version.user else ()),
            ("run", () if by_gto and not version.run_id else _source(row)),
            ("commit", (long_sha(row.commit),) if row.commit else ()),
            ("logged model", line(safe(version.model_id)) if version.model_id else ()),
            ("source", _artifacts(version)),
            ("kept by", line("tags of git (GTO)" if by_gto else "MLflow")),
        ]
    )
    lines += detail.section(
        "Lineage", list(filter(None, (lineage_line(row, told.graph, scene.symbols),))), f"{key_of('lineage')} shows all"
    )
    held_by = detail.fields(held_lines(row, told.moves, scene.now), "key")
    lines += detail.section("Who set it", [*held_by, *way_back(row, told.moves)])
    about = version.description
    lines += detail.section("About this version", detail.paragraphs(about))
    own = [move for move in told.moves or () if version.version in (move.before, move.after)]
    lines += detail.section("Moves", move_lines(own, model, scene.now, scene.symbols))
    lines += detail.section("Metrics", metric_lines(run, scene, {}) if run else [])
    lines += detail.section("Params", detail.pairs(run.params) if run else [])
    lines += detail.section("Tags of git" if by_gto else "Tags", detail.pairs(_tags(version.tags)))
    lines += detail.section(f"About {safe(model.name)}", detail.paragraphs(model.description))
    return lines + detail.section("Artifact" if by_gto else "Tags of the model", detail.pairs(_tags(model.tags)))


def model_detail(row: Held, scene: RunScene, told: Told) -> list[Line]:
    """Who holds what, the champion against the challenger, and how it came to be so."""
    model = row.model
    by_gto = model.source == "gto"
    lines = [line(Span("This model could not be read: ", "warn"), safe(model.problem))] if model.problem else []
    lines += detail.fields(
        [
            ("versions", _versions(model)),
            ("created", line(stamp(model.created), Span(f"  {ago(model.created, scene.now)}", "dim")))
            if model.created
            else ("created", ()),
            ("kept by", line("tags of git (GTO)" if by_gto else "MLflow")),
        ]
    )
    lines += detail.section("Who holds what", _holders(model, scene, told))
    if (pair := rivals(model, told.runs)) is not None:
        lines += detail.section(
            against_title(*pair), against_lines(*pair, scene, told.graph), f"{key_of('differ')} says why"
        )
    lines += detail.section("Moves", move_lines(told.moves or (), model, scene.now, scene.symbols))
    lines += detail.section(f"About {safe(model.name)}", detail.paragraphs(model.description))
    return lines + detail.section("Artifact" if by_gto else "Tags of the model", detail.pairs(_tags(model.tags)))


def _holders(model: RegisteredModel, scene: RunScene, told: Told) -> list[Line]:
    """Each version that holds something: what, its figure, since when and by whom; and its lineage."""
    lines: list[Line] = []
    holding = [row for row in versions_held(model, told.runs, model.versions) if targets_of(row)]
    for row in sorted(holding, key=lambda row: min(alias_rank(target.name) for target in targets_of(row))):
        targets = targets_of(row)
        if row.version is None:
            continue
        lines.append(line(Span(version_name(row.version), "title"), "  ", *alias_spans(row), *_figure(row, scene)))
        for target in (each for each in targets if noted(told.moves or (), each)):
            if since := since_words(brought(row, target, told.moves or ()), scene.now):
                lines.append(line(Span(f"  {target.label}  ", "dim"), *since))
        if came := lineage_line(row, told.graph, scene.symbols, params=False):
            lines.append((Span("  "), *came))
        lines += [(Span("  "), *back) for back in way_back(row, told.moves)]
    if not lines and model.versions:
        lines.append(line(Span(f"nobody: {key_of('promote')} promotes the version under the cursor", "note")))
    return lines


def _figure(row: Held, scene: RunScene) -> Line:
    if row.run is None or scene.primary is None:
        return ()
    change = versus(row, scene)
    against = (Span(" "), change) if change.text not in ("-", "=") else ()
    return (
        Span(f"  {metric_label(scene.primary, scene.symbols)} ", "dim"),
        value_span(scene.primary_of(row.run)),
        *against,
    )


def _versions(model: RegisteredModel) -> Line:
    if model.versions:
        return line(count(len(model.versions), "version"))
    if model.problem:
        return ()
    if model.source == "gto":
        return line("none yet: ", Span(f"gto register {safe(quote(model.name))}", "accent"))
    return line("none yet: ", Span(f'mlflow.register_model(uri, "{safe(model.name)}")', "accent"))


def _tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Without those that mltui writes, but for the one that says in plain words that gates were passed by."""
    return {key: value for key, value in tags.items() if not key.startswith(OWN) or key.startswith(FORCED_TAG)}


def _status(version: ModelVersion, symbols: Symbols) -> Line:
    if not version.status:
        return ()
    told = status_spans(version, symbols) or line(safe(version.status.lower()))
    role = told[0].role or "dim"
    return (*told, Span(f"  {safe(version.status_message)}", role)) if version.status_message else told


def _created(version: ModelVersion, now: int) -> Line:
    if version.created is None:
        return ()
    return line(stamp(version.created), Span(f"  {ago(version.created, now)}", "dim"))


def _source(row: Held) -> Line:
    if row.run:
        return (run_name(row.run),)
    made_by = (row.version.source_run_id or row.version.run_id) if row.version else None
    if made_by:
        return line(Span(safe(made_by), "hash"), Span("  not in this store", "dim"))
    return line(Span("not recorded", "dim"))


def _artifacts(version: ModelVersion) -> Line:
    """Where the files are; nothing where it only names the logged model again."""
    if version.source == f"models:/{version.model_id}":
        return ()
    return line(safe(redacted(version.source))) if version.source else ()


def _score(row: Held, scene: RunScene) -> Line:
    if row.run is None or scene.primary is None:
        return ()
    change = versus(row, scene)
    word = {"good": " better", "bad": " worse"}.get(change.role, "")
    against = (Span("  "), change, Span(word, change.role), Span(" vs champion", "dim"))
    return (value_span(scene.primary_of(row.run)), *(against if change.text not in ("-", "=") else ()))
