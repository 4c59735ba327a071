"""What changed from one commit to another, in short; ``mltui diff`` tells it at length."""

from __future__ import annotations

from mltui.errors import SourceError
from mltui.model.trend import Between, DataChange, Trend
from mltui.sources.dvc.cached import Cache, project_of
from mltui.sources.dvc.experiment_values import finished
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: Commits whose subjects are told.
SUBJECTS = 20
_TIMEOUT_S = 60.0


def between(project: Project, runner: Runner, trend: Trend, good: str, bad: str) -> Between:
    """From `good` to `bad`, full hashes of the trend's line. Never raises `SourceError`: a problem is told in it."""
    problem = ""
    subjects: tuple[tuple[str, str], ...] = ()
    count, files = 0, None
    params: tuple[tuple[str, str | None, str | None], ...] = ()
    try:
        said = git(project, runner, "rev-list", "--count", f"{good}..{bad}", "--", timeout=_TIMEOUT_S)
        count = int(said.decode())
        log = ("log", "-z", f"--max-count={SUBJECTS}", "--format=tformat:%H%x00%s", f"{good}..{bad}", "--")
        words = git(project, runner, *log, timeout=_TIMEOUT_S).decode(errors="replace").split("\0")
        subjects = tuple(zip(words[::2], words[1::2], strict=False))
        tree = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", good, bad, "--")
        files = git(project, runner, *tree, timeout=_TIMEOUT_S).count(b"\0")
        params = _params(project, runner, good, bad)
    except SourceError as error:
        problem = error.summary
    return Between(count, subjects, files, _data(trend, good, bad), params, problem)


def _data(trend: Trend, good: str, bad: str) -> tuple[DataChange, ...]:
    places = {sha: at for at, sha in enumerate(trend.line.shas)}
    first, last = places.get(good, -1), places.get(bad, -1)
    found: dict[str, DataChange] = {}
    for each in trend.data:
        if first < each.at <= last:
            former = found[each.path].former if each.path in found else each.former
            found[each.path] = DataChange(each.at, each.commit, each.path, each.hash, each.number, former)
    return tuple(each for each in found.values() if each.number is None or each.number != each.former)


def _params(project: Project, runner: Runner, good: str, bad: str) -> tuple[tuple[str, str | None, str | None], ...]:
    """Params of dvc.lock, or of params.yaml where there is no lock, that are not the same."""
    held = []
    with BlobReader(project, runner) as reader:
        for sha in (good, bad):
            listing = git(project, runner, "ls-tree", "-r", "-z", "--full-tree", sha, timeout=_TIMEOUT_S)
            held.append(finished(listing, reader, lambda folder: Cache(project_of(project.root, folder))).params)
    old, new = held
    return tuple((key, old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key))
