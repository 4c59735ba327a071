"""What the chooser is used for: order, primary metric, experiments, store, project, theme.

Choices live in the user's state, never in the repository. Those that change what is read open the workspace anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mltui.errors import MltuiError
from mltui.model.metric import Goal
from mltui.sources.workspace import Workspace
from mltui.tui.asking import Asker
from mltui.tui.screens.chooser import Chooser, Option
from mltui.tui.screens.navigation import PlacesScreen
from mltui.tui.trail import Spot
from mltui.tui.widgets.header import store_name
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.model.runs import Experiment
    from mltui.tui.screens.main import MainScreen


def choose_order(screen: MainScreen) -> None:
    """`s`: a column, or several; the one ordered by already is turned round."""
    from mltui.tui.screens.ordering import AS_IT_COMES, OrderChooser

    place = screen.place
    title = f"Order {place.title} by (again turns it round)"

    def offer(more: Sequence[tuple[str, str]]) -> None:
        columns = [*place.sort_choices(), *more]
        chooser = OrderChooser(title, columns, place.orders(), place.falls, named=place.has_more_to_sort)

        def taken(keys: tuple[str, ...] | None) -> None:
            if keys is None:
                return
            if chooser.touched:
                place.sort([(key, chooser.orders[key]) for key in keys])
            else:
                place.order_by(None if keys[0] == AS_IT_COMES else keys[0])

        screen.app.push_screen(chooser, taken)

    async def ask() -> None:
        offer(await Asker().ask(place.more_to_sort))

    if place.has_more_to_sort:
        begin(screen, ask, group="chooser")
    else:
        offer(())


def choose_metric(screen: MainScreen) -> None:
    """`M`: the metric, then which way is better."""
    held = screen.primary.key if screen.primary else None
    options = [
        Option(key, key, "guessed" if _guessed(screen, key) else "", key == held) for key in screen.metric_keys()
    ]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            choose_goal(screen, keys[0])

    screen.app.push_screen(Chooser("Primary metric", options), taken)


def _guessed(screen: MainScreen, key: str) -> bool:
    return bool(screen.primary and screen.primary.key == key and screen.primary.guessed)


def choose_goal(screen: MainScreen, metric: str) -> None:
    """The second half of `M`."""
    goal = screen.workspace.config.goals.get(metric)
    options = [
        Option("max", "larger is better", chosen=goal == "max"),
        Option("min", "smaller is better", chosen=goal == "min"),
        Option("unknown", "nobody knows", "plain differences, no best mark", goal is None),
    ]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is None:
            return
        goals: dict[str, Goal] = {**screen.workspace.config.goals}
        goals.pop(metric, None)
        if keys[0] != "unknown":
            goals[metric] = "max" if keys[0] == "max" else "min"
        reopen(screen, {"primary": metric, "goals": goals}, {"primary": metric, "goals": goals})

    screen.app.push_screen(Chooser(f"Which way is {metric} better?", options), taken)


def choose_experiments(screen: MainScreen) -> None:
    """`E`: mark the experiments that belong to the project. What a server said before is offered at once."""

    def read() -> tuple[Experiment, ...]:
        reader = screen.workspace.reader(wait=False) or screen.workspace.reader()
        return reader.experiments() if reader else ()

    async def offer() -> None:
        try:
            experiments = await Asker().ask(read)
        except MltuiError as error:
            screen.say(error.summary)
        else:
            _offer_experiments(screen, experiments)

    screen.say("reading experiments", "dim")
    begin(screen, offer, group="chooser")


def _offer_experiments(screen: MainScreen, experiments: tuple[Experiment, ...]) -> None:
    options = [
        Option(each.name, each.name, f"{each.runs:,} run" + "s" * (each.runs != 1), each.in_scope)
        for each in experiments
        if each.lifecycle == "active"
    ]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            reopen(screen, {"experiments": keys}, {"experiments": keys})

    screen.app.push_screen(Chooser("Experiments of this project", options, several=True), taken)


def choose_store(screen: MainScreen) -> None:
    """`S`: another store of the project."""
    options = [
        Option(
            each.uri,
            store_name(each),
            f"{each.kind}, {each.origin}" + (f": {each.problem}" if each.problem else ""),
            each.active,
        )
        for each in screen.store_list()
    ]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            reopen(screen, {"store": keys[0], "store_origin": "chosen"}, {"store": keys[0]})

    screen.app.push_screen(Chooser("Store", options), taken)


def reopen(screen: MainScreen, config: dict[str, Any], kept: dict[str, Any]) -> None:
    """Open the same project with another configuration, at the same spot and with the way back to it.

    `kept` goes into the user's state; with nothing to keep it is for this session, and the footer says what is shown.
    """
    from mltui.actions.user_state import choose
    from mltui.tui.app import MltuiApp

    former = screen.feeds.workspace  # of now: another choice is looked at as it is
    if kept:
        try:
            choose(former.project, **kept)
        except OSError as error:
            screen.notify(f"the choice holds for now only: {error.strerror}", markup=False)
    app = screen.app
    if isinstance(app, MltuiApp):
        passing = former.passing or not kept
        workspace = Workspace(former.project, replace(former.config, **config), former.runner, passing=passing)
        app.open(workspace, screen.spot())
        if isinstance(opened := app.screen, PlacesScreen):
            opened.trail = screen.trail
            if not kept and "experiments" in config:
                word = "all experiments" if config["experiments"] == ("*",) else "experiments of this project"
                opened.call_after_refresh(opened.say, word, "dim")


def choose_project(screen: MainScreen) -> None:
    """`ctrl+r`: a project opened before."""
    from mltui.actions.user_state import recent
    from mltui.present.text import ago
    from mltui.sources.port import now_ms

    project = screen.workspace.project
    here = project.server or str(project.root)
    options = [Option(each.where, each.where, ago(each.opened, now_ms()), each.where == here) for each in recent()]
    if not options:
        screen.say("no project was opened before")
        return

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None and keys[0] != here:
            begin(screen, _open, screen, keys[0], group="chooser")

    screen.app.push_screen(Chooser("Recent projects", options), taken)


async def _open(screen: MainScreen, where: str) -> None:
    from mltui.actions.opening import open_workspace
    from mltui.tui.app import MltuiApp
    from mltui.tui.rebinding import use_keys

    flags = {"read_only": True} if screen.workspace.config.read_only else {}
    try:
        workspace = await Asker().ask(lambda: open_workspace(where, flags, remember=True))
    except MltuiError as error:
        screen.say(error.summary)
        return
    use_keys(workspace)
    if isinstance(screen.app, MltuiApp):
        screen.app.open(workspace, Spot(1, None))


def choose_theme(screen: MainScreen) -> None:
    """`ctrl+t`: how it looks."""
    from mltui.tui.themes import THEMES

    app = screen.app
    options = [Option(theme.name, theme.name, chosen=theme.name == app.theme) for theme in THEMES]

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            app.theme = keys[0]

    app.push_screen(Chooser("Theme", options), taken)
