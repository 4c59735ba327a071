"""Containers of a job: processes of an engine's, and none of the job's own. Whose they are is told from the engine's
clients in the job's tree, and from the ids that ``run -d`` prints; they are signalled through the engine.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from datetime import datetime
from typing import Any, Callable, Iterable, Sequence

if __package__:
    from . import runner_tree as tree
else:  # run by its path, here or on another box
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]

#: Clients whose containers outlive them.
CLIENTS = ("docker", "podman", "nerdctl")
#: What of them passes signals on to its container, and what else names the containers that it is about.
ATTACHED, NAMING = ("run", "attach", "start"), ("attach", "logs", "start", "wait")
#: What makes one, and what else may have these words behind it.
MAKING = ("run", "create")
OTHER = ("exec", "compose", "volume", "network", "pod", "secret", "context", "image", "build")
#: What of an engine's containers can be a job's: what has ended is nobody's concern.
ALIVE = {"podman": ("created", "initialized", "running", "paused")}
#: Options of these that take the next word.
VALUED = frozenset(("-n", "--tail", "--since", "--until", "--detach-keys", "--condition", "-i", "--interval"))
#: A time as engines write it; what ``run -d`` prints, and how much of a log's end is looked through (bytes).
BEGAN = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)")
PRINTED, ENOUGH = re.compile(rb"^([0-9a-f]{64})\r?$", re.MULTILINE), 4 << 20
#: What an engine says of a container that it does not have, or whoever looks for an engine that is not there.
NONE = re.compile("no such|no container", re.IGNORECASE)
#: Clocks of one box (s), and how long after its client a container may begin (s).
SLACK, LATER = 1.0, 120.0
#: How often an engine is asked (s), and how long it has to stop a container (s), as is said to it.
PAUSE, GRACE = 1.0, 10
#: An engine that is its client goes on with nothing once that is gone. How long others have to show what a client that
#: is gone had asked for (s), and how often they are asked then (s).
OWN_ENGINE, SETTLES, TICK = ("podman",), 3.0, 0.3
#: What ends a container that was never started: it can't be signalled or stopped, and nothing is in it.
REMOVE = ("rm", "--force")

#: Runs a command: its exit code, what it printed, what it complained of.
Ask = Callable[[Sequence[str]], Any]


def traces(found: Iterable[Any]) -> list[list[Any]]:
    """What the processes tell of containers: client, how sure ("own", "named" by it, only "like" its argv), the word
    that the engine knows the container by, argv, and when the process began. JSON can hold it."""
    told = []
    for each in found:
        name = tree.program(each.argv)
        words = each.argv[1:]
        if name == "conmon" and "-c" in words[:-1]:
            told.append(["podman", "own", words[words.index("-c") + 1], [], 0.0])
        elif name in CLIENTS and makes(words):
            word = _own_name(each)
            told.append([name, "own" if word else "like", word, list(each.argv), began(each.start)])
        elif name in CLIENTS and (verb := next((word for word in words if word in NAMING), "")):
            told += [[name, "named", word, [], 0.0] for word in _plain(words[words.index(verb) + 1 :])]
    return told


def passing_on(found: Iterable[Any]) -> list[list[str]]:
    """Client and name of the containers that clients among these pass a signal on to: docker's ``start --attach`` ends
    itself then, and what it leaves must not be signalled twice."""
    told = []
    for each in found:
        short = [word for word in each.argv[1:] if word.startswith("-") and not word.startswith("--")]
        if "start" in each.argv[1:] and ("--attach" in each.argv or any("a" in word for word in short)):
            told += [[client, word] for client, how, word, _, _ in traces([each]) if how == "named" and word]
    return told


def making(found: Iterable[Any]) -> list[Any]:
    """Podmans that make a container, which has no monitor yet: killed they may leave half of it, and terminated they
    call that a success; interrupted they bring it to an end, and fail."""
    there = list(found)
    if any(tree.program(each.argv) == "conmon" for each in there):
        return []
    return [each for each in there if tree.program(each.argv) in OWN_ENGINE and makes(each.argv[1:])]


def makes(words: Sequence[str]) -> bool:
    """Whether these words of a client make a container."""
    return next((word for word in words if word in (*MAKING, *NAMING, *OTHER)), "") in MAKING


def _own_name(client: Any) -> str:
    """``--name X``, else the id in ``--cidfile F``; "" without either."""
    words = client.argv
    for at, word in enumerate(words):
        for option in ("--name", "--cidfile"):
            value = word[len(option) + 1 :] if word.startswith(f"{option}=") else ""
            if word == option and at + 1 < len(words):
                value = words[at + 1]
            if value and option == "--name":
                return str(value)
            if value:
                with contextlib.suppress(OSError), open(f"/proc/{client.pid}/cwd/{value}") as file:
                    return file.read().strip()
    return ""


def _plain(words: Sequence[str]) -> list[str]:
    """The words that are no options and no values of such."""
    return [
        word for at, word in enumerate(words) if not word.startswith("-") and (not at or words[at - 1] not in VALUED)
    ]


def began(start: str) -> float:
    """When a process began (epoch s), of its start in ticks; 0 where that is not known."""
    with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/stat") as file:
        boot = float(re.findall(r"^btime (\d+)", file.read(), re.MULTILINE)[0])
        return boot + float(start) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Containers:
    """Those of one job, which began at `since` (epoch s): what was started before it is somebody else's."""

    def __init__(self, ask: Ask, since: float) -> None:
        self._ask, self.since = ask, since
        self._seen: list[list[Any]] = []
        self._open: list[list[Any]] = []  # of these, what no container is known for yet
        self._known: dict[tuple[str, str], str] = {}  # (client, id): its name
        self._told: list[tuple[str, Any]] = []  # what engines said of these
        self._sent: set[tuple[str, str, str]] = set()
        self._unstarted: set[str] = set()
        self._passed: dict[str, list[list[str]]] = {}  # by the signal: client and name
        self._looked = 0.0
        self._silent = False  # whether an engine that was asked last did not say
        self._running: list[tuple[str, str, int]] = []
        self._answers: dict[tuple[str, str], Any] = {}  # of the last look
        self.said: list[str] = []

    def see(self, told: Iterable[Sequence[Any]]) -> None:
        """Keep what is only known as long as the clients live."""
        new = [list(each) for each in told if list(each) not in self._seen]
        self._seen += new
        self._open += new

    def printed(self, path: str) -> None:
        """See the ids in a log, of engines that are here."""
        with contextlib.suppress(OSError), open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - ENOUGH))
            ids = {each.decode() for each in PRINTED.findall(file.read())}
            for client in CLIENTS if ids else ():
                self.see([client, "named", id, [], 0.0] for id in self._there(client) or () if id in ids)

    def signal(self, how: str, found: Iterable[Any]) -> None:
        """Signal each once. As long as a client of the engine is attached to one (among `found`, the tree), that passes
        the signal on, and others may serve what runs there."""
        there = list(found)
        busy = {tree.program(each.argv) for each in there if set(each.argv[1:]) & set(ATTACHED)}
        self._passed[how] = [*self._passed.get(how, ()), *passing_on(there)]
        for client, id, _ in self.running():
            if how != "KILL" and self._was_passed(how, client, id):
                self._sent.add((how, client, id))
            elif (how == "KILL" or client not in busy) and (how, client, id) not in self._sent:
                self._sent.add((how, client, id))
                kill = REMOVE if id in self._unstarted else ("kill", "--signal", how)
                code, _, err = self._ask((client, *kill, "--", id))
                if code and self._state(client, id) is not None:
                    self._say(client, id, f"could not be signalled: {_last(err)}")

    def passed(self, how: str, told: Iterable[Sequence[str]]) -> None:
        """Clients that somebody else signalled so, as `passing_on` tells of them."""
        self._passed[how] = [*self._passed.get(how, ()), *map(list, told)]

    def _was_passed(self, how: str, client: str, id: str) -> bool:
        words = [word for by, word in self._passed.get(how, ()) if by == client]
        return any(word == self._known[client, id] or id.startswith(word) for word in words)

    def running(self, now: bool = False) -> list[tuple[str, str, int]]:
        """(client, id, pid of its first process) of those that run, asked at most once a second."""
        if not now and time.monotonic() - self._looked < PAUSE:
            return self._running
        self._looked, self._running = time.monotonic(), []
        self._answers = self._asked_at_once()
        self._open = [each for each in self._open if not self._found(each)]
        for client, id in list(self._known):
            answered = (client, id) in self._answers
            found = self._answers[client, id] if answered else self._state(client, id)
            if found is None and not answered and self._silent:
                self._running.append((client, id, 0))  # for all that is known
            elif found is None:
                self._say(client, id, "taken away: it was made and not started" if id in self._unstarted else "stopped")
            else:
                self._unstarted = (self._unstarted - {id}) | ({id} if _is_unstarted(found) else set())
                self._running.append((client, id, int(found["State"].get("Pid") or 0)))
        return self._running

    def _asked_at_once(self) -> dict[tuple[str, str], Any]:
        """The containers that are known and those that traces name, by client and word: one question to each engine.
        Starting a client takes longer than its answer. What an engine did not say is left out."""
        words = [*self._known, *((client, word) for client, how, word, _, _ in self._open if how != "like")]
        told = {}
        for client in dict.fromkeys(client for client, _ in words):
            asked = list(dict.fromkeys(word for by, word in words if by == client and word))
            found = self._inspect(client, asked)
            for word in asked:
                named = [each for each in found if _name(each) == word]
                like = named or [each for each in found if each["Id"].startswith(word)]
                if like or not self._silent:
                    told[client, word] = like[0] if like else None
        return told

    def _found(self, trace: Sequence[Any]) -> bool | None:
        """Find the container of a trace, as of the last look. False if there is none (yet), None if that can't be
        told."""
        client, how, word, _, _ = trace
        if how == "like":
            return self._like(trace)
        found = self._answers.get((client, word))
        if found is not None:
            self._keep(client, found)
        return found is not None

    def _keep(self, client: str, found: Any) -> None:
        if (client, found["Id"]) not in self._known:
            self._known[client, found["Id"]] = _name(found)
            self._told.append((client, found))

    def shown(self) -> list[list[Any]]:
        """What runs, as processes are shown."""
        return [[pid, f"{client} container {self._known[client, id]}"] for client, id, pid in self.running()]

    def end(self, hard: bool) -> list[str]:
        """Have the engine stop what still runs; what became of all of them, in lines."""
        self._settle()
        for client, id, _ in self.running(now=True):
            stop = REMOVE if id in self._unstarted else ("stop", "--time", "0" if hard else str(GRACE))
            code, _, err = self._ask((client, *stop, "--", id))
            if code and (self._state(client, id) is not None or self._silent):  # else it ended by itself just then
                self._say(client, id, f"could not be stopped: {_last(err)}")
        self.running(now=True)
        for line in filter(None, map(self._unfound, self._open)):
            self.said += [line] if line not in self.said else []
        return self.said

    def _settle(self) -> None:
        """Let an engine do what a client asked for that was ended: its container comes when the client is gone."""
        end = time.monotonic() + SETTLES
        self.running(now=True)
        while any(_asks(each) and self._found(each) is False for each in self._open) and time.monotonic() < end:
            time.sleep(TICK)
            self.running(now=True)

    def _unfound(self, trace: Sequence[Any]) -> str:
        """What is to be said of what made a container that was not found, "" if there can be none."""
        client, how, word, argv, _ = trace
        verb = next((each for each in argv if each in MAKING), "")
        if how == "like" and self._like(trace) is None:
            return f"{client} {verb} without --name or --cidfile: look with {client} ps whether its container runs on"
        if _asks(trace):
            named = f" {word}" if word else ""
            return (
                f"{client} {verb}{named} ended, and no container of it was found: "
                f"look with {client} ps --all whether it made one later"
            )
        return self._half_made(trace, verb) if client == "podman" and verb else ""

    def _half_made(self, trace: Sequence[Any], verb: str) -> str:
        """Podman that is killed between the storage of a container and the container leaves the first. It can't be
        inspected; by its name it is known, else only by its image and time, which may be somebody's."""
        client, _, word, argv, since = trace
        _, out, _ = self._ask((client, "ps", "--all", "--external", "--no-trunc", "--format", "json"))
        try:
            rows = [each for each in json.loads(out or b"[]") if each["State"] == "storage"]
            new = [each for each in rows if int(each["Created"]) >= max(self.since, since) - SLACK]
            near = [each for each in new if (word in each["Names"] if word else _has_image(each["Image"], argv))]
        except (ValueError, KeyError, TypeError):
            return ""
        ids = [each["Id"][:12] for each in near]
        if not ids:
            return ""
        if word and self._ask((client, *REMOVE, "--", *ids))[0] == 0:
            return f"container {word} taken away: it was half made"
        return (
            f"{client} {verb} ended while it made a container: look with {client} ps --all --external; "
            f"if it is nobody else's, {client} rm {' '.join(ids)}"
        )

    def _say(self, client: str, id: str, what: str) -> None:
        line = f"container {self._known.get((client, id), id)} {what}"
        if line not in self.said:
            self.said.append(line)

    def _state(self, client: str, word: str) -> Any:
        """What the engine says of a container that runs and began with the job or later; None of any other."""
        found = self._inspect(client, (word,))
        return found[0] if found else None

    def _inspect(self, client: str, words: Sequence[str]) -> list[Any]:
        code, out, err = self._ask((client, "container", "inspect", "--", *words)) if words else (0, b"", "")
        self._silent = bool(code) and NONE.search(err) is None
        try:
            told = json.loads(out or (b"[]" if len(words) < 2 else b""))
            there = [each for each in told if each["State"]["Running"] or _is_unstarted(each)]
            return [each for each in there if _epoch(each) >= self.since - SLACK]
        except (ValueError, KeyError, TypeError):  # one of several may be odd, or not there and no answer be given then
            each = [(self._inspect(client, (word,)), self._silent) for word in words] if len(words) > 1 else []
            self._silent = any(silent for _, silent in each) if each else self._silent
            return [one for found, _ in each for one in found]

    def _there(self, client: str) -> list[str] | None:
        """Ids of what runs and of what was made and not started; None if the engine does not say."""
        states = [f"--filter=status={each}" for each in ALIVE.get(client, ("created", "running", "paused"))]
        code, out, _ = self._ask((client, "ps", "--all", "--quiet", "--no-trunc", *states))
        return None if code else out.decode(errors="replace").split()

    def _like(self, trace: Sequence[Any]) -> bool | None:
        """Find the container of a ``run`` that names none: of its image and command, with its mounts, begun right after
        it. False if there is none, None if that can't be told: the engine says nothing, or there are more."""
        client, _, _, argv, since = trace
        there = self._there(client)
        if there is None:
            return None
        found = [each for each in self._inspect(client, there) if _is_of(each, argv)]
        near = [each for each in found if _is_near(each, since)]
        new = [each for each in near if (client, each["Id"]) not in self._known]
        if len(near) > 1 and new:
            return None
        for each in new:
            self._keep(client, each)
        gone = (each for of, each in self._told if of == client and _is_of(each, argv))
        return bool(near) or any(_is_near(each, since) for each in gone)


def _is_of(container: Any, argv: Sequence[str]) -> bool:
    """Whether a ``run`` of these words can have made it."""
    config = container.get("Config") or {}
    names = {str(config.get("Image") or ""), str(container.get("ImageName") or "")}
    at = next((at for at, word in enumerate(argv) if any(_has_image(name, (word,)) for name in names)), None)
    command = list(argv[at + 1 :]) if at is not None else []
    if at is None or (command and list(config.get("Cmd") or ()) != command):
        return False
    binds = [":".join(each.split(":")[:2]) for each in (container.get("HostConfig") or {}).get("Binds") or ()]
    return all(any(bind in word for word in argv) for bind in binds)


def _is_near(container: Any, since: float) -> bool:
    """Whether it began right after its client, or when that did is not known."""
    return -SLACK <= _epoch(container) - since <= LATER or not since


def _has_image(image: str, argv: Sequence[str]) -> bool:
    return any(image and image in (word, f"localhost/{word}") for word in argv)


def _asks(trace: Sequence[Any]) -> bool:
    """Whether it is of a client that asks an engine to make a container, which may go on without it."""
    return bool(trace[3]) and trace[0] not in OWN_ENGINE


def _name(container: Any) -> str:
    return str(container.get("Name") or container["Id"][:12]).lstrip("/")


def _is_unstarted(container: Any) -> bool:
    """Between its making and its start, where a client that was stopped leaves it; podman's monitor waits for ever."""
    return container["State"].get("Status") in ("created", "configured", "initialized")


def _epoch(container: Any) -> float:
    """When it began (epoch s), or was made if it never did."""
    said = BEGAN.match(container["Created"] if _is_unstarted(container) else container["State"]["StartedAt"])
    return datetime.strptime("".join(said.groups()), "%Y-%m-%d%H:%M:%S%z").timestamp() if said else 0.0


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["?"])[-1]
