"""Coroutine workers, begun in one way."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.dom import DOMNode


def begin(
    node: DOMNode, job: Callable[..., Coroutine[Any, Any, None]], *args: Any, group: str, exclusive: bool = True
) -> None:
    """Await `job(*args)` in a worker of `node` that overtakes the former ones of its `group`, if it is `exclusive`.

    The coroutine is made only when the worker begins. Of one that is overtaken before that nothing is left: a
    coroutine nobody awaited is warned about when it is collected, and where that happens within an import on another
    thread, the import fails with a KeyError of importlib (Python up to 3.11; python/cpython gh-106176).

    The widgets of a node that is left go before its workers do: one that looks for them in between has nobody to show
    anything to any more.
    """

    async def work() -> None:
        from textual.css.query import NoMatches  # whoever only wants to know the commands' keys gets here too

        try:
            await job(*args)
        except NoMatches:
            if not _going(node):
                raise

    node.run_worker(work, exclusive=exclusive, group=group)  # type: ignore[arg-type]


def _going(node: DOMNode) -> bool:
    """Whether it is being taken away: Textual displays it no more, though nobody has hidden it."""
    return not node.display and node.styles.display != "none"
