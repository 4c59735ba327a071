"""The commands as the palette lists them."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from mltui.tui.commands import COMMANDS, Command
from mltui.tui.screens.navigation import PlacesScreen


class CommandProvider(Provider):
    """Every command that has something to run; one that can't act now says why behind its help."""

    def _listed(self) -> list[tuple[str, type[Command], str]]:
        screen = self.screen
        if not isinstance(screen, PlacesScreen):
            return []
        found = []
        for command in COMMANDS:
            if not command.own:
                why = command.enabled(screen)  # type: ignore[arg-type]
                found.append(
                    (f"{command.title}  ({' '.join(command.key_list())})", command, f"not now: {why}" if why else "")
                )
        return found

    async def discover(self) -> Hits:
        for title, command, why in self._listed():
            yield DiscoveryHit(title, partial(self._run, command), help=why or command.help())

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, command, why in self._listed():
            if (score := matcher.match(f"{title} {command.help()}")) > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, command), help=why or command.help())

    def _run(self, command: type[Command]) -> None:
        screen = self.screen
        if isinstance(screen, PlacesScreen):
            screen.action_command(command.id)
