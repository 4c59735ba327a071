"""`R`: what exactly a retrain will do, with its params to change; it starts when it is confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from mltui.actions.gateway import gateway_of
from mltui.errors import Refused
from mltui.model.dvc import Pipeline
from mltui.model.job import Job
from mltui.model.outcome import Outcome
from mltui.model.param_text import as_override, param_fault, param_text
from mltui.model.retrain import COLLECTING, Asked, ParamField, RetrainPlan
from mltui.present.layout import cells
from mltui.present.retrain import plan_lines, title_text
from mltui.present.retrain_first import first_lines
from mltui.present.text import Line, safe, size
from mltui.sources.port import now_ms
from mltui.tui.commands.chooser_keys import RETRAIN
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.confirming import TALLEST, ConfirmDialog, ToConfirm
from mltui.tui.symbols import symbols

#: What hints say as flags of the command line, as keys of this dialog.
KEYS = {"--force": "f", "--collect": "c", "-S": "e"}

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


#: Lines of the dialog that are none of the preview: its frame, what it says, Cancel, the keys.
BESIDE = 8
#: A param as it is typed that has more columns does not push the types of the others away.
WIDE = 24
#: So long a newer answer may take before it is said that the old one is on screen (s).
PATIENCE = 0.3


class RetrainDialog(ConfirmDialog):
    """The preview of a retrain. What is changed in it is planned anew; `job_id` is the job that was started.

    `stage` is the address of the stage under the cursor, None if there is none. Until DVC has answered, what `pipeline`
    knows is shown as that; `jobs` come newest first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Change a param", show=False),
        Binding("t", "target", "Only up to the stage", show=False),
        Binding("f", "force", "Force", show=False),
        Binding("i", "isolate", "In a copy", show=False),
        Binding("x", "executor", "Who runs it", show=False),
        Binding("g", "gpu", "Which GPU", show=False),
        Binding("c", "collect", "Copy runs home", show=False),
    ]
    TOLD = RETRAIN

    def __init__(
        self, workspace: Workspace, pipeline: Pipeline, jobs: Sequence[Job] = (), stage: str | None = None
    ) -> None:
        self._space, self._pipeline, self._jobs, self._stage = workspace, pipeline, jobs, stage
        self._want = Asked()
        self._plan: RetrainPlan | None = None
        self._action: Any = None
        self._sure = False
        self.job_id = ""
        super().__init__(workspace, gateway_of(workspace), "Retrain", self._planned, "start")

    def at_first(self) -> Sequence[Line]:
        height = int(self.app.size.height * TALLEST) - BESIDE
        return first_lines(self._pipeline, self._jobs, symbols(self.app), now_ms(), height)

    def keys(self) -> Sequence[tuple[str, str]]:
        given = list(super().keys())
        if self._outcome is not None or self._begun:
            return given
        plan = self._plan
        more = [("c", "collect")] if plan and plan.relative_stores and plan.mode in COLLECTING else []
        more += [("e", "params"), ("x", "executor"), ("f", "force"), ("i", "isolated")]
        more += [("g", "GPU")] if plan and plan.gpus else []
        more += [("t", "this stage" if not self._want.targets else "all")] if self._stage else []
        at = next((at for at, (key, _) in enumerate(given) if key == "y"), len(given))
        return (*given[:at], *more, *given[at:])

    def _planned(self) -> ToConfirm:
        """In a thread: plan what is wanted now."""
        from mltui.actions.retrain import Retrain
        from mltui.sources.retrain.planner import Planner

        self._action = Retrain(Planner(self._space).plan(self._want), self._space)
        self._plan, self._sure = self._action.plan, False
        told = 0 if self._space.config.read_only else 1  # `why` says the first, or else that nothing is changed
        lines = plan_lines(self._action.plan, symbols(self.app), self._room(), told)
        return ToConfirm(self._action, lines, tells=True)

    def _on_screen(self) -> None:
        super()._on_screen()
        if self._plan is not None:
            self.query_one(".confirming").border_title = Content(safe(title_text(self._plan)))

    def _replan(self, **changes: Any) -> None:
        self._want = replace(self._want, **changes)
        self.look_again(self._planned)
        self.set_timer(PATIENCE, self._still_asking)

    def _still_asking(self) -> None:
        """What is on screen is what was asked before: say so, but not for a moment."""
        if not self._ready and not self._begun and self._plan is not None:
            self._say("DVC is asked what that changes: above is what was")

    def question(self) -> str:
        """A question is asked once: ctrl+s again is the answer."""
        asked = "\n".join(self._plan.questions) if self._plan and not self._sure else ""
        self._sure = True
        return f"{asked}  ctrl+s starts it all the same." if asked else ""

    def ended(self, outcome: Outcome) -> None:
        if outcome.state == "done":
            self.job_id = self._action.job_id
            self.dismiss(outcome)

    def hint(self, refused: Refused) -> str:
        return " ".join(KEYS.get(word, word) for word in refused.hint.split(" "))

    # What can be changed

    def action_force(self) -> None:
        self._replan(force=not self._want.force)

    def action_isolate(self) -> None:
        self._replan(isolated=not self._want.isolated)

    def action_collect(self) -> None:
        if why := self._not_collected():
            self._say(why)
        else:
            self._replan(collect=not self._want.collect)

    def _not_collected(self) -> str:
        """Why no runs are copied home; "" if they can be, or are said to be already."""
        if self._plan is None:
            return "not yet: DVC is being asked what will run"
        if self._want.collect or self._plan.mode in COLLECTING:
            return ""
        if self._plan.mode in ("in place", "workspace"):
            return "nothing to copy home: it runs in the worktree, where its runs stay"
        return f"runs are copied home only of a copy on this box: {self._plan.executor} does not"

    def action_target(self) -> None:
        if self._stage:
            self._replan(targets=() if self._want.targets else (self._stage,))

    def action_edit(self) -> None:
        plan = self._plan
        if plan is None:
            self._say("not yet: DVC is being asked which params there are")
            return
        fields = (*plan.params, *plan.other_params)
        if not fields:
            self._say("these stages have no params")
            return
        told = zip(fields, _abouts(fields, symbols(self.app).arrow), strict=True)
        options = [Option(str(at), field.override, about) for at, (field, about) in enumerate(told)]
        self._choose("Params", options, lambda key: self._ask_value(fields[int(key)]), "change it")

    def _ask_value(self, field: ParamField) -> None:
        def take(text: str | None) -> None:
            if text is not None:
                self._replan(overrides=with_override(self._want.overrides, field, text))

        title = f"{field.override}  {field.kind}, now {param_text(field.value)}"
        value = param_text(field.new if field.changed else field.value)
        self.app.push_screen(AskText(title, value, check=lambda text: param_fault(field.kind, text)), take)

    def action_executor(self) -> None:
        from mltui.sources.executors import named
        from mltui.tui.screens.retrain_choices import executor_options

        now = self._plan.executor if self._plan else self._space.config.executor
        self._choose(
            "Executor", executor_options(named(self._space.config), now), lambda key: self._replan(executor=key)
        )

    def action_gpu(self) -> None:
        plan = self._plan
        if plan is None:
            self._say("not yet: it is being looked which GPUs there are")
            return
        gpus = plan.gpus
        if not gpus:
            here = plan.mode != "remote" and plan.kind in ("local", "dvc-queue")
            why = "no driver of NVIDIA answered on this box" if here else f"those of {plan.executor} are not known here"
            self._say(f"there is no GPU to choose: {why}")
            return
        options = [
            Option(
                str(gpu.index), f"{gpu.index}: {gpu.name}", _gpu_text(gpu.memory_used, gpu.memory_total, gpu.is_free)
            )
            for gpu in gpus
        ]
        self._choose("GPU", options, lambda key: self._replan(gpu=key))

    def _choose(
        self, title: str, options: Sequence[Option], taken: Callable[[str], None], takes: str = "take it"
    ) -> None:
        if not self._begun:
            self.app.push_screen(Chooser(title, options, takes=takes), lambda keys: taken(keys[0]) if keys else None)


def with_override(overrides: Sequence[str], field: ParamField, text: str) -> tuple[str, ...]:
    """`overrides` with another value of a param, without any where it is what the worktree has."""
    others = tuple(each for each in overrides if each.partition("=")[0] != field.override)
    return others if text == param_text(field.value) else (*others, as_override(field, text))


def _abouts(fields: Sequence[ParamField], arrow: str) -> list[str]:
    """``0.1 → 0.05  float`` of each, the types below one another but for what is long."""
    now = [param_text(each.value) for each in fields]
    told = [
        f"{text} {arrow} {param_text(each.new)}" if each.changed else text
        for each, text in zip(fields, now, strict=True)
    ]
    room = max((width for text in told if (width := cells(text)) <= WIDE), default=0)
    return [f"{text}{' ' * (room - cells(text))}  {each.kind}" for each, text in zip(fields, told, strict=True)]


def _gpu_text(used: int, total: int, free: bool) -> str:
    return f"{'free' if free else 'taken'}  {size(used)} of {size(total)}"
