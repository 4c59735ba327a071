"""A trend in words: its title, its regressions and what changed there, what is not drawn; as lines and as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mltui.model.key_names import key_of
from mltui.model.trend import MAY_BE_LATER, Apart, Between, DataChange, Regression, Trend, TrendPoint
from mltui.present import markdown
from mltui.present.marks import count, difference
from mltui.present.text import Line, Role, Span, Symbols, line, number, safe, short_sha
from mltui.present.trend_chart import version

#: Params and datasets told of a regression; subjects of commits.
MOST_NAMED = 4
MOST_SUBJECTS = 5
#: Points in a Markdown table, the newest ones.
MOST_ROWS = 30
_GOALS = {"max": "higher is better", "min": "lower is better"}


def title(trend: Trend, symbols: Symbols) -> Line:
    """What is drawn: the metric, which way is better, over which commits."""
    shas, times = trend.line.shas, trend.line.times
    goal = _GOALS[trend.goal] if trend.goal else "direction unknown"
    when = f", {date(times[0])} to {date(times[-1])}" if shas else ""
    dot = f" {symbols.dot} "
    return line(
        Span(f"{safe(trend.metric, symbols)} over history", "title"),
        Span(f"  {goal}{dot}{count(len(shas), 'commit')}{', merged ones too' * trend.line.merged}{when}", "dim"),
    )


def date(ms: int) -> str:
    """Epoch milliseconds as a local day; "" where no calendar fits."""
    try:
        return datetime.fromtimestamp(ms / 1000).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return ""


def verdict(trend: Trend, symbols: Symbols) -> list[Line]:
    """How many regressions there are; or why nobody can tell, and how to say it."""
    found = trend.regressions
    if found is None:
        lines = [line(Span(f"{symbols.unknown} regressions not told: {trend.why}", "note"))]
        if trend.goal is None:
            told = f'[metrics] goal = {{ "{safe(trend.metric, symbols)}" = "max" }} or "min" in mltui.toml says it'
            lines.append(line(Span(f"  {told}, or {key_of('metric')} in the screens", "note")))
        return lines
    if not found:
        among = " among these" if trend.part else ""
        return [line(Span(f"{symbols.fresh} ", "good"), f"no regression{among}: no step to worse that stayed")]
    still = sum(each.recovered is None for each in found)
    over = "" if still == len(found) else f", {len(found) - still} of them made good since"
    return [line(Span(f"{symbols.down} ", "bad"), count(len(found), "regression"), Span(over, "dim"))]


def regression_lines(
    each: Regression, changed: Between | None, trend: Trend, symbols: Symbols, subjects: int = MOST_SUBJECTS
) -> list[Line]:
    """A regression, what changed between its last good and its first bad commit, and the command that tells more."""
    good, bad = each.last_good, each.first_bad
    several = len(trend.series) > 1
    head: Line = line(
        Span(f"{symbols.down} ", "bad"),
        Span(short_sha(bad.commit), "hash"),
        f"  {number(each.before)} {symbols.arrow} {number(each.after)} ",
        Span(f"({difference(each.after, each.before)})", "bad"),
        Span(f"  {date(bad.time)}", "dim"),
        Span(f"  {safe(' and '.join(each.sources), symbols)}" if several else "", "dim"),
        Span(f"  made good at {short_sha(each.recovered)}" if each.recovered else "", "good"),
    )
    lines = [head, line(Span("    last good ", "key"), *_measured(good, symbols))]
    lines.append(line(Span("    first bad ", "key"), *_measured(bad, symbols)))
    lines += doubt_lines(each)
    if changed is not None:
        lines += between_lines(changed, symbols, subjects)
    command = f"mltui diff {short_sha(good.commit)} {short_sha(bad.commit)}"
    return [*lines, line(Span("    more      ", "key"), Span(command, "accent"))]


def doubt_lines(each: Regression) -> list[Line]:
    """That the cause may be in a later commit, where it may."""
    if not each.may_be_later:
        return []
    first, second = MAY_BE_LATER
    note = "    note      "
    return [line(Span(note, "key"), Span(f"{first};", "note")), line(" " * len(note), Span(second, "note"))]


def _measured(point: TrendPoint, symbols: Symbols) -> Line:
    return line(Span(short_sha(point.commit), "hash"), f"  {number(point.value)}", Span(f"  {date(point.time)}", "dim"))


def between_lines(changed: Between, symbols: Symbols, subjects: int = MOST_SUBJECTS) -> list[Line]:
    """What changed: data, params, files, and the newest commits with their subjects."""
    lines: list[Line] = []
    if changed.data:
        lines.append(
            line(Span("    data      ", "key"), _some([_data(each, symbols) for each in changed.data], symbols))
        )
    if changed.params:
        told = [_param(each, symbols) for each in changed.params]
        lines.append(line(Span("    params    ", "key"), _some(told, symbols)))
    files = "" if changed.files is None else f", {count(changed.files, 'file')} differ" + "s" * (changed.files == 1)
    lines.append(line(Span("    between   ", "key"), f"{count(changed.commits, 'commit')}{files}"))
    for sha, subject in changed.subjects[:subjects]:
        lines.append(line("      ", Span(short_sha(sha), "hash"), f" {safe(subject, symbols)}"))
    if changed.commits > min(subjects, len(changed.subjects)) and subjects:
        left = changed.commits - min(subjects, len(changed.subjects))
        lines.append(line(Span(f"      {symbols.more} and {left:,} more", "dim")))
    if changed.problem:
        lines.append(line(Span(f"    {safe(changed.problem, symbols)}", "warn")))
    return lines


def _some(told: Sequence[str], symbols: Symbols) -> str:
    more = f", and {len(told) - MOST_NAMED:,} more" if len(told) > MOST_NAMED else ""
    return ", ".join(told[:MOST_NAMED]) + more


def _data(change: DataChange, symbols: Symbols) -> str:
    former = f"v{change.former} {symbols.arrow} " if change.former is not None else ""
    return f"{safe(change.path, symbols)} {former}{version(change, symbols)}"


def _param(change: tuple[str, str | None, str | None], symbols: Symbols) -> str:
    key, old, new = change
    return f"{safe(key, symbols)} {_text(old, symbols)} {symbols.arrow} {_text(new, symbols)}"


def _text(value: str | None, symbols: Symbols) -> str:
    if value is None:
        return "-"
    return safe(value if len(value) <= 40 else value[:38] + symbols.more, symbols)


def notes(trend: Trend, symbols: Symbols, merged: str = "--merged", *, joined: bool = False) -> list[Line]:
    """What is not drawn, each in a line of its own unless they are `joined`, and what could not be read. `merged` is
    what draws the commits of merges."""
    said = apart_words(trend.apart)
    if said and trend.apart.merged and merged:
        said[0] += f" ({merged} draws them)"
    shown = [f" {symbols.dot} ".join(said)] if joined and said else said
    head = "not drawn: "
    lines = [line(Span(f"{' ' * len(head) if at else head}{each}", "note")) for at, each in enumerate(shown)]
    return [*lines, *(line(Span(safe(problem, symbols), "warn")) for problem in trend.problems)]


def apart_words(apart: Apart) -> list[str]:
    """Runs that have no place on the line, by the reason."""
    told = (
        (apart.merged, "at commits that merges brought in"),
        (apart.elsewhere, "at commits of other branches"),
        (apart.absent, "whose commit is not in this clone"),
        (apart.untagged, "without a commit"),
        (apart.running, "still running"),
    )
    return [f"{count(number_of, 'run')} {why}" for number_of, why in told if number_of]


# Markdown


def as_markdown(trend: Trend, changed: Mapping[int, Between], symbols: Symbols) -> str:
    """The regressions and the newest points, for a pull request. `changed` is by the place of a regression."""
    head = (
        f"**{markdown.cell(trend.metric)} over history** ({_GOALS[trend.goal] if trend.goal else 'direction unknown'})"
    )
    parts = [f"{head}\n"]
    if trend.regressions is None:
        parts.append(f"Regressions not told: {trend.why}.\n")
    elif not trend.regressions:
        parts.append(f"No regression{' among these' * trend.part}.\n")
    else:
        names = ("last good", "first bad", "level", "change", "what changed")
        rows = [_md_row(each, changed.get(at), symbols) for at, each in enumerate(trend.regressions)]
        parts.append(markdown.table(names, rows, "llrrl"))
        if any(each.may_be_later for each in trend.regressions):
            parts.append(f"\\* {'; '.join(MAY_BE_LATER)}.\n")
    parts.append(
        markdown.table(
            ("commit", "date", markdown.cell(trend.metric), "from", "with it"), _md_points(trend, symbols), "llrll"
        )
    )
    if told := apart_words(trend.apart):
        parts.append(f"Not drawn: {', '.join(told)}.\n")
    return "\n".join(parts)


def _md_row(each: Regression, changed: Between | None, symbols: Symbols) -> list[str]:
    what = ""
    if changed is not None:
        said = [_data(one, symbols) for one in changed.data] + [_param(one, symbols) for one in changed.params]
        files = [] if changed.files is None else [count(changed.files, "file")]
        told = [_some(said, symbols)] if said else []
        what = ", ".join([*told, count(changed.commits, "commit"), *files])
    return [
        f"`{short_sha(each.last_good.commit)}`",
        f"`{short_sha(each.first_bad.commit)}`"
        + r" \*" * each.may_be_later
        + (" (made good since)" if each.recovered else ""),
        f"{number(each.before)} {symbols.arrow} {number(each.after)}",
        difference(each.after, each.before),
        markdown.cell(what),
    ]


def _md_points(trend: Trend, symbols: Symbols) -> Iterator[list[str]]:
    marks: dict[int, list[str]] = {}
    for tag in trend.tags:
        marks.setdefault(tag.at, []).append(tag.name)
    for change in trend.data:
        marks.setdefault(change.at, []).append(_data(change, symbols))
    for point in list(reversed(trend.points))[:MOST_ROWS]:
        source = point.path or count(len(point.runs), "run") + _committed(point)
        yield [
            f"`{short_sha(point.commit)}`",
            date(point.time),
            number(point.value),
            markdown.cell(source),
            markdown.cell(", ".join(marks.get(point.at, ()))),
        ]


def at_lines(trend: Trend, at: int, symbols: Symbols, *, data: bool = True) -> list[Line]:
    """What is known at a commit of the line: values, runs, tags, changes of `data`, whether it got worse there."""
    sha, time = trend.line.shas[at], trend.line.times[at]
    values: list[str | Span] = []
    for one in trend.series:
        for point in (each for each in one.points if each.at == at):
            values += [Span("  "), Span(number(point.value), "title"), Span(f" {_from(point, symbols)}", "dim")]
    tags = " ".join(tag.name for tag in trend.tags if tag.at == at)
    lines = [line(Span(short_sha(sha), "hash"), Span(f"  {date(time)}", "dim"), *values)]
    if tags:
        lines[0] = (*lines[0], Span(f"  {safe(tags, symbols)}", "hash"))
    if data and (changes := [each for each in trend.data if each.at == at]):
        told = _some([_data(each, symbols) for each in changes], symbols)
        lines.append(line(Span(f"{symbols.mark} ", "accent"), told))
    for each in trend.regressions or ():
        role: Role = "bad"
        if each.first_bad.at == at:
            lines.append(
                line(
                    Span(f"{symbols.down} first bad: ", role),
                    f"{number(each.before)} {symbols.arrow} {number(each.after)}",
                )
            )
        elif each.last_good.at == at:
            lines.append(line(Span("last good before ", "dim"), Span(short_sha(each.first_bad.commit), "hash")))
    return lines


def _from(point: TrendPoint, symbols: Symbols) -> str:
    if point.path:
        return safe(point.path, symbols)
    if len(point.runs) == 1:
        return f"1 run{_committed(point)}"
    spread = f", {number(point.low)} to {number(point.high)}" if math.isfinite(point.low) else ""
    return f"of {len(point.runs)} runs{spread}{_committed(point)}"


def _committed(point: TrendPoint) -> str:
    return ", committed here" if point.how == "results" else ""
