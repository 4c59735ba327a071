"""GTO's registry, which is tags of git: what a tag's name says, and who holds which stage after all of them.

Grammar and meaning are those of gto 1.10 (gto/constants.py `tag_re`, gto/tag.py, gto/base.py). A tag is
``<artifact>@v1.2.3[!]``, ``<artifact>#<stage>[!]`` or ``<artifact>@deprecated``, each with an optional ``#<counter>``;
``!`` takes back. An artifact of a directory, ``path/to:name``, is written ``path/to=name``, since refs know no colon.
Lightweight tags carry no time and do not count. What is told equals ``gto show``, ties between tags of one second too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from mltui.model.registry import ModelVersion, RegisteredModel

Action = Literal["register", "deregister", "assign", "unassign", "deprecate", "create"]

_NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-/_]*[a-zA-Z0-9])?"
_SEMVER = (
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_TAG = re.compile(
    rf"(?P<artifact>(?:[a-zA-Z0-9\-._/]+=)?{_NAME})"
    rf"(?:(?:#(?P<stage>{_NAME})|@(?P<version>v{_SEMVER}))(?P<cancel>!?)|@(?P<word>deprecated|created))"
    r"(?:#(?P<counter>[0-9]+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class TagName:
    """What the name of a tag says. `version` ("v1.2.3") or `stage` ("prod") is "" where it is about the other."""

    artifact: str
    action: Action
    version: str = ""
    stage: str = ""
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class GitTag:
    """An annotated tag of a commit. `time` is epoch ms; None where the tag does not say (before 2005)."""

    name: str
    commit: str
    time: int | None
    tagger: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """An entry of ``artifacts:`` of the dvc.yaml `file`, as it is written: templates are not filled in."""

    name: str
    path: str = ""
    type: str = ""
    desc: str = ""
    labels: tuple[str, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)
    file: str = "dvc.yaml"


def parse_tag(name: str) -> TagName | None:
    """What a tag (without ``refs/tags/``) says; None if it is none of GTO's."""
    found = _TAG.fullmatch(name)
    if found is None:
        return None
    action: Action
    if found["word"]:
        action = "deprecate" if found["word"] == "deprecated" else "create"
    elif found["version"]:
        action = "deregister" if found["cancel"] else "register"
    else:
        action = "unassign" if found["cancel"] else "assign"
    counter = int(found["counter"]) if found["counter"] else None
    artifact = found["artifact"].replace("=", ":")
    return TagName(artifact, action, found["version"] or "", found["stage"] or "", counter)


@dataclass(slots=True)
class _Version:
    """A version while it is put together. One without `registered` was never registered: a stage names its commit."""

    name: str
    commit: str
    registered: list[GitTag] = field(default_factory=list)
    deregistered: list[GitTag] = field(default_factory=list)
    assigned: dict[str, list[GitTag]] = field(default_factory=dict)
    unassigned: dict[str, list[GitTag]] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        if self.registered or self.deregistered:
            return _latest(self.registered) > _latest(self.deregistered)
        return any(self.holds(stage) for stage in self.assigned)

    @property
    def time(self) -> int:
        """When it was last registered, or first named by a stage (gto's `created_at`)."""
        return _latest(self.registered or [tag for tags in self.assigned.values() for tag in tags])

    def holds(self, stage: str) -> bool:
        """Whether it was assigned the stage and not taken it away since; gto lets the latter win a tie."""
        return _latest(self.assigned.get(stage, ())) > _latest(self.unassigned.get(stage, ()))


def _latest(tags: Iterable[GitTag]) -> int:
    return max((tag.time or 0 for tag in tags), default=-1)


class _Artifact:
    """An artifact while its tags are read, oldest first: registrations before stages, as gto reads them."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], _Version] = {}
        self._last = -1
        self._deprecated = -1

    def add(self, tag: GitTag, said: TagName) -> None:
        if said.action == "deprecate":
            self._deprecated = max(self._deprecated, tag.time or 0)
            return
        self._last = max(self._last, tag.time or 0)
        if said.action in ("register", "deregister"):
            version = self.versions.setdefault((said.version, tag.commit), _Version(said.version, tag.commit))
            (version.registered if said.action == "register" else version.deregistered).append(tag)
        elif said.action != "create":
            version = self._at(tag.commit)
            stages = version.assigned if said.action == "assign" else version.unassigned
            stages.setdefault(said.stage, []).append(tag)

    def _at(self, commit: str) -> _Version:
        """The version that a stage at `commit` means: the registered one, else the commit itself."""
        here = [each for each in self.versions.values() if each.commit == commit]
        if here:  # gto refuses to make a second one at a commit, and to read two
            return max(here, key=lambda each: (each.active, each.time))
        return self.versions.setdefault((commit, commit), _Version(commit, commit))

    @property
    def deprecated(self) -> bool:
        return self._deprecated > self._last

    def current(self) -> dict[str, _Version]:
        """Who holds each stage: of those it was not taken from, the one it was assigned to last."""
        active = [each for each in self.versions.values() if each.assigned and each.active]
        active = sorted(active, key=lambda each: each.time)[::-1]
        held = [(_latest(each.assigned[stage]), stage, each) for each in active for stage in each.assigned]
        found: dict[str, _Version] = {}
        for _, stage, version in sorted(held, key=lambda one: one[0])[::-1]:
            if version.holds(stage):
                found.setdefault(stage, version)
        return dict(sorted(found.items()))


_ORDER = {"deprecate": 0, "create": 0, "register": 1, "deregister": 1, "assign": 2, "unassign": 2}


def registered(tags: Iterable[GitTag], artifacts: Iterable[Artifact] = ()) -> tuple[RegisteredModel, ...]:
    """The models of GTO by name: of the tags, and of `artifacts` that have no tag yet. Deprecated ones are left out.

    `ModelVersion.description` is the message of the tag that registered it; `RegisteredModel.tags` is what the
    dvc.yaml declares. To see the registry as it was, leave out the tags made later.
    """
    said = [(tag, name) for tag in tags if (name := parse_tag(tag.name)) is not None]
    found: dict[str, _Artifact] = {}
    for tag, name in sorted(said, key=_reading_order):
        found.setdefault(name.artifact, _Artifact()).add(tag, name)
    declared = {artifact.name: artifact for artifact in artifacts}
    names = [name for name in {**found, **declared} if name not in found or not found[name].deprecated]
    return tuple(_model(name, found.get(name) or _Artifact(), declared.get(name)) for name in sorted(names))


def standings(tags: Iterable[GitTag]) -> Iterator[tuple[tuple[GitTag, ...], dict[str, tuple[str, str]]]]:
    """Who holds each stage after each second in which tags of one artifact were made, the oldest first: these tags, and
    version and commit by stage. It is what `registered` says of all tags up to then; tags without a time are the first.
    """
    said = [(tag, name) for tag in tags if (name := parse_tag(tag.name)) is not None]
    so_far: list[tuple[GitTag, TagName]] = []
    artifact, staged = _Artifact(), set[str]()
    for _, group in groupby(sorted(said, key=lambda one: one[0].time or 0), key=lambda one: one[0].time or 0):
        some = sorted(group, key=_reading_order)
        so_far += some
        if any(_ORDER[name.action] == 1 and tag.commit in staged for tag, name in some):
            artifact, some = _Artifact(), sorted(so_far, key=_reading_order)  # what stages there meant is another now
        for tag, name in some:
            artifact.add(tag, name)
        staged |= {tag.commit for tag, name in some if name.stage}
        current = {} if artifact.deprecated else artifact.current()
        last = tuple(tag for tag, _ in some if (tag.time or 0) == (so_far[-1][0].time or 0))
        yield last, {stage: (holder.name, holder.commit) for stage, holder in current.items()}


def _reading_order(one: tuple[GitTag, TagName]) -> tuple[int, int, str]:
    """As gto reads them: registrations before stages, the oldest first."""
    return _ORDER[one[1].action], one[0].time or 0, one[0].name


def _model(name: str, artifact: _Artifact, declared: Artifact | None) -> RegisteredModel:
    current = artifact.current()
    active = sorted((each for each in artifact.versions.values() if each.active), key=_by_version, reverse=True)
    versions = tuple(
        _version(name, each, [stage for stage, holder in current.items() if holder is each]) for each in active
    )
    aliases = {stage: holder.name for stage, holder in current.items()}
    description = declared.desc if declared else ""
    return RegisteredModel(name, "gto", versions, aliases, description, _declared(declared) if declared else {})


def _version(model: str, version: _Version, stages: Sequence[str]) -> ModelVersion:
    tag = max(version.registered, key=lambda each: each.time or 0, default=None)
    by = tag or min((tag for tags in version.assigned.values() for tag in tags), key=lambda each: each.time or 0)
    stands = {"tag": tag.name} if tag else {}
    stands.update({f"#{stage}": max(version.assigned[stage], key=lambda each: each.time or 0).name for stage in stages})
    return ModelVersion(
        model,
        version.name,
        None,
        by.time,
        tuple(stages),
        description=tag.message if tag else "",
        tags=stands,
        user=by.tagger,
        commit=version.commit,
    )


def _declared(artifact: Artifact) -> dict[str, str]:
    values = {
        "type": artifact.type,
        "path": artifact.path,
        "labels": ", ".join(artifact.labels),
        **{f"meta.{key}": value for key, value in artifact.meta.items()},
        "declared in": artifact.file,
    }
    return {key: value for key, value in values.items() if value}


def _by_version(version: _Version) -> tuple[bool, Precedence, str]:
    """Registered versions above bare commits, as `gto show NAME` lists them."""
    return bool(version.registered), precedence(version.name), version.name


#: Numbers, whether it is a release, and the parts of a pre-release: numbers below words.
Precedence = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Precedence:
    """What ``v1.2.3-rc.1`` is ordered by (semver.org, 11); of anything else the lowest."""
    numbers, _, rest = version.removeprefix("v").partition("+")[0].partition("-")
    parts = numbers.split(".")
    if not version.startswith("v") or not all(map(_is_number, parts)):
        return (), False, ()
    words = tuple((not _is_number(each), int(each) if _is_number(each) else 0, each) for each in rest.split("."))
    return tuple(map(int, parts)), not rest, words if rest else ()


def _is_number(part: str) -> bool:
    """One that Python reads: of thousands of digits it does not."""
    return part.isdecimal() and len(part) <= 100
