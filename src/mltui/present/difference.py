"""Why two things differ, as lines: a row for what changed, and what can't be known at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mltui.model.difference import Difference, Row, Section, SectionOf
from mltui.model.side import Side
from mltui.present.difference_words import alike, key_of, mark, note, removed_and_new, values
from mltui.present.layout import cells, cut_line, cut_start, pad_line, width_of, wrapped
from mltui.present.marks import count, difference, value_span
from mltui.present.text import UNICODE, Line, Span, Symbols, line, safe, short_sha

#: What a section is called beside its rows.
LABELS: Final[MappingProxyType[Section, str]] = MappingProxyType(
    {
        "data": "data",
        "params": "params",
        "code": "code",
        "commands": "stages",
        "environment": "env",
        "metrics": "metrics",
    }
)
LABEL = 9
#: A key is cut to so many columns where the width is given; a line is not made longer than it has to be to be read.
KEY, READABLE = 32, 120
#: Terminal columns of the marks, which stand below each other.
FLAG = 13
#: Changed files that nothing in the pipeline names: so many are shown while only differences are.
OTHERS = 5
CANT_KNOW, RULES = "can't know", "known how"


@dataclass(frozen=True, slots=True)
class Shown:
    """How a difference is looked at: only what differs, or all of it; in so many columns (None: as wide as it gets)."""

    only: bool = True
    width: int | None = None
    symbols: Symbols = UNICODE


def difference_lines(found: Difference, shown: Shown) -> list[Line]:
    """The whole answer."""
    lines = [*_head(found, shown), ()]
    if not found.explained:
        lines += [*(line(Span(text, "note")) for text in wrapped(_nothing(found), shown.width)), ()]
    wide = _key_width(found, shown)
    for each in found.sections:
        lines += _section(each, shown, wide, found.left_out, partial=found.old.partial or found.new.partial)
    for label, told in ((RULES, rules(found)), (CANT_KNOW, found.unknowns)):
        if told:
            lines += [(), *_sentences(label, told, shown)]
    return lines


def rules(found: Difference) -> Sequence[str]:
    """How it is known what runs read, by side and rule: ``train.csv of churn/5: inferred, dvc.lock at 9be1d20, …``."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for side in (found.old, found.new):
        for path, datum in (side.data or {}).items() if side.ran else ():
            if datum.basis in ("recorded", "inferred") and path not in found.old.in_git | found.new.in_git:
                groups.setdefault((side.label, datum.basis, datum.how), []).append(path)
    return [f"{', '.join(sorted(paths))} of {label}: {basis}, {how}" for (label, basis, how), paths in groups.items()]


def _head(found: Difference, shown: Shown) -> Iterator[Line]:
    """The two names with the primary metric, and what they are; on lines of their own where they have no room."""
    metric, about = primary(found, shown.symbols), sides(found, shown.symbols)
    one = headline(found, shown.symbols)
    width = shown.width
    if width is None or width_of(one) <= width:
        yield one
    else:
        yield from _broken(f"{safe(found.old.label)} {shown.symbols.arrow} {safe(found.new.label)}", width, "title")
        if metric:
            yield cut_line(metric, width, shown.symbols.more)
    yield from _broken(about, width, "dim")


def _broken(text: str, width: int | None, role: str) -> Iterator[Line]:
    return (line(Span(part, role)) for part in wrapped(text, width))


def headline(found: Difference, symbols: Symbols) -> Line:
    """``churn/4 → churn/5   auc 0.942 → 0.947  (+0.005)``."""
    names = line(Span(safe(found.old.label), "title"), f" {symbols.arrow} ", Span(safe(found.new.label), "title"))
    metric = primary(found, symbols)
    return (*names, Span("   "), *metric) if metric else names


def primary(found: Difference, symbols: Symbols) -> Line:
    """``auc 0.942 → 0.947  (+0.005)``; () where there is no primary metric that both have."""
    row = found.headline
    return (Span(safe(row.key), "key"), Span(" "), *values(row, symbols), *delta(row)) if row is not None else ()


def delta(row: Row) -> Line:
    """The difference of a metric in parentheses, good or bad where its direction is known."""
    if row.delta is None or not row.changed or not isinstance(row.old, float) or not isinstance(row.new, float):
        return ()
    role = "" if row.better is None else "good" if row.better else "bad"
    return (Span("  "), Span(f"({difference(row.new, row.old)})", role))


def sides(found: Difference, symbols: Symbols) -> str:
    """What both are: ``run 3f2a1c9d at 9be1d20 → worktree at 9be1d20, dirty``."""
    return f"{described(found.old)} {symbols.arrow} {described(found.new)}"


def described(side: Side) -> str:
    """What a side is, and where its code was read."""
    words = {"run": "run", "model": "model version of run", "alias": "alias, run", "commit": "", "worktree": "worktree"}
    name = f"{words[side.kind]} {side.run[:8]}" if side.run else "" if side.kind == "commit" else side.kind
    if side.commit is None:
        return f"{safe(name)}, no commit that is here" if name else "nothing that is here"
    at = f"commit {short_sha(side.commit)}" if side.kind == "commit" else f"{safe(name)} at {short_sha(side.commit)}"
    return f"{at}, dirty" if side.dirty else at


def _nothing(found: Difference) -> str:
    metrics = bool(found.of("metrics").changed)
    nothing = "Nothing that the pipeline depends on" if found.left_out else "Nothing that could be read"
    told = f"{nothing} explains it" if metrics else f"{nothing} differs"
    return f"{told}; what could not be is below." if found.unknowns else f"{told}."


def _key_width(found: Difference, shown: Shown) -> int:
    rows = [row for each in found.sections for row in visible(each, shown)[0]]
    longest = max((cells(key_of(row)) for row in rows), default=0)
    return longest if shown.width is None else min(longest, KEY, max(12, shown.width // 3))


def visible(each: SectionOf, shown: Shown) -> tuple[Sequence[Row], str]:
    """The rows of a section to be shown, and what is said of the others ("" where there are none)."""
    if not shown.only:
        return each.rows, ""
    rows = [
        row for row in each.rows if row.changed or (row.changed is None and each.section not in ("params", "metrics"))
    ]
    if any(row.section == "data" and not row.of for row in rows):  # what is made of changed data changed with it
        rows = [row for row in rows if not (row.inside and row.of)]
    others = [row for row in rows if row.role == "other"]
    kept = [row for row in rows if row.role != "other" or row in others[:OTHERS]]
    left = count(len(others) - OTHERS, "more file") if len(others) > OTHERS else ""
    said = (
        [f"and {left} that is no dependency" if len(others) == OTHERS + 1 else f"and {left} that are no dependencies"]
        if left
        else []
    )
    one_sided = sum(row.changed is None for row in each.rows) if each.section in ("params", "metrics") else 0
    said += [f"{one_sided:,} that one side only has"] if one_sided else []
    same = sum(row.changed is False for row in each.rows)
    tree = " in the tree" if any(row.changed is False and not row.used for row in each.rows) else ""
    said += [alike(each.section, same, tree)] if same else []
    return kept, ", ".join(said)


def _section(each: SectionOf, shown: Shown, wide: int, left_out: int, *, partial: bool) -> Iterator[Line]:
    rows, rest = visible(each, shown)
    label = LABELS[each.section]
    if each.unknown:
        tree = "; what lay in the tree:" if any(not row.used for row in rows) else ""
        width = None if shown.width is None else shown.width - LABEL
        for text in wrapped(f"{safe(each.unknown)}{tree}", width):
            yield _labelled(label, line(Span(text, "unknown")), shown)
            label = ""
    for row in rows:
        for laid in _row(row, shown, wide):
            yield _labelled(label, laid, shown)
            label = ""
    if rest or (not rows and not each.unknown):
        yield _labelled(label, line(Span(rest or _none(each.section, left_out, partial), "dim")), shown)


def _none(section: Section, left_out: int, partial: bool) -> str:
    if partial and section in ("data", "params", "commands", "metrics"):
        return "nothing of it could be read"
    return {
        "data": "DVC tracks none on either side",
        "params": "none on either side",
        "code": "no code differs that the pipeline depends on" if left_out else "no code differs",
        "commands": "no stages on either side",
        "environment": "no requirement file, and no packages that MLflow recorded",
        "metrics": "none on either side",
    }[section]


def _labelled(label: str, laid: Line, shown: Shown) -> Line:
    whole = line(Span(label.ljust(LABEL), "key"), *laid)
    return whole if shown.width is None else cut_line(whole, shown.width, shown.symbols.more)


def _row(row: Row, shown: Shown, wide: int) -> Iterator[Line]:
    """One line where it has room, else what is noted below its values."""
    symbols = shown.symbols
    name = key_of(row)
    shorter = name if shown.width is None else cut_start(name, wide, symbols.more)
    key = pad_line(line(Span(shorter, "accent" if row.changed else "")), wide)
    said, told, flag = values(row, symbols), note(row, symbols), mark(row, symbols)
    if row.section == "metrics":
        told = delta(row)[1:]
    one = (*key, *_spaced(said), *_spaced(told))
    room = None if shown.width is None else min(shown.width, READABLE) - LABEL - FLAG - 2
    if room is None or width_of(one) <= room:
        yield (*(one if room is None or not flag else pad_line(one, room)), *_spaced(flag))
    else:
        first = cut_line((*key, *_spaced(said)), room, symbols.more)
        yield (*(pad_line(first, room) if flag else first), *_spaced(flag))
        if told:
            yield (Span("  "), *told)
    for text, role in removed_and_new(row, symbols):
        yield (Span("  "), Span(text, role))


def _spaced(spans: Line) -> Line:
    return (Span("  "), *spans) if spans else ()


def _sentences(label: str, told: Sequence[str], shown: Shown) -> Iterator[Line]:
    at = len(label) + 2
    for number, each in enumerate(told):
        lead = f"{label}: " if not number else " " * at
        for part, text in enumerate(wrapped(safe(each), None if shown.width is None else shown.width - at)):
            yield line(Span(lead if not part else " " * at, "unknown" if label == CANT_KNOW else "key"), text)


__all__ = ["Shown", "described", "difference_lines", "headline", "value_span"]
