"""`K`: what will be stopped and how; the countdown while it unwinds, a second question before a kill, what is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Label

from mltui.actions.gateway import gateway_of
from mltui.model.outcome import Outcome
from mltui.present.stopping import kill_lines, stop_lines
from mltui.tui.commands.chooser_keys import STOP
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm
from mltui.tui.symbols import symbols
from mltui.tui.widgets.cancel import Cancel

if TYPE_CHECKING:
    from mltui.actions.jobs.stop import Stop
    from mltui.actions.jobs.stoppable import Target
    from mltui.model.job import Job
    from mltui.present.text import Symbols
    from mltui.sources.workspace import Workspace

#: Processes still alive: a pid and a command each.
Alive = tuple[tuple[int, str], ...]


class StopDialog(ConfirmDialog):
    """Stops a job, or the training of a run. `changed` is called when it is over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "hurry", "Don't wait", show=False),
        Binding("z", "restore", "Put files back", show=False),
    ]
    TOLD = STOP

    class KillAsked(Message):
        """Something outlived SIGTERM."""

        def __init__(self, alive: Alive) -> None:
            self.alive = alive
            super().__init__()

    def __init__(self, workspace: Workspace, target: Target, changed: Callable[[], object] = lambda: None) -> None:
        self._space, self._target, self._changed = workspace, target, changed
        self._stop: Stop | None = None
        self._restorable: Job | None = None
        self._answered = threading.Event()
        self._kill = False
        self._killing = False  # the second question is on screen
        super().__init__(workspace, gateway_of(workspace), f"Stop {target.what}", self._planned, "stop it")

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._killing:
            return (("ctrl+s", "kill it"), ("esc", "let it live"))
        if self._outcome is not None:
            again = (("z", "put files back"),) if self._restorable is not None else ()
            return (*again, ("esc", "close"), ("up down", "scroll"))
        if self._begun:
            return (("t", "don't wait"), ("up down", "scroll"))
        return super().keys()

    def _planned(self) -> ToConfirm:
        """In a thread: the processes as they are now."""
        from mltui.actions.jobs.runner_tree import chosen
        from mltui.actions.jobs.stop import Stop

        self._stop = stop = Stop(self._target, self._space, kill=self._ask_to_kill)
        job = self._target.job
        elsewhere = job.spec.executor if job is not None and job.spec.kind != "local" else ""
        tree = [] if elsewhere else stop.tree()
        own = [each.pid for each in chosen("INT", {each.pid: each for each in tree})]
        first = [self._target.pid] if self._target.pid else own
        title = job.spec.title if job is not None else self._target.what
        return ToConfirm(
            stop, stop_lines(title, tree, first, stop.grace, symbols(self.app), elsewhere=elsewhere), tells=bool(tree)
        )

    # The second question: asked by the thread that stops, answered by keys

    def _ask_to_kill(self, alive: Alive) -> bool:
        """In the thread that stops. Waits for the answer as long as the dialog is there."""
        self._answered.clear()
        self.post_message(self.KillAsked(alive))
        while self.is_attached and not self._answered.wait(1.0):
            pass
        return self._answered.is_set() and self._kill

    @on(KillAsked)
    def _show_question(self, message: KillAsked) -> None:
        message.stop()
        self._show(kill_lines(message.alive, symbols(self.app)))
        self._button("Let it live")
        self.call_after_refresh(self._question_seen)

    def _question_seen(self) -> None:
        self._forget()
        self._killing = True
        self.show_keys()

    def _answer(self, kill: bool) -> None:
        self._killing, self._kill = False, kill
        self.query_one(Cancel).display = False
        self._answered.set()
        self._progress()

    # Keys

    def action_confirm(self) -> None:
        if self._killing:
            self._answer(kill=True)
        else:
            super().action_confirm()

    def action_give_up(self) -> None:
        if self._killing:
            self._answer(kill=False)
        elif self._begun and self._outcome is None:
            self._say("it is being stopped: esc leaves when it is over; t does not wait")
        else:
            super().action_give_up()

    def action_hurry(self) -> None:
        """Not to wait any longer: the next signal now."""
        if self._begun and self._outcome is None and self._stop is not None and not self._killing:
            self._stop.hurry()

    def ended(self, outcome: Outcome) -> None:
        self._killing = False
        self._changed()
        job = self._target.job
        if job is not None:
            self.run_worker(lambda: self._look_at_files(job), thread=True, group="files")

    def _look_at_files(self, job: Job) -> None:
        """In a thread: whether anything can be put back."""
        from mltui.actions.jobs.restore import Restore
        from mltui.actions.jobs.stop import read_job_again

        found = read_job_again(job)
        if Restore(found, self._space.runner).refusal() is None:
            self.app.call_from_thread(self._offer, found)

    def _offer(self, job: Job) -> None:
        self._restorable = job
        self.query_one("#why", Label).display = False
        self.show_keys()

    def _over(self) -> None:
        self._restorable = None
        self._changed()
        self.show_keys()

    def action_restore(self) -> None:
        if self._restorable is not None:
            self.app.push_screen(restoring(self._space, self._restorable), self._restored)

    def _restored(self, outcome: Outcome | None) -> None:
        """What this says of files that differ is true no more: it closes, too."""
        if outcome is None:
            return  # nothing was put back: z still does
        self._over()
        if outcome.state == "done":
            self.call_after_refresh(self._close)

    def _close(self) -> None:
        """Gives back nothing: Textual waits for what a callback gives, and the app would wait for itself to close this
        and take no key any more."""
        self.dismiss(self._outcome)


def restoring(workspace: Workspace, job: Job) -> ConfirmDialog:
    """Put back what a job left different, confirmed by itself."""

    def make() -> ToConfirm:
        from mltui.actions.jobs.restore import Restore

        return ToConfirm(Restore(job, workspace.runner))

    return ConfirmDialog(workspace, gateway_of(workspace), f"Put back what {job.spec.title} left", make, "put it back")


def taking_away(workspace: Workspace, job: Job, shown: Symbols) -> ConfirmDialog:
    """Take away what a job left on another machine: it is looked there in a thread."""

    def make() -> ToConfirm:
        from mltui.actions.jobs.clean import Clean, look
        from mltui.present.cleaning import clean_lines

        left = look(workspace, [job])
        return ToConfirm(Clean(workspace, left), clean_lines(left.found, left.alone, shown))

    return ConfirmDialog(
        workspace, gateway_of(workspace), f"Take away what {job.spec.title} left", make, "take it away"
    )
