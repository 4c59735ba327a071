"""Model versions in rows: what a row is of, what its cells say. `model_groups` puts them below their models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mltui.model.champion import CHALLENGER, CHAMPION, PRODUCTION, champion_of
from mltui.model.runs import Run
from mltui.present.marks import METRIC, delta_span, is_sha, metric_label, sha_span, value_span
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.runs import RunScene, run_name
from mltui.present.text import UNICODE, Line, Role, Span, Symbols, ago, line, safe, short_sha

if TYPE_CHECKING:
    from mltui.model.registry import ModelVersion, RegisteredModel

#: What a version is that is not ready, by the beginning of MLflow's word: a symbol's name, a word, a role.
_UNREADY: Final = {"PENDING": ("scheduled", "pending", "warn"), "FAILED": ("failed", "failed", "bad")}


@dataclass(frozen=True, slots=True)
class Held:
    """One row: a version with its model, and its source run where that is loaded. `version` is None for a model:
    above its versions, or one that has none or could not be read. `base` is the source run of its model's champion.
    """

    model: RegisteredModel
    version: ModelVersion | None
    run: Run | None
    base: Run | None = None

    @property
    def key(self) -> str:
        """Its name; of a model GTO's has an ending, since MLflow may know one of that name."""
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
        yield from versions_held(model, runs, model.versions)
        if not model.versions:
            yield Held(model, None, None)


def versions_held(model: RegisteredModel, runs: Mapping[str, Run], versions: Iterable[ModelVersion]) -> Iterator[Held]:
    """Some versions of a model as rows."""
    champion = champion_of(model)
    base = source_run(champion, runs) if champion is not None else None
    for version in versions:
        yield Held(model, version, source_run(version, runs), base)


def source_run(version: ModelVersion, runs: Mapping[str, Run]) -> Run | None:
    """The run that made a version, where it is loaded."""
    return runs.get(version.source_run_id or version.run_id or "")


def aliases_of(row: Held) -> tuple[str, ...]:
    """The aliases of a version: its own, and those its model says it has."""
    if row.version is None:
        return ()
    named = (alias for alias, holder in row.model.aliases.items() if holder == row.version.version)
    return tuple(dict.fromkeys((*row.version.aliases, *named)))


def alias_spans(row: Held) -> Line:
    """``@champion @shadow Production``; GTO's stages as GTO writes them, ``#prod``."""
    names = [alias_span(alias, row.model) for alias in sorted(aliases_of(row), key=alias_rank)]
    stage = row.version.stage if row.version else ""
    if stage and stage != "None":
        names.append(Span(safe(stage), "good" if stage.casefold() in PRODUCTION else "dim"))
    return tuple(span for at, name in enumerate(names) for span in ((Span(" "), name) if at else (name,)))


def alias_span(alias: str, model: RegisteredModel) -> Span:
    """``@champion``; a stage of GTO ``#prod``."""
    return Span(f"{'#' if model.source == 'gto' else '@'}{safe(alias)}", alias_role(alias))


def alias_rank(alias: str) -> tuple[int, str]:
    """Champion first, then what is in production, then challenger, then the others by name."""
    folded = alias.casefold()
    rank = 0 if folded == CHAMPION else 1 if folded in PRODUCTION else 2 if folded == CHALLENGER else 3
    return rank, alias


def alias_role(alias: str) -> Role:
    """Champion, challenger and what is in production stand out; other aliases are plain names."""
    if alias.casefold() in PRODUCTION:
        return "good"
    return {CHAMPION: "good", CHALLENGER: "running"}.get(alias.casefold(), "accent")


def status_spans(version: ModelVersion | None, symbols: Symbols) -> Line:
    """``✗ failed``, ``◌ pending``; nothing of a version that is ready."""
    for begin, (sign, word, role) in _UNREADY.items():
        if version is not None and version.status.upper().startswith(begin):
            return (Span(f"{getattr(symbols, sign)} {word}", role),)
    return ()


def version_name(version: ModelVersion) -> str:
    """``v1.2.3``; the short hash of a commit that GTO gave a stage without a version."""
    return short_version(version.version)


def short_version(version: str) -> str:
    """The same of the version alone; MLflow's are numbers of a few digits."""
    return short_sha(version) if is_sha(version) and len(version) >= 40 else safe(version)


def version_rows(models: Sequence[RegisteredModel], runs: Mapping[str, Run], scene: RunScene) -> Rows[Held]:
    """Every model version as a row."""
    return held_rows(tuple(held(models, runs)), scene)


def held_rows(rows: Sequence[Held], scene: RunScene) -> Rows[Held]:
    """Model versions as rows, where their model has a champion compared to it."""
    return Rows(tuple(version_cells(rows, scene)), rows, lambda row: row.key, words, search_cells=False)


def version_cells(rows: Sequence[Held], scene: RunScene) -> Iterator[Cell[Held]]:
    """The columns that `rows` fill."""
    yield Cell(
        Column("name", "model", 12, flex=True, rank=0, tail=all(row.version for row in rows)),
        name_spans,
        lambda row: by_text(row.key),
    )
    if any(row.model.aliases or alias_spans(row) or status_spans(row.version, UNICODE) for row in rows):
        yield Cell(
            Column("aliases", "aliases", 34, rank=0),
            lambda row: _standing(row, scene.symbols),
            lambda row: by_text(" ".join(aliases_of(row))),
        )
    kept = {(row.model.source, row.model.name) for row in rows}
    if any(source == "gto" for source, _ in kept):
        rank = 1 if len({name for _, name in kept}) < len(kept) else 4  # two models of one name are told apart by it
        yield Cell(Column("source", "kept by", 7, rank=rank), _kept_by, lambda row: by_text(row.model.source))
    if scene.primary and any(row.run for row in rows):
        yield from _measured(rows, scene)
    if any(row.version and _made_by(row.version) for row in rows):
        yield Cell(Column("run", "run", 22, rank=4), _run, lambda row: by_text(row.run.name if row.run else None))
    if any(row.commit for row in rows):
        shown = Column("commit", "commit", 12, rank=3)
        yield Cell(
            shown,
            lambda row: (sha_span(row.commit),) if row.version else (),
            lambda row: by_text(row.commit),
        )
    yield Cell(
        Column("created", "made", 9, "right", rank=2),
        lambda row: line(ago(row.version.created if row.version else None, scene.now)),
        lambda row: by_number(row.version.created if row.version else None),
    )


def _measured(rows: Sequence[Held], scene: RunScene) -> Iterator[Cell[Held]]:
    yield Cell(
        Column("primary", metric_label(scene.primary, scene.symbols), METRIC, "right", rank=1, terse=True),
        lambda row: (value_span(scene.primary_of(row.run)),) if row.run else (Span("-", "dim"),) if row.version else (),
        lambda row: by_number(scene.primary_of(row.run) if row.run else None),
    )
    if any(row.base for row in rows):
        yield Cell(
            Column("versus", "vs champion", 11, "right", rank=2),
            lambda row: (versus(row, scene),) if row.version else (),
            lambda row: by_number(_gain(row, scene)),
        )


def versus(row: Held, scene: RunScene) -> Span:
    """The primary metric against that of its own model's champion."""
    if row.run is None or row.base is None:
        return Span("-", "dim")
    goal = scene.primary.goal if scene.primary else None
    return delta_span(scene.primary_of(row.run), scene.primary_of(row.base), goal)


def _gain(row: Held, scene: RunScene) -> float | None:
    value = scene.primary_of(row.run) if row.run else None
    base = scene.primary_of(row.base) if row.base else None
    return None if value is None or base is None else value - base


def words(row: Held) -> str:
    """What a filter searches: names, aliases, the run, the commit, who made it, and the tags that people gave it."""
    version = row.version
    if version is None:
        return f"{row.key} {row.model.problem}"
    sign = "#" if row.model.source == "gto" else "@"
    held_by = " ".join(f"{sign}{alias}" for alias in aliases_of(row)) if version.aliases or row.model.aliases else ""
    tags = " ".join(f"{key}={value}" for key, value in version.tags.items() if not key.startswith("mltui."))
    run = f"{row.run.name} " if row.run else ""
    made = f"{run}{_made_by(version)} {row.commit or ''} {version.user}"
    return f"{row.key} {held_by} {version.stage} {version.status} {made} {version.description} {tags}"


def name_spans(row: Held) -> Line:
    if row.model.problem:
        return line(safe(row.model.name), Span("  unreadable: ", "warn"), safe(row.model.problem))
    if row.version is None:
        return line(safe(row.model.name), Span("  no versions", "dim"))
    return line(Span(safe(row.model.name), "accent"), f"/{version_name(row.version)}")


def _standing(row: Held, symbols: Symbols) -> Line:
    """Aliases, and that a version is not ready."""
    names, status = alias_spans(row), status_spans(row.version, symbols)
    return (*names, Span(" "), *status) if names and status else names or status


def _kept_by(row: Held) -> Line:
    return line("GTO" if row.model.source == "gto" else "MLflow")


def _made_by(version: ModelVersion) -> str:
    return version.source_run_id or version.run_id or ""


def _run(row: Held) -> Line:
    if row.version is None:
        return ()
    if row.run:
        return (run_name(row.run),)
    run_id = _made_by(row.version)
    return (Span(f"({safe(run_id)[:8]})", "dim"),) if run_id else (Span("-", "dim"),)
