"""The peer of every start-up figure: a Textual app that shows one label."""

from textual.app import App, ComposeResult
from textual.widgets import Label


class OneLabel(App[None]):
    def compose(self) -> ComposeResult:
        yield Label("useful paint")


if __name__ == "__main__":
    OneLabel().run()
