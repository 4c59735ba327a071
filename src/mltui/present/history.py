"""Commits as rows, with what came out of them, and one commit whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mltui.model.traces import Trace, Traces
from mltui.present import detail
from mltui.present.layout import cut, grid
from mltui.present.marks import count, run_mark, stamp, value_span
from mltui.present.models import short_version
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.runs import RunScene, run_name
from mltui.present.text import Line, Span, Symbols, ago, line, safe, short_sha

if TYPE_CHECKING:
    from mltui.model.git import ChangedFile, Commit, CommitDetail, Ref
    from mltui.model.registry import ModelVersion

#: Runs, data versions and files of one commit that are shown; the rest is counted.
RUNS_SHOWN = 30
FILES_SHOWN = 200
#: Columns of a model's name beside what else came out of a commit; its version follows.
NAME = 18
#: Refs in front of a subject.
REFS_SHOWN = 2
_REF_ROLES = {"head": "title", "branch": "accent", "remote": "dim", "tag": "warn"}


def commit_rows(commits: Sequence[Commit], known: Traces, scene: RunScene) -> Rows[Commit]:
    """Commits as rows, in the order given: hash, when, refs with subject, what came out, author."""
    symbols = scene.symbols
    fields: list[Cell[Commit]] = [
        Cell(
            Column("sha", "commit", 7, rank=0),
            lambda each: (Span(short_sha(each.sha), "hash"),),
            lambda each: by_text(each.sha),
        ),
        Cell(
            Column("when", "when", 9, "right", rank=1),
            lambda each: line(ago(each.time, scene.now)),
            lambda each: by_number(each.time),
        ),
        Cell(
            Column("subject", "subject", 22, flex=True, rank=0, enough=40),
            lambda each: subject_line(each, symbols, whole=scene.whole),
            lambda each: by_text(each.subject),
        ),
    ]
    if known.by_commit:
        fields.append(
            Cell(
                Column("made", "made", 26, rank=1),
                lambda each: trace_line(known.of(each.sha), symbols, whole=scene.whole),
                lambda each: by_number(float(len(known.of(each.sha).runs)) or None),
            )
        )
    fields.append(
        Cell(
            Column("author", "author", 16, rank=3),
            lambda each: line(safe(each.author)),
            lambda each: by_text(each.author),
        )
    )
    return Rows(tuple(fields), commits, lambda each: each.sha, lambda each: f"{each.sha} {each.email}")


def subject_line(commit: Commit, symbols: Symbols, *, whole: bool = False) -> Line:
    """Refs, the mark of a merge, the subject; "no message" where there is none. `whole`: every ref."""
    subject = Span(safe(commit.subject)) if commit.subject.strip() else Span("no message", "dim")
    merge = (Span("merge ", "dim"),) if len(commit.parents) > 1 and not _says_merge(commit) else ()
    refs = ref_spans(commit.refs, symbols) if whole else _first_refs(commit.refs, symbols)
    return (*refs, *merge, subject)


def _first_refs(refs: Sequence[Ref], symbols: Symbols) -> Iterable[Span]:
    """The refs a row has room for, without a remote's copy of a branch; how many more there are is counted."""
    local = {ref.name for ref in refs if ref.kind in ("head", "branch")}
    refs = [ref for ref in refs if ref.kind != "remote" or ref.name.partition("/")[2] not in local]
    yield from ref_spans(refs[:REFS_SHOWN], symbols)
    if (more := len(refs) - REFS_SHOWN) > 0:
        yield Span(f"+{more}  ", "dim")


def _says_merge(commit: Commit) -> bool:
    return commit.subject.casefold().startswith("merge")


def ref_spans(refs: Iterable[Ref], symbols: Symbols) -> Iterable[Span]:
    """Branches, tags and HEAD, each with the mark that tells a tag, and two blanks behind."""
    for ref in refs:
        mark = symbols.mark if ref.kind == "tag" else symbols.arrow if ref.kind == "head" else ""
        yield Span(f"{mark}{' ' if mark else ''}{safe(ref.name)}", _REF_ROLES.get(ref.kind, "accent"))
        yield Span("  ")


def trace_line(trace: Trace, symbols: Symbols, *, whole: bool = False) -> Line:
    """``2 runs · churn/4 +1 · customers.csv v3``; `whole`: each model version and each dataset by its name."""
    parts: list[Span] = []
    if trace.runs:
        parts.append(Span(count(len(trace.runs), "run")))
    if whole:
        parts += [Span(f"{safe(each.model)}/{short_version(each.version)}", "accent") for each in trace.versions]
        parts += [Span(f"{safe(dataset.path)} v{number}") for dataset, number in trace.data]
        return _dotted(parts, symbols)
    if trace.versions:
        first = max(trace.versions, key=lambda each: len(each.aliases))
        more = f" +{len(trace.versions) - 1}" if len(trace.versions) > 1 else ""
        name = cut(safe(first.model), NAME, symbols.more)
        parts.append(Span(f"{name}/{short_version(first.version)}{more}", "accent"))
    if trace.data:
        dataset, number = trace.data[0]
        more = f" +{len(trace.data) - 1}" if len(trace.data) > 1 else ""
        parts.append(Span(f"{safe(dataset.path.rpartition('/')[2])} v{number}{more}"))
    return _dotted(parts, symbols)


def _dotted(parts: Iterable[Span], symbols: Symbols) -> Line:
    spans: list[Span] = []
    for part in parts:
        spans.extend((Span(f" {symbols.dot} ", "dim"), part) if spans else (part,))
    return tuple(spans)


def _version_name(version: ModelVersion) -> str:
    aliases = "".join(f" @{safe(alias)}" for alias in version.aliases)
    return f"{safe(version.model)}/{short_version(version.version)}{aliases}"


def commit_detail(commit: Commit, whole: CommitDetail | None, trace: Trace, scene: RunScene) -> list[Line]:
    """The detail of `commit`; its subject is the pane's title. `whole` is None where it could not be read."""
    symbols = scene.symbols
    refs = tuple(ref_spans(commit.refs, symbols))
    parents = ", ".join(short_sha(parent) for parent in commit.parents)
    author = line(safe(commit.author), Span(f" <{safe(commit.email)}>" if commit.email else "", "dim"))
    lines = detail.fields(
        [
            ("commit", (Span(commit.sha, "hash"),)),
            ("refs", refs[:-1]),
            ("author", author),
            ("date", line(stamp(commit.time), Span(f"  {ago(commit.time, scene.now)}", "dim"))),
            ("authored", line(stamp(commit.author_time)) if abs(commit.author_time - commit.time) > 60_000 else ()),
            ("merges" if len(commit.parents) > 1 else "parent", line(Span(parents, "hash")) if parents else ()),
        ]
    )
    message = detail.paragraphs(whole.message if whole else commit.subject)
    lines += [(), *message] if message else []
    lines += detail.section("Runs made at this commit", _runs(trace, scene))
    lines += detail.section("Model versions", [line(Span(_version_name(each), "accent")) for each in trace.versions])
    lines += detail.section(
        "Dataset versions first seen here", [line(safe(each.path), f" v{number}") for each, number in trace.data]
    )
    files = (
        _files(whole.files, len(whole.files) if scene.whole else FILES_SHOWN)
        if whole
        else [line(Span("The files of this commit could not be read.", "note"))]
    )
    return lines + detail.section("Changed files", files, _changed(whole.files) if whole else "")


def _runs(trace: Trace, scene: RunScene) -> list[Line]:
    shown = len(trace.runs) if scene.whole else RUNS_SHOWN
    rows = [
        [(run_mark(run, scene.symbols),), (run_name(run),), (value_span(scene.primary_of(run)),), (scene.versus(run),)]
        for run in trace.runs[:shown]
    ]
    if not scene.primary:
        rows = [row[:2] for row in rows]
    elif not scene.champions:
        rows = [row[:3] for row in rows]
    more = len(trace.runs) - shown
    return grid(rows, "llrr") + ([line(Span(f"and {count(more, 'more run')}", "dim"))] if more > 0 else [])


def _files(files: Sequence[ChangedFile], shown: int) -> list[Line]:
    rows: list[list[Line]] = []
    for each in files[:shown]:
        added = Span(f"+{each.added}" if each.added else "", "good")
        deleted = Span(f"-{each.deleted}" if each.deleted else "", "bad")
        binary = Span(" binary", "dim") if each.added is None and each.deleted is None else Span("")
        rows.append([(added,), (deleted,), line(safe(each.path), binary)])
    more = len(files) - shown
    return grid(rows, "rrl", gap=1) + ([line(Span(f"and {count(more, 'more file')}", "dim"))] if more > 0 else [])


def _changed(files: Sequence[ChangedFile]) -> str:
    added, deleted = sum(each.added or 0 for each in files), sum(each.deleted or 0 for each in files)
    return f"{count(len(files), 'file')}  +{added:,} -{deleted:,}"
