"""Coroutine workers, begun in one way."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
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
    """
    node.run_worker(partial(job, *args), exclusive=exclusive, group=group)  # type: ignore[arg-type]
