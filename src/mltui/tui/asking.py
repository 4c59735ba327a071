"""A question that may take long, answered from a daemon thread of its own.

Textual's thread workers are few and are joined at exit: one that waits for a server keeps mltui from closing, and six
keep every place from being drawn. Ask such things in a coroutine worker: `answer = await asker.ask(question)`. A worker
that a newer one of its group overtakes is cancelled there, and its answer is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Asker:
    """Asks one question at a time, so that a server that hangs never has more than one thread waiting for it."""

    def __init__(self) -> None:
        self._asked: asyncio.Future[Any] | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is being answered, maybe one that nobody waits for any more."""
        return self._asked is not None and not self._asked.done()

    async def ask(self, question: Callable[[], T]) -> T:
        """What `question` gives or raises. It begins when the former one is answered, even if that was dropped."""
        while self._asked is not None and not self._asked.done():
            await asyncio.wait((self._asked,))
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Callable[[], T]] = loop.create_future()
        self._asked = answered

        def run() -> None:
            answer = _outcome(question)
            with contextlib.suppress(RuntimeError):  # mltui was closed meanwhile, and the loop with it
                loop.call_soon_threadsafe(answered.set_result, answer)

        threading.Thread(target=run, name="asking", daemon=True).start()
        # waiting for it leaves it alone when the one who waits is cancelled
        await asyncio.wait((answered,))
        return answered.result()()


def _outcome(question: Callable[[], T]) -> Callable[[], T]:
    """What gives the answer, or raises what stood in its way, to whoever calls it."""
    try:
        answer = question()
    except Exception as error:
        caught = error

        def fail() -> T:
            raise caught

        return fail
    return lambda: answer
