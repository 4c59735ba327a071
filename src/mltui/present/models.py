"""Models as rows, one for each version, and everything about one version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.champion import CHALLENGER, CHAMPION, PRODUCTION
from mltui.model.runs import Run
from mltui.present import detail
from mltui.present.marks import METRIC, is_sha, long_sha, metric_label, sha_span, stamp, value_span
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.runs import RunScene, run_name
from mltui.present.text import Line, Role, Span, ago, line, safe, short_sha

if TYPE_CHECKING:
    from mltui.model.registry import ModelVersion, RegisteredModel


@dataclass(frozen=True, slots=True)
class Held:
    """One row: a version with its model, and its source run where that is loaded. `version` is None for a model
    without versions, or one that could not be read.
    """

    model: RegisteredModel
    version: ModelVersion | None
    run: Run | None

    @property
    def key(self) -> str:
        """Its name; of a model without versions GTO's has an ending, since MLflow may know one of that name."""
        if self.version:
            return f"{self.model.name}/{self.version.version}"
        return f"{self.model.name} (GTO)" if self.model.source == "gto" else self.model.name

    @property
    def commit(self) -> str | None:
        own = self.version.commit if self.version else None
        return own or (self.run.commit if self.run else None)


def held(models: Iterable[RegisteredModel], runs: Mapping[str, Run]) -> Iterator[Held]:
    """Every version of every model, newest first within its model."""
    for model in models:
        for version in model.versions:
            yield Held(model, version, runs.get(version.run_id or ""))
        if not model.versions:
            yield Held(model, None, None)


def aliases_of(row: Held) -> tuple[str, ...]:
    """The aliases of a version: its own, and those its model says it has."""
    if row.version is None:
        return ()
    named = (alias for alias, holder in row.model.aliases.items() if holder == row.version.version)
    return tuple(dict.fromkeys((*row.version.aliases, *named)))


def alias_spans(row: Held) -> Line:
    """``@champion @shadow Production``; GTO's stages as GTO writes them, ``#prod``."""
    sign = "#" if row.model.source == "gto" else "@"
    names = [Span(f"{sign}{safe(alias)}", alias_role(alias)) for alias in aliases_of(row)]
    stage = row.version.stage if row.version else ""
    if stage and stage != "None":
        names.append(Span(safe(stage), "good" if stage.casefold() in PRODUCTION else "dim"))
    return tuple(span for at, name in enumerate(names) for span in ((Span(" "), name) if at else (name,)))


def alias_role(alias: str) -> Role:
    """Champion, challenger and what is in production stand out; other aliases are plain names."""
    if alias.casefold() in PRODUCTION:
        return "good"
    return {CHAMPION: "good", CHALLENGER: "running"}.get(alias.casefold(), "accent")


def version_name(version: ModelVersion) -> str:
    """``v1.2.3``; the short hash of a commit that GTO gave a stage without a version."""
    return short_version(version.version)


def short_version(version: str) -> str:
    """The same of the version alone; MLflow's are numbers of a few digits."""
    return short_sha(version) if is_sha(version) and len(version) >= 40 else safe(version)


def version_rows(models: Sequence[RegisteredModel], runs: Mapping[str, Run], scene: RunScene) -> Rows[Held]:
    """Every model version as a row."""
    return held_rows(tuple(held(models, runs)), scene)


def held_rows(rows: Sequence[Held], scene: RunScene, *, versus: bool = False) -> Rows[Held]:
    """Model versions as rows; with `versus` compared to the champion."""
    fields: list[Cell[Held]] = [
        Cell(
            Column("name", "model", 12, flex=True, rank=0, tail=all(row.version for row in rows)),
            _name,
            lambda row: by_text(row.key),
        ),
    ]
    if any(alias_spans(row) for row in rows):
        fields.append(
            Cell(Column("aliases", "aliases", 34, rank=0), alias_spans, lambda row: by_text(" ".join(aliases_of(row))))
        )
    keepers = {row.model.source for row in rows}
    if "gto" in keepers:  # two models of one name are told apart by it
        rank = 1 if len(keepers) > 1 else 4
        fields.append(Cell(Column("source", "kept by", 7, rank=rank), _kept_by, lambda row: by_text(row.model.source)))
    if scene.primary and any(row.run for row in rows):
        fields.append(
            Cell(
                Column("primary", metric_label(scene.primary, scene.symbols), METRIC, "right", rank=1, terse=True),
                lambda row: (value_span(scene.primary_of(row.run)),) if row.run else (Span("-", "dim"),),
                lambda row: by_number(scene.primary_of(row.run) if row.run else None),
            )
        )
        if versus:
            fields.append(
                Cell(
                    Column("versus", "vs champion", 11, "right", rank=2),
                    lambda row: (scene.versus(row.run),) if row.run else (),
                    lambda row: by_number(scene.gain(row.run) if row.run else None),
                )
            )
    if any(row.version and row.version.run_id for row in rows):
        fields.append(
            Cell(Column("run", "run", 22, rank=4), _run, lambda row: by_text(row.run.name if row.run else None))
        )
    if any(row.commit for row in rows):
        shown = Column("commit", "commit", 12, rank=3)
        fields.append(Cell(shown, lambda row: (sha_span(row.commit),), lambda row: by_text(row.commit)))
    fields.append(
        Cell(
            Column("created", "made", 9, "right", rank=2),
            lambda row: line(ago(row.version.created if row.version else None, scene.now)),
            lambda row: by_number(row.version.created if row.version else None),
        )
    )
    return Rows(
        tuple(fields), rows, lambda row: row.key, lambda row: f"{row.key} {row.version.run_id if row.version else ''}"
    )


def _name(row: Held) -> Line:
    if row.model.problem:
        return line(safe(row.model.name), Span("  unreadable: ", "warn"), safe(row.model.problem))
    if row.version is None:
        return line(safe(row.model.name), Span("  no versions", "dim"))
    return line(Span(safe(row.model.name), "accent"), f"/{version_name(row.version)}")


def _kept_by(row: Held) -> Line:
    return line("GTO" if row.model.source == "gto" else "MLflow")


def _run(row: Held) -> Line:
    if row.run:
        return (run_name(row.run),)
    run_id = row.version.run_id if row.version else None
    return (Span(f"({safe(run_id)[:8]})", "dim"),) if run_id else (Span("-", "dim"),)


def version_detail(row: Held, scene: RunScene) -> list[Line]:
    """The detail of a model version; its name is the pane's title."""
    model, version, run = row.model, row.version, row.run
    by_gto = model.source == "gto"
    lines = [line(Span("This model could not be read: ", "warn"), safe(model.problem))] if model.problem else []
    lines += detail.fields(
        [
            ("stages" if by_gto else "aliases", alias_spans(row)),
            ("status", line(safe(version.status.lower())) if version and version.status else ()),
            ("stage", line(Span(safe(version.note), "unknown")) if version and version.note else ()),
            ("created", _created(version, scene.now)),
            ("by", line(safe(version.user)) if version and version.user else ()),
            ("run", () if by_gto and not (version and version.run_id) else _source(row)),
            (metric_label(scene.primary, scene.symbols), _score(run, scene)),
            ("commit", (long_sha(row.commit),) if row.commit else ()),
            ("logged model", line(safe(version.model_id)) if version and version.model_id else ()),
            ("source", _artifacts(version)),
            ("versions", _none_yet(model) if by_gto and version is None else ()),
            ("kept by", line("tags of git (GTO)" if by_gto else "MLflow")),
        ]
    )
    about = version.description if version and version.description else ""
    lines += detail.section("About this version", detail.paragraphs(about))
    lines += detail.section("Tags of git" if by_gto else "Tags", detail.pairs(version.tags) if version else [])
    lines += detail.section("Params", detail.pairs(run.params) if run else [])
    lines += detail.section(f"About {safe(model.name)}", detail.paragraphs(model.description))
    return lines + detail.section("Artifact" if by_gto else "Tags of the model", detail.pairs(model.tags))


def _none_yet(model: RegisteredModel) -> Line:
    return line("none yet: ", Span(f"gto register {safe(model.name)}", "accent"))


def _created(version: ModelVersion | None, now: int) -> Line:
    if version is None or version.created is None:
        return ()
    return line(stamp(version.created), Span(f"  {ago(version.created, now)}", "dim"))


def _source(row: Held) -> Line:
    if row.run:
        return (run_name(row.run),)
    if row.version and row.version.run_id:
        return line(Span(safe(row.version.run_id), "hash"), Span("  not in this store", "dim"))
    return line(Span("not recorded", "dim")) if row.version else ()


def _artifacts(version: ModelVersion | None) -> Line:
    """Where the files are; nothing where it only names the logged model again."""
    if version is None or version.source == f"models:/{version.model_id}":
        return ()
    return line(safe(version.source)) if version.source else ()


def _score(run: Run | None, scene: RunScene) -> Line:
    if run is None or scene.primary is None:
        return ()
    versus = scene.versus(run)
    against = (Span("  "), versus, Span(" vs champion", "dim")) if versus.text not in ("-", "=") else ()
    return (value_span(scene.primary_of(run)), *against)
