"""Which experiments of a shared store are this project's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from mltui.config import Config
from mltui.errors import SourceError
from mltui.model.key_names import key_of
from mltui.model.part import Problem
from mltui.model.runs import REPO_TAG, Experiment, Run
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: Stores that many projects share. What lies in the repository is the project's own.
SHARED = ("rest", "sql")

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: Either ``scheme://[user@]host[:port]/path`` or scp's ``[user@]host:path``.
_REMOTE = re.compile(r"^(?:[a-z+]+://)?(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+(?=/))?[:/]+(?P<path>.+?)(?:\.git)?/*$")

#: Names of experiments that a message lists.
NAMES = 8

Known = Callable[[Collection[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The experiments (ids) of a store that are this project's; None is all of them.

    `problem` says why there is none although the store has some: an empty table would not. `by_runs`: what is logged
    decides, so that a new run may bring its experiment in.
    """

    inside: frozenset[str] | None
    problem: Problem | None = None
    by_runs: bool = False


def ours(reader: StoreReader, project: Project, config: Config, environ: Mapping[str, str], runner: Runner) -> Scope:
    """Which experiments are this project's.

    By the configuration's globs, else of a shared store by ``MLFLOW_EXPERIMENT_NAME`` or ``_ID``, else those with a
    run whose commit is in this repository, or whose ``mlflow.source.git.repoURL`` is one of its remotes.
    """
    experiments = reader.experiments()
    if "*" in config.experiments:
        return Scope(None)
    if config.experiments:
        asked = " or ".join(f'"{glob}"' for glob in config.experiments)
        hint = f"correct experiments in the configuration; {_else()}"
        return _said(experiments, chosen(experiments, config.experiments), asked, hint)
    if reader.store.kind not in SHARED:
        return Scope(None)
    name, number = environ.get("MLFLOW_EXPERIMENT_NAME"), environ.get("MLFLOW_EXPERIMENT_ID")
    if name or number:
        inside = frozenset(one.experiment_id for one in experiments if one.name == name or one.experiment_id == number)
        asked = f'MLFLOW_EXPERIMENT_NAME "{name}"' if name else f'MLFLOW_EXPERIMENT_ID "{number}"'
        return _said(experiments, inside, asked, f"correct the variable in the environment or .env; {_else()}")
    if project.server or project.git_dir is None:
        return Scope(None)
    inside = by_repository(
        (run for page in reader.runs(metrics=(), params=(), tags=(REPO_TAG,)) for run in page),
        remotes(project, runner),
        lambda shas: known_commits(project, runner, shas),
    )
    said = _said(experiments, inside, "", f"runs logged from here come into view by themselves; {_else()}")
    return replace(said, by_runs=True)


def _else() -> str:
    """What else one can do about a scope in which there is nothing."""
    return f"{key_of('experiments')} in the app chooses, --experiment names others"


def _said(experiments: Sequence[Experiment], inside: frozenset[str], asked: str, hint: str) -> Scope:
    """`inside`, with a problem if it is empty; that nothing was logged from this repository yet is no fault."""
    there = [one.name for one in experiments if one.lifecycle == "active"]
    if inside or not there:
        return Scope(inside)
    names = ", ".join(there[:NAMES]) + (", …" if len(there) > NAMES else "")
    why = f"no experiment fits {asked}" if asked else "no experiment has a run of this repository"
    return Scope(inside, Problem("mlflow", f"{why}; {len(there):,} in the store: {names}", hint, absent=not asked))


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


def chosen(experiments: Iterable[Experiment], globs: Collection[str]) -> frozenset[str]:
    """Those whose name fits one of `globs`."""
    return frozenset(
        one.experiment_id
        for one in experiments
        if any(glob == one.name or fnmatchcase(one.name, glob) for glob in globs)
    )
