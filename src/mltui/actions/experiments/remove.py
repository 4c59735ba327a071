"""Take experiments away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mltui.actions.experiments.apply import listed
from mltui.actions.experiments.dvc import Dvc, failed
from mltui.actions.experiments.naming import way
from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.dvc import DvcExperiment
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import quote
from mltui.sources.dvc.queue_tasks import task_of
from mltui.sources.git.revs import full_sha


class Remove:
    """``dvc exp remove``, each by the word that means it and no other."""

    name = "exp remove"

    def __init__(self, dvc: Dvc, experiments: Sequence[DvcExperiment]) -> None:
        self.experiments = tuple(experiments)
        self._dvc = dvc

    @property
    def title(self) -> str:
        return f"remove {listed([one.name for one in self.experiments])}"

    @property
    def note(self) -> Note:
        return Note(", ".join(map(way, self.experiments)), before=", ".join(one.commit for one in self.experiments))

    def commands(self) -> Sequence[str]:
        return (self._dvc.command("exp", "remove", *map(way, self.experiments)),)

    def refusal(self) -> Refused | None:
        if refused := self._dvc.refusal():
            return refused
        for one in self.experiments:
            if one.status == "RUNNING":
                return Refused(f"{one.name} runs", f"stop it first: mltui exp stop {quote(one.name)}")
            if one.lives_on:  # nothing would tell of them any more
                return Refused(
                    f"the processes of {one.name} live on", f"mltui exp stop {quote(one.name)} --kill ends them"
                )
        try:
            gone = [one.name for one in self.experiments if not self._there(one)]
        except SourceError as error:
            return Refused(error.summary, error.hint)
        return Refused(f"not there any more: {listed(gone)}", "somebody was faster") if gone else None

    def act(self, tell: Tell) -> Outcome:
        tell(1, 1, f"dvc exp remove {listed([one.name for one in self.experiments])}")
        try:
            done = self._dvc.run("exp", "remove", *map(way, self.experiments))
            still = [one.name for one in self.experiments if self._there(one)]
        except SourceError as error:
            return Outcome("unknown", f"{self.title}: {error.summary}", ("mltui exp list tells which are there",))
        if done.code or still:
            return failed(self.title, done, (f"still there: {listed(still)}",) if still else ("all of them are gone",))
        back = [
            f"git update-ref {quote(one.ref)} {one.commit} brings {one.name} back, until git collects garbage"
            for one in self.experiments
            if one.status == "FINISHED"
        ]
        return Outcome("done", f"removed: {listed([one.name for one in self.experiments])}", tuple(back))

    def _there(self, one: DvcExperiment) -> bool:
        if one.status == "FINISHED":
            return full_sha(self._dvc.project, self._dvc.runner, one.ref) == one.commit
        return any(task_of(Path(root), one.commit) for root in self._dvc.roots)
