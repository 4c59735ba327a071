"""`R`: a retrain, previewed whole before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.model.outcome import Outcome
    from mltui.tui.screens.main import MainScreen

JOBS = 7


class Retrain(Command):
    """Run the stages that are not fresh. What exactly will run and why, for how long, where its runs will land and by
    which command is shown first, with the params to change; nothing starts before ctrl+s. It becomes a job, which
    goes on when mltui is closed. A read-only mltui shows it and starts nothing."""

    id, keys, title, group, footer, rank = "retrain", "R", "Retrain", "Writing", "retrain", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        config = screen.workspace.config
        if config.as_of and (refused := read_only(config, "retrain")):  # the preview is of now
            return refused.summary
        pipeline = screen.pipeline.value if screen.pipeline else None
        if pipeline is None:
            return "the pipeline is being read"
        return None if pipeline.stages else "there is no stage to run: no dvc.yaml declares one"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        if screen.workspace.config.read_only:
            return False
        return screen.place.title in ("Overview", "Pipeline", "Jobs") and cls.enabled(screen) is None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.retraining import RetrainDialog

        node = None if screen.place.empty else screen.place.lineage_of()
        stage = node.removeprefix("stage:") if node and node.startswith("stage:") else None
        pipeline, jobs = screen.pipeline, screen.jobs
        assert pipeline is not None and pipeline.value is not None, "`enabled` looks"
        dialog = RetrainDialog(screen.workspace, pipeline.value, (jobs.value if jobs else None) or (), stage)

        def started(outcome: Outcome | None) -> None:
            screen.feeds.kick("jobs", force=True)
            if outcome is not None and dialog.job_id:
                screen.visit(JOBS, dialog.job_id)

        screen.app.push_screen(dialog, started)


RETRAINING: tuple[type[Command], ...] = (Retrain,)
