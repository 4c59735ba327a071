"""Executors by their names: the classes that their kinds' entry points lead to, and what is wrong with them."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from mltui.actions.executors.port import Executor, Place
from mltui.config import Config
from mltui.errors import ConfigError
from mltui.model.part import Problem
from mltui.sources.executors import GROUP, find, kinds, named
from mltui.sources.places import Project
from mltui.sources.runner import Runner

METHODS = ("refusal", "submit", "status", "log", "cancel", "list")


def executor_named(project: Project, runner: Runner, config: Config, name: str | None = None) -> Executor:
    """The executor of that name, None for the configured default.

    Raises `UsageError` if there is none of that name or kind, `ConfigError` if its plugin can't be used.
    """
    found = find(config, name)
    place = Place(project, runner, found.name, found.options, config.python)
    made = executor_class(found.kind, found.name)(place)
    if lacking := [method for method in METHODS if not callable(getattr(made, method, None))]:
        raise ConfigError(f"executor {found.name}: kind {found.kind} has no {', '.join(lacking)}", _blame(found.kind))
    executor: Executor = made
    return executor


def executor_class(kind: str, name: str) -> Any:
    """What a kind's entry point leads to. Raises `ConfigError` that names whoever is to blame."""
    plugins = kinds()
    if kind not in plugins:
        near = get_close_matches(kind, plugins, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(plugins)}"
        raise ConfigError(f"executor {name}: there is no kind {kind!r}", hint)
    module, _, attribute = plugins[kind].partition(":")
    try:
        found: Any = import_module(module)
        for each in attribute.split("."):
            found = getattr(found, each)
        return found
    except Exception as error:  # a plugin is somebody else's code
        what = f"executor {name}: kind {kind} can't be loaded: {type(error).__name__}: {error}"
        raise ConfigError(what, _blame(kind)) from error


def executor_problems(config: Config) -> tuple[Problem, ...]:
    """What is wrong with the plugins that the configuration uses; loads them."""
    problems = []
    for each in named(config):
        if each.name in config.executors or each.name == config.executor:
            try:
                executor_class(each.kind, each.name)
            except ConfigError as error:
                problems.append(Problem("configuration", error.summary, error.hint))
    return tuple(problems)


def _blame(kind: str) -> str:
    points: list[EntryPoint] = [point for point in entry_points(group=GROUP) if point.name == kind]
    package = points[0].dist.name if points and points[0].dist else "mltui"
    return f"it comes with the package {package}"
