"""The timeline of a dataset as rows: what is here now, its versions newest first, gaps and the beginning in place."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.data_files import Held
from mltui.model.dvc import DatasetVersion
from mltui.model.timeline import Moment, version_at
from mltui.present.data import hash_span
from mltui.present.data_scene import DataScene
from mltui.present.marks import count, sha_span, stage_mark, stamp
from mltui.present.rows import MISSING, Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, ago, line, safe, size


def timeline_rows(moments: Sequence[Moment], scene: DataScene) -> Rows[Moment]:
    """The moments as rows, in the order given; columns in which none has anything are left out."""
    versions = [moment.version for moment in moments if moment.version]
    shown = [cell for cell in _fields(scene) if cell.column.key not in _empty(versions, scene)]
    return Rows(tuple(shown), moments, lambda moment: moment.key)


def _empty(versions: Sequence[DatasetVersion], scene: DataScene) -> set[str]:
    there = {
        "used": scene.uses is not None,
        "path": any(each.path not in ("", scene.dataset.path) for each in versions),
        "files": any(each.nfiles for each in versions),
        "cache": bool(scene.held),
        "remote": any(each.hash in scene.remote.answers for each in versions),
    }
    return {key for key, is_there in there.items() if not is_there}


def _fields(scene: DataScene) -> tuple[Cell[Moment], ...]:
    def plain(column: Column, show: object) -> Cell[Moment]:
        return Cell(column, lambda moment: show(moment, scene), lambda _: MISSING)  # type: ignore[operator]

    def of(column: Column, show: object) -> Cell[Moment]:
        return plain(column, lambda moment, scene: show(moment.version, scene) if moment.version else ())  # type: ignore[operator]

    return (
        plain(Column("mark", "", 1, rank=0), _mark),
        plain(Column("version", "version", 7, rank=0), _number),
        Cell(
            Column("age", "age", 6, "right", rank=1),
            lambda moment: line(ago(moment.time, scene.now)),
            lambda moment: by_number(moment.time),
        ),
        plain(Column("size", "size", 8, "right", rank=1), _size),
        plain(Column("change", "change", 20, "right", rank=2), _change),
        plain(Column("files", "files", 9, "right", rank=4), _files),
        plain(Column("refs", "refs", 12, flex=True, rank=1, enough=16), _refs),
        of(Column("path", "lay at", 16, rank=3, tail=True), _path),
        of(Column("used", "used by", 8, "right", rank=2), _used),
        of(Column("cache", "cache", 10, rank=3), lambda version, scene: (cache_span(version.hash, scene),)),
        of(Column("remote", "remote", 6, rank=3), lambda version, scene: (remote_span(version.hash, scene),)),
        plain(Column("commit", "commit", 7, rank=3), _commit),
        of(Column("author", "author", 16, rank=5), lambda version, _: line(safe(version.author))),
        of(Column("date", "date", 16, rank=6), lambda version, _: line(stamp(version.time))),
        Cell(
            Column("hash", "hash", 12, rank=5),
            lambda moment: (hash_span(moment.version.hash),) if moment.version else (),
            lambda moment: by_text(moment.key),
        ),
    )


def _mark(moment: Moment, scene: DataScene) -> Line:
    signs, dataset = scene.symbols, scene.dataset
    if moment.kind == "now":
        return (stage_mark(dataset.status, signs),)
    if moment.kind == "gap":
        return line(Span(signs.unknown, "unknown"))
    return line(Span(signs.mark, "accent")) if moment.version and moment.version.hash == dataset.hash else ()


def _number(moment: Moment, _: DataScene) -> Line:
    words = {"now": "now", "gap": "gap", "beginning": "begins"}
    return line(f"v{moment.number}" if moment.number else Span(words[moment.kind], "note"))


def _size(moment: Moment, scene: DataScene) -> Line:
    if moment.kind == "now":
        return line(size(scene.dataset.size))
    return line(size(moment.version.size)) if moment.version else ()


def _files(moment: Moment, scene: DataScene) -> Line:
    thing = scene.dataset if moment.kind == "now" else moment.version
    return line(f"{thing.nfiles:,}") if thing and thing.nfiles else ()


def _change(moment: Moment, scene: DataScene) -> Line:
    return line(change_text(moment.version, moment.former)) if moment.version else ()


def change_text(version: DatasetVersion, former: DatasetVersion | None) -> str:
    """``+50.0 kB, +12 files`` against the version before; "" for the first one, and where nothing is known of it."""
    if former is None:
        return ""
    words = [signed_size(version.size, former.size)]
    if version.nfiles is not None and former.nfiles is not None and (by := version.nfiles - former.nfiles):
        words.append(f"{'+' if by > 0 else '-'}{count(abs(by), 'file')}")
    return ", ".join(filter(None, words))


def signed_size(value: int | None, base: int | None) -> str:
    """``+1.2 MB``, ``=``; "" where one is not known."""
    if value is None or base is None:
        return ""
    return "=" if value == base else f"{'+' if value > base else '-'}{size(abs(value - base))}"


def _refs(moment: Moment, scene: DataScene) -> Line:
    if moment.kind == "now":
        return _now(scene)
    if moment.kind == "beginning":
        return line(Span("history begins here", "note"))
    if moment.kind == "gap":
        return line(Span(gap_text(moment), "note"))
    version = moment.version
    assert version is not None
    tips = ", ".join(map(safe, version.tips))
    others = len(set(version.refs) - set(version.tips))
    if not tips:
        return line(Span(f"in {count(others, 'ref')}" if others else "", "note"))
    return line(tips, Span(f" +{others:,}" if others else "", "note"))


def _now(scene: DataScene) -> Line:
    dataset = scene.dataset
    if dataset.versions is None:
        return line(Span("reading the history", "note"))
    if number := version_at(dataset, dataset.hash):
        return line(Span(f"v{number}" if dataset.status == "fresh" else f"v{number}, {dataset.status}", "note"))
    return line(Span("not committed yet" if dataset.hash else "no hash yet", "warn"))


def gap_text(moment: Moment) -> str:
    """``not in this clone (12 commits)``."""
    first, many = moment.gaps[0], len(moment.gaps)
    return f"{safe(first.reason)}{f' ({many:,} commits)' if many > 1 else ''}"


def _path(version: DatasetVersion, scene: DataScene) -> Line:
    return line(safe(version.path)) if version.path not in ("", scene.dataset.path) else ()


def _used(version: DatasetVersion, scene: DataScene) -> Line:
    found = scene.uses(version) if scene.uses else ()
    return line(count(len(found), "run")) if found else ()


def cache_span(digest: str, scene: DataScene) -> Span:
    """Whether the cache has it: ``✓``, ``12 of 30``, ``○``; "" where nobody looked."""
    held = scene.held.get(digest)
    return Span("") if held is None else held_span(held, scene)


def held_span(held: Held, scene: DataScene) -> Span:
    """``✓``, ``12 of 30``; ``○`` where nothing is there."""
    if held.whole:
        return Span(scene.symbols.fresh, "good")
    if held.there:
        return Span(f"{held.there:,} of {held.of:,}", "warn")
    return Span(scene.symbols.missing, "dim")


def remote_span(digest: str, scene: DataScene) -> Span:
    """Whether the remote had it when it was asked; "" where it was not."""
    answer = scene.remote.answers.get(digest)
    if answer is None:
        return Span("")
    return Span(scene.symbols.fresh, "good") if answer.there else Span(scene.symbols.missing, "warn")


def _commit(moment: Moment, _: DataScene) -> Line:
    commit = moment.version.commit if moment.version else moment.gaps[0].commit if moment.gaps else None
    return (sha_span(commit),) if commit else ()
