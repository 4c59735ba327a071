"""`P`, first half: where a model version is to be promoted to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from mltui.model.champion import CHALLENGER, CHAMPION
from mltui.model.promotion import LEGACY_STAGES, Target, holder
from mltui.present.models import short_version
from mltui.tui.screens.asking_text import AskText
from mltui.tui.screens.chooser import OTHER, Chooser, Option

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel
    from mltui.tui.promotable import Promotable
    from mltui.tui.screens.main import MainScreen

#: Rows that lead to another list.
COPY, STAGES = "\0copy", "\0stages"
#: What a copy's new version may get there, besides an alias: none.
NO_ALIAS: Final = "\0none"
Taken = Callable[[Target], object]


def choose_target(screen: MainScreen, found: Promotable, taken: Taken) -> None:
    """Ask where to; `taken` gets it. Nothing happens if it is left."""
    gto = found.model.source == "gto"
    options = gto_options(screen, found) if gto else alias_options(found)

    def chosen(keys: tuple[str, ...] | None) -> None:
        if not keys:
            return
        if keys[0] == COPY:
            _choose_model(screen, found, taken)
        elif keys[0] == STAGES:
            _choose_stage(screen, found, taken)
        elif keys[0].startswith(OTHER):
            _named(screen, found, keys[0].removeprefix(OTHER).strip().removeprefix("#" if gto else "@"), taken)
        else:
            taken(_target(keys[0]))

    other = "a new stage: #{}" if gto else "a new alias: @{}"
    ask = "type to narrow, or a new " + ("stage" if gto else "alias")
    title = f"Promote {found.model.name}/{short_version(found.version.version)} to"
    if not options:  # no artifact of GTO has a stage yet: there is nothing to choose from
        screen.app.push_screen(
            AskText(title, "", ask="the name of a stage, like prod"), lambda text: chosen(_typed(text))
        )
        return
    screen.app.push_screen(Chooser(title, options, takes="preview it", ask=ask, other=other), chosen)


def _typed(text: str | None) -> tuple[str, ...] | None:
    return (f"{OTHER}{text}",) if text else None


# The lists


def alias_options(found: Promotable) -> list[Option]:
    """The model's aliases, champion and challenger before the others and even if nobody holds them yet; stages if the
    model uses any; then what else there is."""
    model = found.model
    known = {each.casefold(): each for each in model.aliases}
    names = [known.get(each, each) for each in (CHAMPION, CHALLENGER)]
    names += sorted(each for each in model.aliases if each not in names)
    options = [_option(found, Target("alias", name)) for name in names]
    if any(each.stage not in ("", "None") for each in model.versions):
        options += stage_options(found)
        return [*options, Option(COPY, "copy to another registered model")]
    return [
        *options,
        Option(COPY, "copy to another registered model"),
        Option(STAGES, "a legacy stage", "Staging, Production, Archived"),
    ]


def stage_options(found: Promotable) -> list[Option]:
    """MLflow's legacy stages."""
    return [_option(found, Target("stage", name)) for name in LEGACY_STAGES if name != found.version.stage]


def gto_options(screen: MainScreen, found: Promotable) -> list[Option]:
    """The stages of the artifact, and those of others of its kind."""
    models = (screen.models.value if screen.models else None) or ()
    names = dict.fromkeys(found.model.aliases)
    names.update(dict.fromkeys(name for model in models if model.source == "gto" for name in model.aliases))
    return [_option(found, Target("gto", name)) for name in names]


def _option(found: Promotable, target: Target) -> Option:
    now = holder(found.model, target)
    if target.kind == "stage":
        held = [each.version for each in found.model.versions if each.stage == target.name]
        about = f"now {', '.join(held[:3])}{' and more' if len(held) > 3 else ''}" if held else "nobody is in it"
        return Option(_key(target), target.label, about)
    if now is None:
        return Option(_key(target), target.label, "nobody yet")
    here = now == found.version.version
    about = "this very version" if here else f"now {found.model.name}/{short_version(now)}"
    return Option(_key(target), target.label, about, open=not here)


def _key(target: Target) -> str:
    return f"{target.kind} {target.name}"


def _target(key: str) -> Target:
    kind, _, name = key.partition(" ")
    return next(Target(each, name) for each in ("alias", "stage", "gto") if each == kind)


def _choose_stage(screen: MainScreen, found: Promotable, taken: Taken) -> None:
    def chosen(keys: tuple[str, ...] | None) -> None:
        if keys:
            taken(_target(keys[0]))

    chooser = Chooser("Legacy stage", stage_options(found), takes="preview it")
    screen.app.push_screen(chooser, chosen)


# New names


def _named(screen: MainScreen, found: Promotable, name: str, taken: Taken) -> None:
    """A new alias or stage that was typed; where it can't be an alias that is said, and asked again."""

    def typed(text: str | None) -> None:
        if text is not None:
            taken(Target("alias", text.removeprefix("@")))

    if found.model.source == "gto":
        taken(Target("gto", name))
    elif _alias_fault(name):
        screen.app.push_screen(AskText("A new alias", name, check=_alias_fault), typed)
    else:
        typed(name)


def _alias_fault(name: str) -> str:
    """Why MLflow refuses it as an alias; "" if it does not."""
    from mltui.model.alias_names import trouble

    return trouble(name.removeprefix("@"))


# A copy


def _choose_model(screen: MainScreen, found: Promotable, taken: Taken) -> None:
    """The other registered model, which may be a new one."""
    models = (screen.models.value if screen.models else None) or ()
    others = [each for each in models if each.source == "mlflow" and each.name != found.model.name]

    def chosen(keys: tuple[str, ...] | None) -> None:
        if keys:
            name = keys[0].removeprefix(OTHER).strip()
            model = next((each for each in others if each.name == name), None)
            _choose_its_alias(screen, name, model, taken)

    options = [Option(each.name, each.name, _about(each)) for each in others]
    ask = "type to narrow, or the name of a new model"
    chooser = Chooser("Copy to", options, ask=ask, other="a new model: {}")
    screen.app.push_screen(chooser, chosen)


def _about(model: RegisteredModel) -> str:
    versions = f"{len(model.versions):,} version{'s' * (len(model.versions) != 1)}"
    aliases = "  ".join(f"@{alias} {version}" for alias, version in sorted(model.aliases.items()))
    return f"{versions}  {aliases}".strip()


def _choose_its_alias(screen: MainScreen, name: str, model: RegisteredModel | None, taken: Taken) -> None:
    """The alias that the new version gets there, or none."""

    def chosen(keys: tuple[str, ...] | None) -> None:
        if not keys:
            return
        alias = keys[0].removeprefix(OTHER).strip().removeprefix("@")
        if keys[0] == NO_ALIAS:
            taken(Target("copy", name))
        elif _alias_fault(alias):
            screen.app.push_screen(AskText("A new alias", alias, check=_alias_fault), typed)
        else:
            typed(alias)

    def typed(alias: str | None) -> None:
        if alias is not None:
            taken(Target("copy", name, alias.removeprefix("@")))

    options = [Option(NO_ALIAS, "no alias", "a new version, and nothing else"), *_its_aliases(name, model)]
    chooser = Chooser(f"Alias of the copy in {name}", options, takes="preview it", other="a new alias: @{}")
    screen.app.push_screen(chooser, chosen)


def _its_aliases(name: str, model: RegisteredModel | None) -> Iterator[Option]:
    held = dict(model.aliases) if model is not None else {}
    names: Sequence[str] = [*dict.fromkeys((CHAMPION, CHALLENGER, *sorted(held)))]
    for alias in names:
        yield Option(alias, f"@{alias}", f"now {name}/{held[alias]}" if alias in held else "nobody yet")
