"""Tags of one stage of GTO: read, named, made."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from mltui.errors import Refused
from mltui.model.gto import GitTag, TagName, parse_tag, registered
from mltui.model.move_tags import forced_text, tag_key, tag_text
from mltui.sources.cachedir import create
from mltui.sources.dvc import readable
from mltui.sources.git.command import arguments, environment, failure, git, lines
from mltui.sources.gto.tags import annotated_tags
from mltui.sources.places import state_dirs

if TYPE_CHECKING:
    from mltui.model.moves import Move
    from mltui.model.promotion import Plan
    from mltui.model.registry import RegisteredModel
    from mltui.sources.places import Project
    from mltui.sources.runner import Runner

#: No signature is asked for, which may want a passphrase, and no hook of the repository runs. gto signs none either.
_OWN: Final = ("-c", "tag.gpgSign=false", "-c", "tag.forceSignAnnotated=false", "-c", "core.hooksPath=/dev/null")
#: Clocks of colleagues may be ahead of ours by so much (s).
AHEAD: Final = 60


class Registry:
    """The tags of the artifact `model`, for its `stage`. Every method raises `SourceError`."""

    def __init__(self, project: Project, runner: Runner, model: str, stage: str) -> None:
        self._project, self._runner, self._model, self._stage = project, runner, model, stage

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One mltui at a time looks and makes; where no lock can be had, git's own check of the name has to do."""
        import fcntl

        directory = state_dirs(self._project)[0]
        try:
            create(str(directory))
            handle = os.open(directory / "gto.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            yield
            return
        try:
            with suppress(OSError):  # some file systems know no locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def tags(self) -> list[GitTag]:
        """Those of the artifact, as they are now."""
        found = annotated_tags(self._project, self._runner)
        return [each for each in found if (said := parse_tag(each.name)) is not None and said.artifact == self._model]

    def model(self) -> RegisteredModel | None:
        """The artifact as its tags have it now; None if it has none, or is deprecated."""
        return next(iter(registered(self.tags())), None)

    def without(self, commit: str) -> str | None:
        """Who would hold the stage once it is taken from the version at `commit`: others may have it below."""
        tags = self.tags()
        later = (max((each.time or 0 for each in tags), default=0) // 1000 + 1) * 1000
        model = next(iter(registered([*tags, GitTag(self.next_tag(take_back=True), commit, later)])), None)
        return model.aliases.get(self._stage) if model else None

    def mover(self, holder: str | None) -> str:
        """Where the stage is now, and who brought it there."""
        if holder is None:
            return "nobody holds it any more"
        about = [
            each for each in self.tags() if (said := parse_tag(each.name)) is not None and said.stage == self._stage
        ]
        last = max(about, key=lambda each: each.time or 0, default=None)
        by = f", by {last.tagger or 'somebody'}: {last.name}" if last else ""
        return f"it is at {self._model} {holder}{by}"

    def next_tag(self, *, take_back: bool) -> str:
        """The name of the next tag: gto counts all tags of an artifact together, lightweight ones too."""
        counters = [said.counter or 0 for name in self._names() if (said := parse_tag(name)) is not None]
        artifact, mark = self._model.replace(":", "="), "!" if take_back else ""
        return f"{artifact}#{self._stage}{mark}#{max(counters, default=0) + 1}"

    def _names(self) -> list[str]:
        names = lines(git(self._project, self._runner, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags/"))
        return [name for name in names if (said := parse_tag(name)) is not None and said.artifact == self._model]

    def future_refusal(self) -> Refused | None:
        """The youngest tag counts: why one that is made now would be none."""
        last = max(self.tags(), key=lambda each: each.time or 0, default=None)
        if last is None or (last.time or 0) / 1000 <= time.time() + AHEAD:
            return None
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime((last.time or 0) / 1000))
        what = f"tag {last.name} is dated {when}, which is to come: a tag made now would not count"
        return Refused(what, "is the clock here right? else that tag has to be made anew")

    def make(self, tag: str, commit: str, message: str) -> bool:
        """Make it; False if somebody else has made one of that name. It is a second younger than all others."""
        last = max((each.time or 0 for each in self.tags()), default=0) // 1000
        seconds = max(int(time.time()), last + 1)
        zone = time.strftime("%z", time.localtime(seconds))
        env = {**environment(self._project), "GIT_COMMITTER_DATE": f"@{seconds} {zone}"}
        argv = arguments(*_OWN, "tag", "-a", "--cleanup=whitespace", "-F", "-", "--", tag, commit)
        done = self._runner.run(argv, cwd=self._project.root, env=env, stdin=message.encode())
        if done.code and re.search(r"already exists|File exists", done.stderr):
            return False
        if done.code:
            raise failure(done)
        return True


def message_of(subject: str, move: Move | None) -> str:
    """What the tag says: gto's own subject, the reason, that it was forced, and the move for machines."""
    if move is None:
        return f"{subject}\n"
    day = time.strftime("%Y-%m-%d", time.localtime((move.at or 0) / 1000))
    forced = f"forced past its gates {forced_text(move, day)}" if move.forced else ""
    parts = (subject, "" if move.forced else move.reason, forced, f"{tag_key(move)}: {tag_text(move)}")
    return "\n\n".join(filter(None, parts)) + "\n"


def stage_refusal(project: Project, plan: Plan) -> Refused | None:
    """Why gto would not take the stage: its name, or that ``.gto`` allows others only."""
    stage, artifact = plan.target.name, plan.model.name
    if parse_tag(f"{artifact.replace(':', '=')}#{stage}#1") != TagName(artifact, "assign", stage=stage, counter=1):
        return Refused(f"GTO takes no stage {stage!r}", "letters, digits, - and _, and / inside")
    allowed = _allowed(project)
    if allowed and stage not in allowed:
        return Refused(f".gto allows no stage {stage}", f"it allows {', '.join(allowed)}")
    return None


def _allowed(project: Project) -> list[str]:
    """The ``stages:`` of gto's own configuration; [] for any."""
    try:
        said = readable.load(project.root / ".gto")
    except (OSError, ValueError):
        return []
    stages = said.get("stages") if isinstance(said, dict) else None
    return [str(each) for each in stages] if isinstance(stages, list) else []
