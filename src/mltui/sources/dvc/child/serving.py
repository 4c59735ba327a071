"""The DVC child: JSON lines over stdio, one answer a question.

A request is ``{"id", "op", …}``, an answer ``{"id", "ok": …}`` or ``{"id", "error": {"kind", "text"}}``. Ops: `open`
{site, limits}, `resolve` {root}, `status` {root, addresses, all}, `retrain` {root, …} and `overrides` {root, overrides}
(retrain.py, overriding.py). Paths are absolute. What somebody waits for has `now`; all else gives way to whatever runs
here. It ends when its stdin closes. An audit hook refuses every write outside mltui's cache, every process and every
connection (guard.py).
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from typing import Any

from .entries import LOCKS
from .errors import one_line
from .guard import Within
from .hashes import own_hashes
from .pace import Pace
from .parsing import remember_parsed
from .project import Project
from .taming import tame


class Server:
    """Answers requests, one at a time."""

    def __init__(self) -> None:
        self.environment_site = os.environ.pop("DVC_SITE_CACHE_DIR", None)  # it would win over our own
        self.projects: dict[str, Project] = {}
        self.parsed: dict[str, Any] = {}

    def open(self, site: str, limits: dict[str, int]) -> dict[str, Any]:
        self.site, self.limits, self.guard = site, limits, Within(site)
        sys.addaudithook(self.guard)
        from dvc import __version__

        tame(site, self.parsed)
        remember_parsed(site)
        logging.disable(logging.CRITICAL)
        return {"dvc": __version__, "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix]}

    def serve(self, op: str, asked: dict[str, Any]) -> Any:
        if op == "open":
            return self.open(asked["site"], asked["limits"])
        root = asked["root"]
        for kept in (self.parsed, LOCKS, self.guard.seen):
            kept.clear()
        if op == "resolve" or root not in self.projects:  # its configuration may be another now
            theirs = own_hashes(root, self.environment_site)
            self.projects[root] = Project(root, self.site, self.limits, theirs)
        project = self.projects[root]
        if op == "retrain":
            from .retrain import plan

            return plan(project, self.parsed, self.site, asked)
        if op == "overrides":
            from .overriding import taken

            return taken(project, self.site, asked["overrides"])
        return project.resolve(self.guard.seen) if op == "resolve" else project.status(asked["addresses"], asked["all"])

    def answer(self, line: str) -> dict[str, Any]:
        asked = json.loads(line)
        try:
            return {"id": asked["id"], "ok": self.serve(asked["op"], asked)}
        except Exception as error:  # the parent shows it and goes on
            absent = isinstance(error, ModuleNotFoundError) and error.name == "dvc"
            refused = any(kind.__name__ == "DvcException" for kind in type(error).__mro__)
            kind = "unknown" if isinstance(error, NotImplementedError) else "refused" if refused else "failed"
            return {"id": asked["id"], "error": {"kind": "absent" if absent else kind, "text": one_line(error)}}


def main() -> None:
    """Serve stdin. What libraries print goes to stderr; a closed stdin ends the process even in the middle of work."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lines: queue.Queue[str] = queue.Queue()

    def pump() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=pump, daemon=True).start()
    server, pace = Server(), Pace()
    for line in iter(lines.get, None):
        answer = pace.run(json.loads(line).get("now"), server.answer, line)
        print(json.dumps(answer, default=str, skipkeys=True), file=replies, flush=True)
