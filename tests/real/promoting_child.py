"""One mltui that promotes, in a process of its own: ``python promoting_child.py PROJECT``, through the real writer.

Each line it is told is a round, ``{"version", "to", "kill"?, "pause"?}``: it plans, and says ``ready`` where a person
would be asked to confirm. After one more line (``go``) it acts, and says how that ended.

`kill` and `pause` are ``["before" | "after", method, n]``: around the nth call of that method of the writer, while it
acts, it kills itself with SIGKILL, or says ``paused`` and waits for a line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mltui.actions.gateway import gateway_of
from mltui.actions.mlflow.door import open_writer
from mltui.actions.opening import open_workspace
from mltui.actions.promotion.making import action_for
from mltui.actions.promotion.watching import Watched, watch
from mltui.errors import Refused
from mltui.sources.promotion.planning import plan

#: Stands for the moment between the journal's intent and the first question.
BEGIN = "begin"


class Faulty:
    """A writer that does something around one call of another. `armed` while its action acts."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.armed = False
        self.wanted: tuple[str, str, int] | None = None
        self.happens: Callable[[], None] = lambda: None
        self._calls: Counter[str] = Counter()

    def arm(self, wanted: Any, happens: Callable[[], None]) -> None:
        self.wanted, self.happens, self._calls = wanted and tuple(wanted), happens, Counter()

    def at(self, when: str, method: str) -> None:
        if self.armed and self.wanted == (when, method, self._calls[method]):
            self.happens()

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._real, method)

        def call(*args: Any) -> Any:
            self._calls[method] += self.armed
            self.at("before", method)
            answer = real(*args)
            self.at("after", method)
            return answer

        return call


def say(**said: Any) -> None:
    print(json.dumps(said), flush=True)


def hear() -> str:
    return sys.stdin.readline()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pause() -> None:
    say(paused=True)
    hear()


def round_(root: str, asked: dict[str, Any], writer: Faulty) -> None:
    workspace = open_workspace(Path(root))
    made = plan(workspace, "churn", asked["version"], asked["to"])
    writer.armed = False
    writer.arm(asked.get("kill") or asked.get("pause"), die if asked.get("kill") else pause)
    action = action_for(
        workspace,
        made,
        writer,
        reason=asked.get("reason", ""),
        forced=bool(asked.get("forced")),
        here=True,
        command_line=True,
    )
    noted = action.noted

    def acts(intent: Any) -> None:
        noted(intent)
        writer.armed = True
        writer.at("before", BEGIN)

    action.noted = acts

    def confirmed() -> bool:
        say(ready=True)
        return bool(hear())

    try:
        outcome = gateway_of(workspace).perform(action, confirmed)
    except Refused as error:
        say(state="refused", summary=error.summary, acted=writer.armed)
        return
    finally:
        workspace.close()
    assert outcome is not None
    seen = watch(writer, made, 0.0) if outcome.state == "done" else Watched()
    say(state=outcome.state, summary=outcome.summary, left=outcome.left, moved=seen.moved, said=seen.said)


def main() -> None:
    root = sys.argv[1]
    workspace = open_workspace(Path(root))
    writer = Faulty(open_writer(workspace))
    assert writer.refusal() is None, writer.refusal()
    say(up=True)
    while line := hear():
        round_(root, json.loads(line), writer)
    writer.close()


if __name__ == "__main__":
    main()
