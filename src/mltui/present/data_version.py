"""One moment of a dataset's timeline in full."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.data_files import Held
from mltui.model.dvc import Dataset, DatasetVersion
from mltui.model.key_names import key_of
from mltui.model.lineage.graph import Node
from mltui.model.lineage.uses import Use
from mltui.model.timeline import Moment
from mltui.present import detail
from mltui.present.data import dataset_detail, extent, quoted
from mltui.present.data_scene import DataScene
from mltui.present.data_timeline import change_text, gap_text, held_span
from mltui.present.layout import grid
from mltui.present.marks import count, long_sha, stamp
from mltui.present.text import Line, Span, ago, line, safe

#: Branches and tags, and commits of a gap, that a detail names.
FEW_REFS = 8
FEW_COMMITS = 12


def moment_detail(moment: Moment, scene: DataScene, changed: Sequence[Line] = ()) -> list[Line]:
    """The detail of one moment; `changed`: what became of its files since the version before."""
    dataset = scene.dataset
    if moment.kind == "now":
        return dataset_detail(dataset, scene.symbols, storage(dataset.hash, scene))
    if moment.gaps:
        return _gap(moment, scene)
    version = moment.version
    assert version is not None
    change = change_text(version, moment.former)
    since = f"  {change} since v{moment.number - 1}" if change else ""
    lines = detail.fields(
        [
            ("size", line(extent(version.size, version.nfiles), Span(since, "dim"))),
            ("hash", line(Span(safe(version.hash), "hash"))),
            ("commit", line(long_sha(version.commit), "  ", safe(version.author))),
            ("committed", line(_when(version.time, scene))),
            ("lay at", _lay_at(moment, scene)),
            *storage(version.hash, scene),
            ("refs", _refs(version, scene)),
        ]
    )
    lines += _users(version, scene)
    former = f"Changed since v{moment.number - 1}"
    return lines + detail.section(former, changed)


def moment_title(moment: Moment, dataset: Dataset) -> str:
    """What stands above the detail of a moment."""
    if moment.kind == "version":
        return f"{safe(dataset.path)} v{moment.number}"
    return f"{safe(dataset.path)}{'' if moment.kind == 'now' else '  history'}"


def _when(then: int, scene: DataScene) -> str:
    age = ago(then, scene.now)
    return f"{stamp(then)}, {age}{'' if age == 'now' or age.startswith('in ') else ' ago'}"


def _lay_at(moment: Moment, scene: DataScene) -> Line:
    """``raw.csv (was raw.csv until 9be1d20)``: until the first later version that lay where it lies now."""
    version, dataset = moment.version, scene.dataset
    if version is None or version.path in ("", dataset.path):
        return ()
    later = dataset.history[moment.number :]
    other = next((each for each in later if each.path != version.path), None)
    until = f", until {other.commit[:7]} at the latest" if other else f"; now {safe(dataset.path)}"
    return line(safe(version.path), Span(until, "dim"))


def _refs(version: DatasetVersion, scene: DataScene) -> Line:
    """Branches and tags: those that a checkout of has it, then how many have it in their history."""
    tips = [safe(name) for name in version.tips[:FEW_REFS]]
    more = len(version.tips) - len(tips)
    others = [name for name in version.refs if name not in set(version.tips)]
    words = ", ".join(tips) + (f" and {more:,} more" if more else "")
    if not others:
        return line(words) if words else ()
    named = ", ".join(map(safe, others[:FEW_REFS])) + (f", {scene.symbols.more}" if len(others) > FEW_REFS else "")
    inside = f"in the history of {count(len(others), 'other ref' if tips else 'ref')}: {named}"
    return line(words, Span(f"{'; ' if words else ''}{inside}", "dim"))


def storage(digest: str | None, scene: DataScene) -> list[detail.Field]:
    """Where the content of that hash is: in the cache, and on the remote as far as it was asked."""
    if not digest:
        return []
    if not digest.startswith("md5:"):
        return [("content", line(Span("not DVC's to keep: it has no md5", "dim")))]
    fields = [("cache", _in_cache(scene.held.get(digest), digest, scene)), ("remote", _on_remote(digest, scene))]
    return [*fields, ("last asked", line(Span(safe(scene.trouble), "bad")) if scene.trouble else ())]


def _in_cache(held: Held | None, digest: str, scene: DataScene) -> Line:
    if held is None:
        return line(Span("looking for it", "dim"))
    if held.whole:
        files = f", {'all ' if held.of > 1 else ''}{count(held.of, 'file')}" if digest.endswith(".dir") else ""
        return (held_span(held, scene), Span(f" in the cache{files}"))
    get = Span(fetch_command(scene.dataset, digest), "accent")
    if not held.listed:
        return line(Span("not there, nor its manifest: ", "dim"), get)
    if held.there:
        return (held_span(held, scene), Span(f" {'file' if held.of == 1 else 'files'}: "), get)
    return line(Span("not there: ", "dim"), get)


def _on_remote(digest: str, scene: DataScene) -> Line:
    remote = scene.remote
    if not remote.name:
        return line(Span("DVC has no default remote: ", "dim"), Span("dvc remote add -d NAME URL", "accent"))
    named = f"{safe(remote.name)} ({safe(remote.address)})" if remote.address else safe(remote.name)
    answer = remote.answers.get(digest)
    if answer is None:
        return line(Span("not asked: ", "dim"), Span(key_of("remote.ask"), "accent"), Span(f" asks {named}", "dim"))
    age = ago(answer.asked, scene.now)
    when = "a moment" if age == "now" and scene.trouble else age
    asked = Span(f", {'answered' if scene.trouble else 'asked'} {when}{'' if when == 'now' else ' ago'}", "dim")
    if answer.there:
        return line(Span(scene.symbols.fresh, "good"), f" on {named}", asked)
    return line(Span(scene.symbols.missing, "warn"), f" not on {named}", asked)


def fetch_command(dataset: Dataset, digest: str) -> str:
    """The command that brings a version into the cache: what the worktree has, else every version there is."""
    only = "" if digest == dataset.hash else "--all-commits "
    return f"dvc fetch {only}{quoted(dataset.address)}"


def _users(version: DatasetVersion, scene: DataScene) -> list[Line]:
    if scene.uses is None:
        return detail.section(
            "Runs that used it", [line(Span(scene.no_uses or f"reading{scene.symbols.more}", "note"))]
        )
    found = scene.uses(version)
    if not found:
        return detail.section(
            "Runs that used it", [line(Span(f"none known; {key_of('lineage')} shows its lineage", "note"))]
        )
    rows: list[Sequence[Line]] = []
    for use in found:
        age = ago(use.run.time, scene.now) if use.run.time else ""
        rows.append((line(Span(safe(use.run.label), "accent")), _kind(use), line(age), line(Span(_how(use), "dim"))))
    lines: list[Line] = []
    for use, told in zip(found, grid(rows, "llrl"), strict=True):
        lines += [told, *(_model(model, aliases, scene) for model, aliases in use.models)]
    return detail.section("Runs that used it", lines, f"{len(found):,}")


def _model(model: Node, aliases: Sequence[Node], scene: DataScene) -> Line:
    """``→ churn/4  @champion``."""
    names = " ".join(f"@{safe(alias.label.rpartition('@')[2])}" for alias in aliases)
    return line(f"  {scene.symbols.arrow} {safe(model.label)}", Span(f"  {names}" if names else "", "good"))


def _kind(use: Use) -> Line:
    return line(Span(use.kind, {"recorded": "good", "inferred": "warn"}.get(use.kind, "unknown")))


def _how(use: Use) -> str:
    through = f"through {', '.join(safe(each.label) for each in use.through)}; " if use.through else ""
    return through + safe(use.how)


def _gap(moment: Moment, scene: DataScene) -> list[Line]:
    there = [gap for gap in moment.gaps if gap.commit]
    rows = [(line(long_sha(gap.commit)), line(_when(gap.time, scene))) for gap in there[:FEW_COMMITS]]
    more = len(there) - len(rows)
    rows += [(line(Span(f"and {more:,} more", "note")), ())] if more else []
    known = "What it was before" if moment.kind == "beginning" else "What it was then"
    file = f"{safe(moment.gaps[0].path)}: " if moment.gaps[0].path else ""
    lines = [line(Span(f"{file}{gap_text(moment)}", "warn")), line(Span(f"{known} nobody can tell from here.", "note"))]
    if moment.kind == "beginning":
        lines.append(line(Span("mltui fetches nothing; git does: ", "note"), Span("git fetch --unshallow", "accent")))
    return lines + detail.section("At these commits", grid(rows))
