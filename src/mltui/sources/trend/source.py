"""`TrendSource`: a metric against the history of HEAD, from the runs of the active store and from metrics files."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING

from mltui.errors import SourceError, UsageError
from mltui.model.metric_names import Meant, meant
from mltui.model.regressions import judged, stepped
from mltui.model.runs import Measured, Run
from mltui.model.shell import quote
from mltui.model.trend import RUNS, Apart, Between, DataChange, Regression, TagMark, TimeLine, Trend, TrendSeries
from mltui.model.trend_points import Placed, measured, place, run_points
from mltui.sources.dvc.history.brief import stamp
from mltui.sources.git.command import git
from mltui.sources.git.refs import read_refs
from mltui.sources.trend.between import between
from mltui.sources.trend.files import Files
from mltui.sources.trend.line import read_line, whereabouts
from mltui.sources.trend.tracked import MetricFiles, data_changes, metric_files

if TYPE_CHECKING:
    from mltui.model.metric import Goal
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _OfGit:
    """What one state of the refs says."""

    line: TimeLine
    files: MetricFiles
    tags: tuple[TagMark, ...]
    data: tuple[DataChange, ...]


class TrendSource:
    """Trends of one project. What git says is read once for each state of its refs; for any thread, one at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        project, runner, outs = workspace.project, workspace.runner, workspace.config.data_outs
        self._files = {each: Files(project, runner, outs, merged=each) for each in (False, True)}
        self._lock = RLock()
        self._mark: Hashable = None
        self._read: dict[bool, _OfGit] = {}
        self._where: dict[str, str] = {}

    def load(
        self,
        metric: str,
        runs: Sequence[Run] | None = None,
        run_keys: Collection[str] = (),
        *,
        merged: bool = False,
        join: bool = True,
    ) -> Trend:
        """The trend of the metric that `metric` names (`metric_names.meant`), over what merges brought in if `merged`.

        `runs` and the keys they have are those of the active store in scope if they are at hand; else only what is
        needed of them is read. `join`: where it has to be found anew where their results were committed, wait for it;
        else what is known of that counts. Raises `UsageError` where no or more than one metric is meant, `NotFound`
        outside git, `SourceError` where git can't tell; a store that can't be read is a problem of the trend.
        """
        with self._lock:
            known = self._of_git(merged)
            problems: list[str] = []
            try:
                if runs is None:
                    what, found = self._asked(metric, known.files, problems)
                else:
                    keys = {
                        *run_keys,
                        *(metric for run in runs if metric in run.metrics),
                    }  # remembered ones tell no keys
                    what = meant(metric, keys, known.files.keys(), known.files.beside)
                    found = tuple(measured(runs, what.key)) if what.of_runs else ()
            except UsageError as error:
                raise UsageError(error.summary, f"{error.hint}{_not_here(known.files)}") from error
        results, joined = self._results(known.line, problems, join=join) if found else ({}, True)
        with self._lock:  # not held by who waits for a join
            made = self._made(what, place(found, known.line, results), known, problems)
            return made if joined else replace(made, joined=False)

    def placing(self) -> Hashable:
        """Moves when it is known anew at which commits runs stand."""
        return self._workspace.lineage.results_moves()

    def _results(self, line: TimeLine, problems: list[str], *, join: bool) -> tuple[Mapping[str, str], bool]:
        """Commits by run, and whether that is so now. Else it counts for commits of the line: others may be gone."""
        try:
            found = self._workspace.lineage.results(join=join)
        except SourceError as error:
            problems.append(f"where the results of runs were committed: {error.summary}")
            return {}, True
        if found.stands:
            return found.commits, True
        here = frozenset(line.shas)
        return {run: sha for run, sha in found.commits.items() if sha in here}, False

    def keys(self) -> Mapping[str, Collection[str]]:
        """The keys of each metrics file of the history."""
        with self._lock:
            return self._of_git(False).files.keys()

    def subject(self, sha: str) -> str:
        """The first line of a commit's message, "" if git can't tell."""
        try:
            said = git(self._workspace.project, self._workspace.runner, "show", "-s", "--format=%s", sha, "--")
        except SourceError:
            return ""
        return said.decode(errors="replace").strip("\n")

    def between(self, trend: Trend, regression: Regression) -> Between:
        """What changed from its last good commit to its first bad one."""
        good, bad = regression.last_good.commit, regression.first_bad.commit
        return between(self._workspace.project, self._workspace.runner, trend, good, bad)

    def _made(self, what: Meant, placed: Placed, known: _OfGit, problems: list[str]) -> Trend:
        goal = self._goal(what)
        series: list[TrendSeries] = []
        if points := run_points(placed, goal, known.line):
            series.append(stepped(RUNS, points))
        if points := known.files.points(what.files, what.key, known.line):
            series.append(stepped(points[-1].path, points))
        found, why = judged(series, goal)
        problems += self._gaps(what, known)
        return Trend(
            what.key,
            goal,
            known.line,
            tuple(series),
            known.tags,
            known.data,
            found,
            why,
            self._apart(placed),
            tuple(problems),
        )

    def _goal(self, what: Meant) -> Goal | None:
        goals = self._workspace.config.goals
        names = (what.key, *(f"{path}:{what.key}" for path in what.files))
        return next((goals[name] for name in names if name in goals), None)

    @staticmethod
    def _gaps(what: Meant, known: _OfGit) -> Iterable[str]:
        if what.left:
            yield f"{' and '.join(what.left)} hold {what.key} too: {what.left[0]}:{what.key} names one"
        for path in what.files:
            if lacking := known.files.lacking.get(path):
                yield (
                    f"{lacking} versions of {path} are not here" if lacking > 1 else f"a version of {path} is not here"
                )
        if known.line.cut:
            yield "this clone is shallow: the history begins where it was cut"

    # Runs

    def _asked(self, metric: str, files: MetricFiles, problems: list[str]) -> tuple[Meant, Sequence[Measured]]:
        """Only the one metric is read, once it is known which is meant: exactly as asked in most cases."""
        try:
            reader = self._workspace.reader()
        except SourceError as error:
            problems.append(f"runs: {error.summary}")
            reader = None
        if reader is None:
            return meant(metric, (), files.keys(), files.beside), ()

        def read(key: str) -> Sequence[Measured]:
            return reader.measured(key, getattr(reader, "inside", None))

        if found := read(metric):
            return meant(metric, (metric,), files.keys(), files.beside), found
        what = meant(metric, reader.metric_keys(), files.keys(), files.beside)
        return what, read(what.key) if what.of_runs else ()

    def _apart(self, placed: Placed) -> Apart:
        shas = {run.commit or "" for run in placed.off}
        if new := [sha for sha in shas if sha not in self._where]:
            self._where |= whereabouts(self._workspace.project, self._workspace.runner, new)
        where = [self._where[run.commit or ""] for run in placed.off]
        return Apart(
            where.count("merged"), where.count("elsewhere"), where.count("absent"), placed.untagged, placed.running
        )

    # Git

    def _of_git(self, merged: bool) -> _OfGit:
        project, runner = self._workspace.project, self._workspace.runner
        mark = stamp(project)
        if mark != self._mark:
            self._read.clear()
            self._mark, self._where = mark, {}
        if merged not in self._read:
            line = read_line(project, runner, merged=merged)
            history = self._files[merged].load(line)
            places = {sha: at for at, sha in enumerate(line.shas)}
            refs = read_refs(project, runner)
            tags = [TagMark(places[r.sha], r.sha, r.name) for r in refs if r.kind == "tag" and r.sha in places]
            tags.sort(key=lambda tag: (tag.at, tag.name))
            outs = self._workspace.config.data_outs
            tracked = outs or any(path.endswith(".dvc") for _, path, _ in history.rows)
            numbers = self._numbers() if tracked else {}
            data = data_changes(history, line, numbers, outs)
            found = _OfGit(line, metric_files(history, line, project), tuple(tags), data)
            if found.files.lacking:
                return found  # dvc fetch brings it without moving a ref: it is looked for again
            self._read[merged] = found
        return self._read[merged]

    def _numbers(self) -> dict[str, dict[str, int]]:
        """The number of each version by dataset and hash; by the paths that a dataset had before, too."""
        try:
            brief = self._workspace.data_brief.load()
        except SourceError:
            return {}
        found = {
            path: {version.hash: number for number, version in enumerate(versions, start=1)}
            for path, versions in brief.versions.items()
        }
        return {**{path: found[now] for path, now in brief.moved.items() if now in found}, **found}


def _not_here(files: MetricFiles) -> str:
    """Where it may be after all."""
    paths = [path for path in files.lacking if path not in files.values]
    return f"; what {' and '.join(paths)} held is not here (dvc pull --all-commits {quote(paths[0])})" if paths else ""
