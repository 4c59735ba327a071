"""Which experiments of a shared store are this project's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from mltui.config import Config
from mltui.errors import SourceError
from mltui.model.part import Problem
from mltui.model.registry import RegisteredModel
from mltui.model.runs import REPO_TAG, Experiment, MetricPoint, Run, RunInput, Store
from mltui.sources.mlflow.reader import Keys, StoreReader
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: Stores that many projects share. What lies in the repository is the project's own.
SHARED = ("rest", "sql")

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: Either ``scheme://[user@]host[:port]/path`` or scp's ``[user@]host:path``.
_REMOTE = re.compile(r"^(?:[a-z+]+://)?(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+(?=/))?[:/]+(?P<path>.+?)(?:\.git)?/*$")

Known = Callable[[Collection[str]], set[str]]


def ours(
    reader: StoreReader, project: Project, config: Config, environ: Mapping[str, str], runner: Runner
) -> frozenset[str] | None:
    """The ids of the experiments that are this project's; None is all of them.

    By the configuration's globs, else of a shared store by ``MLFLOW_EXPERIMENT_NAME`` or ``_ID``, else those with a
    run whose commit is in this repository, or whose ``mlflow.source.git.repoURL`` is one of its remotes.
    """
    experiments = reader.experiments()
    if config.experiments:
        return _chosen(experiments, config.experiments)
    if reader.store.kind not in SHARED:
        return None
    name, number = environ.get("MLFLOW_EXPERIMENT_NAME"), environ.get("MLFLOW_EXPERIMENT_ID")
    if name or number:
        return frozenset(one.experiment_id for one in experiments if one.name == name or one.experiment_id == number)
    if project.server or project.git_dir is None:
        return None
    return by_repository(
        (run for page in reader.runs(metrics=(), params=(), tags=(REPO_TAG,)) for run in page),
        remotes(project, runner),
        lambda shas: known_commits(project, runner, shas),
    )


def by_repository(runs: Iterable[Run], urls: Collection[str], known: Known) -> frozenset[str]:
    """The experiments with a run whose repository or commit is ours."""
    found: set[str] = set()
    commits: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        if run.tags.get(REPO_TAG) and normal(run.tags[REPO_TAG]) in urls:
            found.add(run.experiment_id)
        elif run.commit and _SHA.fullmatch(run.commit):
            commits[run.commit].add(run.experiment_id)
    undecided = {sha for sha, experiments in commits.items() if not experiments <= found}
    for sha in known(undecided) if undecided else ():
        found |= commits[sha]
    return frozenset(found)


def known_commits(project: Project, runner: Runner, shas: Collection[str]) -> set[str]:
    """Those of `shas` (full object ids) that are commits here."""
    from mltui.sources.git.command import git

    asked = "".join(f"{sha}\n" for sha in sorted(shas)).encode()
    try:
        said = git(project, runner, "cat-file", "--batch-check", "--buffer", stdin=asked)
    except SourceError:
        return set()
    lines = (line.split() for line in said.decode("ascii", "replace").splitlines())
    return {words[0] for words in lines if len(words) > 1 and words[1] == "commit"}


def remotes(project: Project, runner: Runner) -> frozenset[str]:
    """The repository's remotes, so written that two ways to name one are equal."""
    from mltui.sources.git.command import attempt

    done = attempt(project, runner, "config", "-z", "--get-regexp", r"^remote\..*\.url$")
    values = (entry.partition("\n")[2] for entry in done.stdout.decode("utf-8", "replace").split("\0"))
    return frozenset(normal(value) for value in values if value)


def normal(url: str) -> str:
    """``git@host:a/b.git``, ``https://user@host/a/b`` and ``ssh://host:22/a/b/`` are one repository."""
    match = _REMOTE.match(url.strip())
    return f"{match['host'].lower()}/{match['path']}" if match else url.strip()


def _chosen(experiments: Iterable[Experiment], globs: Collection[str]) -> frozenset[str] | None:
    if "*" in globs:
        return None
    return frozenset(
        one.experiment_id
        for one in experiments
        if any(glob == one.name or fnmatchcase(one.name, glob) for glob in globs)
    )


class ScopedReader:
    """A reader whose experiments say whether they are in scope, and whose models have a version in scope.

    `runs` is asked for experiments by its callers: looking outside the scope is a choice (``*``), no mistake.
    """

    def __init__(self, reader: StoreReader, inside: frozenset[str]) -> None:
        self._reader = reader
        self.inside = inside

    @property
    def store(self) -> Store:
        return self._reader.store

    def fingerprint(self) -> Hashable:
        return self._reader.fingerprint(), self.inside

    def experiments(self) -> tuple[Experiment, ...]:
        return tuple(replace(one, in_scope=one.experiment_id in self.inside) for one in self._reader.experiments())

    def runs(
        self,
        *,
        deleted: bool = False,
        experiments: Collection[str] | None = None,
        limit: int | None = None,
        metrics: Keys = None,
        params: Keys = None,
        tags: Keys = None,
        known: Mapping[str, Run] | None = None,
    ) -> Iterator[tuple[Run, ...]]:
        return self._reader.runs(
            deleted=deleted,
            experiments=experiments,
            limit=limit,
            metrics=metrics,
            params=params,
            tags=tags,
            known=known,
        )

    def run(self, run_id: str) -> Run:
        return self._reader.run(run_id)

    def inputs(self, run_id: str) -> tuple[RunInput, ...]:
        return self._reader.inputs(run_id)

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        return self._reader.series(run_id, key, limit)

    def metric_keys(self) -> tuple[str, ...]:
        return self._reader.metric_keys()

    def models(self) -> tuple[RegisteredModel, ...]:
        """Models with a version whose run is in scope, and of their versions those."""
        pages = self._reader.runs(deleted=True, experiments=self.inside, metrics=(), params=(), tags=())
        runs = {run.run_id for page in pages for run in page}
        found = []
        for model in self._reader.models():
            versions = tuple(version for version in model.versions if version.source_run_id in runs)
            if versions:
                held = {version.version for version in versions}
                aliases = {alias: version for alias, version in model.aliases.items() if version in held}
                found.append(replace(model, versions=versions, aliases=aliases))
        return tuple(found)

    def problems(self) -> tuple[Problem, ...]:
        return self._reader.problems()

    def close(self) -> None:
        self._reader.close()
