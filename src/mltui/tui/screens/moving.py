"""What the dialogs of a promotion and of a rollback share: what it would change, its gates, whether it may be done; it
is done by ``ctrl+s``, and then the target is watched for a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from mltui.actions.gateway import Action, gateway_of
from mltui.errors import Refused
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan
from mltui.present.promotion import Beside, Shown, blocked_text, preview_lines, title_text, version_text
from mltui.present.text import Line, safe
from mltui.sources.port import now_ms
from mltui.tui.asking import Asker
from mltui.tui.commands.chooser_keys import PROMOTE
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm
from mltui.tui.screens.moving_aside import Differing
from mltui.tui.screens.moving_gates import Gates
from mltui.tui.screens.moving_watch import Watching, is_watched
from mltui.tui.screens.moving_words import (
    BEING_RUN,
    BEING_STOPPED,
    can_force,
    in_the_way,
    not_forced,
    outputs,
    runs_commands,
    why_not,
)
from mltui.tui.screens.moving_writer import DialogWriter
from mltui.tui.screens.typing_to_confirm import TypeToConfirm
from mltui.tui.symbols import symbols
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer
    from mltui.tui.screens.main import MainScreen


class MoveDialog(ConfirmDialog):
    """The preview of a move, and the move. `title` stands above it until the plan is known."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "gates", "Run the gates", show=False),
        Binding("o", "output", "What a gate printed", show=False),
        Binding("t", "trust", "Trust the commands", show=False),
        Binding("e", "reason", "A reason", show=False),
        Binding("f", "force", "Past the gates", show=False),
        Binding("d", "differ", "Why different", show=False),
        Binding("r", "again", "Look again", show=False),
    ]
    TOLD = PROMOTE
    KIND = "moving"

    class Further(Message):
        """Something is further. `differing`: what is being read of what differs; `asked`: the gate that is asked."""

        def __init__(self, differing: str | None = None, asked: str | None = None) -> None:
            self.differing, self.asked = differing, asked
            super().__init__()

    def __init__(self, main: MainScreen, title: str, verb: str, *, registry: bool = True) -> None:
        """`registry`: it is moved in MLflow's registry, and not by a tag of git."""
        self._main, self._space = main, main.workspace
        self._plan: Plan | None = None
        self._action: Action | None = None
        self._registry = registry
        self._writer = DialogWriter(self._space, wanted=registry)
        self._refused: Refused | None = None
        self._reason, self._forced = "", False
        self._asked_now = ""  # the gate that is asked while the plan is made
        self._making: object | None = None  # whose reading of the plan goes on
        self._differing = Differing(main, self._hear)
        self._gates = Gates(self._space, lambda: self.post_message(self.Further()))
        self._watching: Watching | None = None
        self._aside = Asker()
        super().__init__(self._space, gateway_of(self._space), title, self._planned, verb)

    # What it takes, told by whoever extends this; in a thread, and both may raise `MltuiError`

    def plan_now(self) -> Plan:
        """What it would do, read anew."""
        raise NotImplementedError

    def action_of(self, plan: Plan, writer: Writer | None) -> Action:
        """What does it."""
        from mltui.actions.promotion.making import action_for

        asked = cast("Writer", writer)  # of a tag of git nobody writes to a registry
        return action_for(self._space, plan, asked, reason=self._reason, forced=self._forced, here=False)

    # Reading

    async def read(self) -> None:
        self._making = mine = object()
        self._asked_now = ""
        try:
            await super().read()
        finally:
            if self._making is mine:
                self._making = None

    def _planned(self) -> ToConfirm:
        """In a thread: everything read anew, while the writer's child imports mlflow."""
        self._writer.get()
        self._plan = self.plan_now()
        return self._remade()

    def _remade(self) -> ToConfirm:
        """In a thread: the same plan, for another reason or with gates that were run."""
        assert self._plan is not None
        self._gates.look(self._plan)
        self._action = self.action_of(self._plan, self._writer.get())
        return ToConfirm(self._action, self._lines(), tells=True)

    def refusal_of(self, action: Action) -> Refused | None:
        return None  # the writer's is told when it is known, the gates' in our own words

    def _on_screen(self) -> None:
        super()._on_screen()
        if self._plan is not None and not self._begun:
            title = title_text(self._plan, symbols(self.app), forced=self._forced)
            self.query_one(".confirming").border_title = Content(safe(title))
            self._tell_why()
            begin(self, self._differ, self._plan, group="differing")
            begin(self, self._ask_refusal, group="refusal")

    async def _ask_refusal(self) -> None:
        """Why it can't be done: known once the writer's child has imported mlflow, and has read the registry."""
        self._refused = await self._aside.ask(self._refusal_now)
        self._tell_why()

    def _refusal_now(self) -> Refused | None:
        plan, action = self._plan, self._action
        if plan is None or action is None:
            return None
        blocked = bool(blocked_text(plan.report)) and not self._forced  # that is told in our own words
        return self._writer.refusal() if blocked else self._gateway.refusal(action)

    async def _differ(self, plan: Plan) -> None:
        await self._differing.read(plan)
        self._redraw()

    # Showing

    def _lines(self) -> Sequence[Line]:
        plan, asked = self._plan, self._action
        assert plan is not None
        plan = replace(plan, report=self._gates.so_far(plan.report))
        beside = Beside(
            self._differing.found,
            self._differing.told,
            self._reason,
            self._forced,
            tuple(asked.commands()) if asked is not None else (),
            whole="d",
        )
        return preview_lines(plan, beside, Shown(now_ms(), self._room(), symbols(self.app)))

    def _redraw(self) -> None:
        if self._plan is not None and self._ready and not self._begun:
            self._show(self._lines())
            self._tell_why()

    def _tell_why(self) -> None:
        if not self._begun and self._ready:
            self._say(self._why())
        self.show_keys()

    def _why(self) -> str:
        """Why it can't be done now; "" if it can."""
        if self._plan is None:
            return ""
        if self._gates.running:
            return BEING_STOPPED if self._gates.stopping else BEING_RUN
        return why_not(self._plan, self._refused, self._gates.untrusted, forced=self._forced)

    def _hear(self, word: str) -> None:
        """In a thread."""
        self.post_message(self.Further(word))

    def _hear_asked(self, word: str) -> None:
        """In a thread."""
        self.post_message(self.Further(asked=word))

    @on(Further)
    def _further(self, message: Further) -> None:
        message.stop()
        if message.asked is not None:
            self._tell_asked(message.asked)
            return
        if message.differing is not None and self._differing.found is None:
            self._differing.told = message.differing
        self._redraw()

    def _tell_asked(self, word: str) -> None:
        """Which gate is asked: where they will stand, and beside what stands there of before."""
        if self._making is None:
            return
        self._asked_now = word
        if self._asked is None:
            self._show(self.at_first())
        else:
            self.query_one(".confirming").border_subtitle = Content(safe(word))

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._redraw)

    # Keys before it begins

    def doing(self) -> Sequence[tuple[str, str]]:
        plan, gates = self._plan, self._gates
        if plan is None:
            return (("esc", "leave"),)
        if gates.running:
            return (("esc", "stop the gates"), ("up down", "scroll"))
        may = (("ctrl+s", self._verb),) if self._ready and not self._why() else ()
        more = []
        if gates.untrusted is not None and runs_commands(plan):
            more.append(("t", "trust"))
        elif plan.report.to_run:
            more.append(("g", "run gates"))
        more.append(("e", "reason"))
        if can_force(plan, forced=self._forced):
            more.append(("f", "don't force" if self._forced else "force"))
        if outputs(plan):
            more.append(("o", "output"))
        if self._differing.two(plan) is not None:
            more.append(("d", "why different"))
        return (*may, ("esc", "leave"), *more, ("y", "copy"), ("r", "look again"))

    def action_reason(self) -> None:
        """Why it is done: kept in the journal, and in the registry for all to see."""
        if self._still:
            self.app.push_screen(AskText("Reason", self._reason, ask="why it is done, for all to see"), self._reasoned)

    def _reasoned(self, text: str | None) -> None:
        if text is not None:
            self._reason = text
            self.look_again(self._remade)

    def action_force(self) -> None:
        """Past the gates, for a reason; where the target is protected only the command line does that."""
        plan = self._plan
        if plan is None or not self._still:
            return
        if self._forced:
            self._force(None)
        elif not can_force(plan, forced=False):
            self._say(not_forced(plan))
        else:
            self.app.push_screen(
                AskText(f"Past {in_the_way(plan)}: why?", self._reason, ask="the reason, for all to see"), self._force
            )

    def _force(self, reason: str | None) -> None:
        if reason is None and not self._forced:
            return
        self._forced, self._reason = reason is not None, reason or self._reason
        self.look_again(self._remade)

    def action_again(self) -> None:
        """Read everything anew; of what went wrong it is shown as it is now."""
        if self._outcome is not None and self._outcome.state == "done":
            return
        if (self._begun and self._outcome is None) or self._gates.running:
            return
        if self._outcome is not None:  # whatever went wrong: who writes is another one
            self._writer.close()
            self._writer = DialogWriter(self._space, wanted=self._registry)
        self._begun, self._outcome, self._refused = False, None, None
        self._steps.clear()
        self._button("Cancel")
        self.look_again(self._planned)

    @property
    def _still(self) -> bool:
        """Whether what is on screen may still be changed."""
        return self._ready and not self._begun and not self._gates.running

    # Gates

    def action_gates(self) -> None:
        plan = self._plan
        if plan is None or not self._still:
            return
        if not plan.report.to_run:
            self._say("no gate of this is a command that has still to run")
        elif self._gates.untrusted is None:
            begin(self, self._run_gates, plan, group="gates")

    async def _run_gates(self, plan: Plan) -> None:
        self.call_after_refresh(self._redraw)  # once they run
        report = await self._gates.run(plan)
        if self._plan is plan and not self._begun:
            self._plan = replace(plan, report=report)
            self.look_again(self._remade)

    def action_trust(self) -> None:
        """Show the commands, and trust them as they are: by a dialog of its own."""
        from mltui.tui.screens.trusting import TrustDialog

        plan = self._plan
        if plan is None or not self._still:
            return
        if self._gates.untrusted is None:
            self._say("you have trusted these commands already" if plan.report.policy.commands else "there are none")
        else:
            self.app.push_screen(TrustDialog(self._space, plan.report.policy), self._trusted)

    def _trusted(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.look_again(self._remade)

    def action_output(self) -> None:
        """What a gate's command printed: which, if there are several."""
        from mltui.tui.screens.gate_output import show_output

        plan = self._plan
        if plan is not None and not self._gates.running:
            show_output(self, outputs(plan), self._say)

    def action_differ(self) -> None:
        from mltui.tui.screens.difference import DifferenceScreen

        two = self._differing.two(self._plan) if self._plan is not None else None
        if two is None:
            self._say("there are no two versions that could differ")
        else:
            self.app.push_screen(DifferenceScreen(self._main, *two))

    # Doing it

    def action_confirm(self) -> None:
        plan, action = self._plan, self._action
        if plan is None or action is None or not self._still or self._why():
            return
        if not plan.protected:
            self._act(action)
            return

        def typed(yes: bool | None) -> None:
            if yes and self._still and self._action is action:
                self._act(action)

        title = f"{plan.target.label} is protected: type what gets it"
        self.app.push_screen(TypeToConfirm(title, version_text(plan), self._verb), typed)

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._outcome is not None and self._outcome.state != "done":
            return (("r", "look again"), *super().keys())
        return super().keys()

    def ending(self, outcome: Outcome) -> Sequence[Line]:
        told = self._watching.lines(symbols(self.app)) if self._watching is not None else ()
        return [*super().ending(outcome), *told]

    def ended(self, outcome: Outcome) -> None:
        from mltui.actions.promotion.making import copy_of

        self._main.feeds.kick("models", "journal", force=True)
        plan, copy = self._plan, copy_of(self._action) if self._action is not None else ""
        if outcome.state == "done" and plan is not None and is_watched(plan.target, copy):
            self._watching = Watching(self._main, plan, self._writer, self._watched, copy)
            self._watched()
            begin(self._main, self._watching.watch, group="watching", exclusive=False)

    def _watched(self) -> None:
        """What is known of the target since it was moved."""
        if self.is_attached and self._outcome is not None:
            self._show(self.ending(self._outcome))

    # Leaving

    def action_give_up(self) -> None:
        if self._gates.running and not self._gates.stopping:
            self._gates.stop()
            self._tell_why()
        else:
            super().action_give_up()

    def on_unmount(self) -> None:
        self._gates.stop()
        self._differing.leave()
        if self._watching is None or self._watching.over:
            self._writer.close()
        else:
            self._watching.left()  # it goes on for its seconds, and closes the writer
