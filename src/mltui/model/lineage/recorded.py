"""Rules 1 and 2: what a run itself says of the data it read.

A hash of DVC's in a param, a tag or a dataset's source; a digest of a dataset that is one; a rev that names a tag or a
commit; the tags of mltui-recorder; the name of a DVC experiment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mltui.model.lineage.graph import EdgeKind
from mltui.model.lineage.hashes import SHORTEST, Content, Contents, mentions
from mltui.model.runs import COMMIT_TAG, Run, RunInput

RECORDER: Final = "mltui-recorder"
#: A job that mltui ran, where the run's environment had no recorder (sources/jobs/told.py).
JOB: Final = "mltui's job, by the dvc.lock it left"
#: Nobody edits there, but nobody looked at it either.
UNSEEN: Final = "DVC hashes what a stage read when it has ended, and nothing shows that it was the same when it began"
#: DVC locks such a file as it is at the end.
EDITED: Final = "it was edited while the stage ran"
BY_JOB_TAG: Final = "mltui.told_by_job"
#: As `DEP_TAG`, of a job: what DVC locked although it was edited while the stage ran (behind the hash and a space: as
#: it was before, if that is known), and what nobody looked at meanwhile.
EDITED_TAG: Final = "mltui.edited_dep."
UNSEEN_TAG: Final = "mltui.unseen_dep."
#: The recorder's tags (recorder/): one for each dep, and what else it says.
DEP_TAG: Final = "mltui.dep."
STAGE_TAG: Final = "mltui.stage"
EXP_TAG: Final = "mltui.exp"
DIRTY_TAG: Final = "mltui.dirty"
UNHASHED_TAG: Final = "mltui.unhashed"
#: MLflow 3's own, where somebody enabled its git versioning (mlflow/genai/git_versioning).
MLFLOW_DIRTY_TAG: Final = "mlflow.source.git.dirty"
#: DVC's environment of a stage, as people log it: any case, "_", "." or "-" between the words.
_STAGE_KEY = re.compile(r"(?:^|[./])dvc[_.-]?stage$", re.IGNORECASE)
_EXP_KEY = re.compile(r"(?:^|[./])dvc[_.-]?exp(?:[_.-]?name)?$", re.IGNORECASE)
#: Keys whose values may name a rev. A param "version" of 1.0 beside a git tag 1.0 would be an accident.
_REV_KEY = re.compile(r"rev(?:ision)?(?:$|[_.-])|(?:data|dvc|git)[\w.-]*(?:version|tag|commit|sha|ref)", re.IGNORECASE)
_SHA = re.compile(r"[0-9a-f]{40}")
#: MLflow's bookkeeping: ids of runs and models have 32 digits too.
_BOOKKEEPING = frozenset(
    {COMMIT_TAG, "mlflow.log-model.history", "mlflow.loggedArtifacts", "mlflow.parentRunId", "mlflow.runName"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one run says: `content` it read, or `rev` (a full commit hash) it names. `how` says where it stands.

    `known`: the history of this clone has that content; where it has not, `content.path` is what the run calls it.
    `made`: it is what the run made, an out of its own stage. `kind`: "inferred" or "unknown" where a job that ran it
    says it and can't know.
    """

    how: str
    content: Content | None = None
    rev: str | None = None
    known: bool = True
    made: bool = False
    kind: EdgeKind = "recorded"


@lru_cache(maxsize=4096)
def _means(key: str) -> str:
    """What a key may say by its name alone: "stage", "exp", "rev", or "" for nothing of that."""
    if _STAGE_KEY.search(key):
        return "stage"
    if _EXP_KEY.search(key):
        return "exp"
    return "rev" if _REV_KEY.search(key) else ""


def _keyed(run: Run, meaning: str) -> Iterator[tuple[str, str, str]]:
    """(what it is, key, value) of the params and tags whose key has this meaning."""
    for what, values in (("param", run.params), ("tag", run.tags)):
        for key in values:
            if _means(key) == meaning:
                yield what, key, values[key]


def _long(run: Run) -> Iterator[tuple[str, str, str]]:
    """(what it is, key, value) of what is long enough to hold a hash, and a person or a tool wrote."""
    for what, values in (("param", run.params), ("tag", run.tags)):
        for key, value in values.items():
            if len(value) >= SHORTEST and key not in _BOOKKEEPING and not key.startswith(("mltui.", "mlflow.source.")):
                yield what, key, value


def said(
    run: Run, inputs: Sequence[RunInput], contents: Contents, revs: Mapping[str, str], here: Iterable[str] = ()
) -> tuple[Said, ...]:
    """What the run says, each content and rev once. `revs` maps names of tags and full hashes of commits to commits;
    `here` are paths tracked at the run's commit: of two with the same content one of those is meant.
    """
    deps = (*_deps(run), *_of_job(run))
    found: dict[object, Said] = {each.content: each for each in deps}  # two deps may have the same content
    told = {each.content.digits for each in found.values() if each.content and each.kind == "recorded"}
    for each in (*_hashes(run, contents, here), *_inputs(inputs, contents, here), *_revs(run, revs)):
        if each.content is None:
            found.setdefault(each.rev, each)
        elif each.content.digits not in told:
            told.add(each.content.digits)
            found[each.content] = each
    return tuple(each for each in found.values() if each.kind == "recorded" or _digits(each) not in told)


def by_recorder(each: Said) -> bool:
    """Whether mltui-recorder or a job of mltui's says it, which know what is a dep."""
    return each.how.startswith((RECORDER, JOB))


def _digits(each: Said) -> str:
    """Those of the content that it names, "" if it names a commit."""
    return each.content.digits if each.content is not None else ""


def _deps(run: Run) -> Iterator[Said]:
    """A path that can't be part of a tag's name stands behind the hash and a space; of a file too large to be hashed in
    time it is DVC's hash, and said so (docs/recorder.md)."""
    unhashed = frozenset(run.tags.get(UNHASHED_TAG, "").split("\n"))
    for key, value in run.tags.items():
        path = key.removeprefix(DEP_TAG)
        stated, space, odd = value.partition(" ")
        if path not in (key, "more") and re.fullmatch(r"md5:[0-9a-f]{32}(\.dir)?", stated):
            named = odd if space else path
            how = f"{RECORDER}, by DVC's files: too large to hash" if named in unhashed else _who(run)
            yield Said(how, Content(named, stated))


def _of_job(run: Run) -> Iterator[Said]:
    """Deps that a job's dvc.lock names and that need not be what was read."""
    for key, value in run.tags.items() if BY_JOB_TAG in run.tags else ():
        if key.startswith(UNSEEN_TAG):
            yield Said(f"{JOB}: {UNSEEN}", Content(key.removeprefix(UNSEEN_TAG), value), kind="inferred")
        elif key.startswith(EDITED_TAG):
            path, (locked, _, before) = key.removeprefix(EDITED_TAG), value.partition(" ")
            yield Said(f"{JOB}: {EDITED}; this is what it was at its end", Content(path, locked), kind="unknown")
            if before:
                yield Said(f"{JOB}: {EDITED}; this is what it was at its start", Content(path, before), kind="unknown")


def _who(run: Run) -> str:
    """Whose the tags are."""
    return JOB if BY_JOB_TAG in run.tags else RECORDER


def _hashes(run: Run, contents: Contents, here: Iterable[str]) -> Iterator[Said]:
    hint: str | None = None
    for what, key, value in _long(run):
        for digits, as_path in mentions(value):
            if digits not in contents.by_digits and not as_path:
                continue
            if hint is None:
                hint = " ".join(run.params.values())
            yield _content(contents.named(digits, hint, here), digits, f"{what} {key}", key)


def _inputs(inputs: Sequence[RunInput], contents: Contents, here: Iterable[str]) -> Iterator[Said]:
    for each in inputs:
        named = f"dataset {each.name} ({each.context})" if each.context else f"dataset {each.name}"
        for digits, as_path in mentions(each.source):
            if digits in contents.by_digits or as_path:
                yield _content(contents.named(digits, each.source, here), digits, f"source of {named}", each.name)
        digest = each.digest.removeprefix("md5:").removesuffix(".dir")
        if digest in contents.by_digits:
            yield _content(contents.named(digest, each.source, here), digest, f"digest of {named}", each.name)


def _content(found: Content | None, digits: str, how: str, name: str) -> Said:
    return Said(how, found or Content(name, f"md5:{digits}"), known=found is not None)


def _revs(run: Run, revs: Mapping[str, str]) -> Iterator[Said]:
    for what, key, value in _long(run):
        if not key.startswith("mlflow.") and _SHA.fullmatch(value) and value in revs:
            yield Said(f"{what} {key}", rev=value)
    for what, key, value in _keyed(run, "rev"):
        if not key.startswith(("mltui.", "mlflow.")) and value in revs and not _SHA.fullmatch(value):
            yield Said(f"{what} {key} names tag {value}", rev=revs[value])


def stage_said(run: Run) -> tuple[str, str] | None:
    """The stage the run says it was, and where that stands: the recorder's tag, else ``DVC_STAGE`` as logged."""
    if stage := run.tags.get(STAGE_TAG):
        return stage, _who(run)
    return next(((value, f"{what} {key}") for what, key, value in _keyed(run, "stage") if value), None)


def experiment_said(run: Run) -> tuple[str, str] | None:
    """The name of the DVC experiment the run says it was made in, and where that stands."""
    if name := run.tags.get(EXP_TAG):
        return name, _who(run)
    return next(((value, f"{what} {key}") for what, key, value in _keyed(run, "exp") if value), None)


def dirty_said(run: Run) -> tuple[bool, str] | None:
    """Whether the worktree differed from the commit when the run began, and who says so; None if nobody does."""
    for key in (DIRTY_TAG, MLFLOW_DIRTY_TAG):
        if (value := run.tags.get(key, "").lower()) in ("true", "false"):
            return value == "true", f"tag {key}"
    return None
