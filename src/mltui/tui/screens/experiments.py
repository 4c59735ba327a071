"""What can be done with DVC experiments: one is chosen, shown, and done when it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mltui.actions.experiments.apply import Apply, said_status
from mltui.actions.experiments.branch import Branch
from mltui.actions.experiments.dvc import Dvc
from mltui.actions.experiments.queue import Start, local_store
from mltui.actions.experiments.remove import Remove
from mltui.actions.experiments.stop import Stop
from mltui.actions.gateway import gateway_of
from mltui.model.dvc import DvcExperiment
from mltui.model.outcome import Outcome
from mltui.present.experiments import applying_lines, queue_lines
from mltui.present.text import safe
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


def choose_action(screen: MainScreen, experiments: Sequence[DvcExperiment]) -> None:
    """Offer what these can be asked; what they can't be now is dim and says why."""
    one = experiments[0]
    title = f"Experiment {safe(one.name)}" if len(experiments) == 1 else f"{len(experiments)} experiments"
    why = _why(experiments)
    known = screen.experiments.value if screen.experiments else None
    if known is not None and not any(each.status == "SCHEDULED" for each in known):
        why["start"] = "nothing is queued"
    options = [Option(key, word, why.get(key, ""), open=key not in why) for key, word in _WORDS]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None and keys[0] not in why:
            _ACTIONS[keys[0]](screen, experiments)

    screen.app.push_screen(Chooser(title, options), taken)


_WORDS = (
    ("apply", "apply"),
    ("branch", "make a branch"),
    ("stop", "stop"),
    ("kill", "stop, and kill what does not end"),
    ("remove", "remove"),
    ("start", "run what is queued"),
)


def _why(experiments: Sequence[DvcExperiment]) -> dict[str, str]:
    """What can't be asked of them, and why."""
    one, found = experiments[0], {}
    if len(experiments) > 1:
        found = dict.fromkeys(("apply", "branch", "stop", "kill"), "of one at a time")
    elif one.status != "FINISHED":
        found = dict.fromkeys(("apply", "branch"), f"it is {said_status(one)}")
    if one.status not in ("RUNNING", "SCHEDULED", "KILLED") and not one.lives_on:
        found |= dict.fromkeys(("stop", "kill"), "it does not run")
    if any(each.status == "RUNNING" for each in experiments):
        found["remove"] = "it runs"
    elif any(each.lives_on for each in experiments):
        found["remove"] = "its processes live on: stop it first"
    return found


def _confirm(screen: MainScreen, title: str, make: Callable[[Dvc], ToConfirm], verb: str) -> None:
    """Show it; afterwards what it changed is read again."""
    workspace = screen.workspace
    dvc = Dvc.of(workspace)

    def ended(_outcome: Outcome | None) -> None:
        for part in ("git", "experiments", "pipeline"):
            screen.feeds.kick(part, force=True)

    dialog = ConfirmDialog(workspace, gateway_of(workspace), title, lambda: make(dvc), verb)
    screen.app.push_screen(dialog, ended)


def _apply(screen: MainScreen, experiments: Sequence[DvcExperiment]) -> None:
    def make(dvc: Dvc) -> ToConfirm:
        action = Apply(dvc, experiments[0], overwrite=True)  # what it overwrites is on screen when it is confirmed
        return ToConfirm(action, applying_lines(action.effects))

    _confirm(screen, f"Apply {experiments[0].name}", make, "apply it")


def _branch(screen: MainScreen, experiments: Sequence[DvcExperiment]) -> None:
    one = experiments[0]

    def named(name: str | None) -> None:
        if name:
            _confirm(screen, f"Branch {name}", lambda dvc: ToConfirm(Branch(dvc, one, name)), "make the branch")

    screen.app.push_screen(AskText("Branch of the experiment", f"{one.name}-branch", ask="a branch's name"), named)


def _stop(screen: MainScreen, experiments: Sequence[DvcExperiment], *, kill: bool = False) -> None:
    def make(dvc: Dvc) -> ToConfirm:
        return ToConfirm(Stop(dvc, experiments[0], grace=dvc.config.stop_grace, kill=kill))

    _confirm(screen, f"Stop {experiments[0].name}", make, "stop it")


def _kill(screen: MainScreen, experiments: Sequence[DvcExperiment]) -> None:
    _stop(screen, experiments, kill=True)


def _remove(screen: MainScreen, experiments: Sequence[DvcExperiment]) -> None:
    title = f"Remove {experiments[0].name}" if len(experiments) == 1 else f"Remove {len(experiments)} experiments"
    _confirm(screen, title, lambda dvc: ToConfirm(Remove(dvc, experiments)), "remove")


def _start(screen: MainScreen, _experiments: Sequence[DvcExperiment]) -> None:
    workspace = screen.workspace

    def make(dvc: Dvc) -> ToConfirm:
        action = Start(dvc, 1, local_store(workspace))
        return ToConfirm(action, queue_lines(action.queued(), action.jobs))

    _confirm(screen, "Run the queue", make, "run it")


_ACTIONS: dict[str, Callable[[MainScreen, Sequence[DvcExperiment]], None]] = {
    "apply": _apply,
    "branch": _branch,
    "stop": _stop,
    "kill": _kill,
    "remove": _remove,
    "start": _start,
}
