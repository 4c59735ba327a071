"""One job, from its start to its end: its turn, its command, its stages, its stop, what became of it.

A standard-library file for Python 3.8 and later that goes wherever `runner.py` goes.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import signal
import socket
import subprocess
import time
from typing import Any, Sequence

if __package__:
    from . import runner_containers as containers
    from . import runner_files as files
    from . import runner_slurm as slurm
    from . import runner_steps as steps
    from . import runner_stop as stops
    from . import runner_tree as tree
    from . import runner_turn as turns
else:  # run by its path, here or on another box
    import runner_containers as containers  # type: ignore[import-not-found,no-redef]
    import runner_files as files  # type: ignore[import-not-found,no-redef]
    import runner_slurm as slurm  # type: ignore[import-not-found,no-redef]
    import runner_steps as steps  # type: ignore[import-not-found,no-redef]
    import runner_stop as stops  # type: ignore[import-not-found,no-redef]
    import runner_tree as tree  # type: ignore[import-not-found,no-redef]
    import runner_turn as turns  # type: ignore[import-not-found,no-redef]

HOST = socket.gethostname()
#: How often a running job is looked at (s): a stage that begins is known well within a second.
TICK = 0.1
#: How long dvc may take to unwind after its stage was killed, before it is killed too, and however many were (s).
UNWIND, UNWINDS = 10.0, 30.0
#: How long what a job leaves running may take to end, by how it was asked to: unasked it is left alone, and after a
#: kill nothing more can be done (s). In between whoever asked asks harder.
LINGER = {"": 1.0, "KILL": 30.0}
#: How long a container engine has to answer (s): more than it has to stop a container.
ANSWER = 30.0
#: dvc gave up because another dvc held its lock: nothing has happened yet.
LOCKED = ("Unable to acquire lock", "is busy, it is being blocked by")
#: A file whose room is for how it ended, should the training have filled the disk.
SPARE = "spare"
#: Who stopped a job whose runner got a signal.
SIGNALLED = "a signal to the runner"
#: What a program says that wanted an answer from a person.
ASKED = ("EOFError", "EOF when reading", "Inappropriate ioctl for device", "not a terminal", "not a tty")


class Run:
    """One job, from its start to its end. `state` is what state.json holds; it is written only when it changes."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)
        self.spec = files.read(os.path.join(self.folder, "spec.json"))
        self.id = self.spec.get("id") or os.path.basename(self.folder)
        self.cwd = self.spec.get("cwd") or "."
        self.log = os.path.join(self.folder, "log")
        self.asked: dict[str, Any] = {}  # the stop: how, at, who, signalled
        self.signalled: dict[str, set[tuple[int, str]]] = {}
        self.softly: set[tuple[int, str]] = set()  # interrupted instead, as they make a container
        self.killed_at = self.unwinds_at = 0.0
        self.known: Any = None  # processes that were there when it was first signalled
        self.looked: Any = None
        self.held: Any = None
        self.written: Any = None
        pid, user = os.getpid(), str(os.getuid())
        with contextlib.suppress(Exception):
            user = getpass.getuser()
        self.state: dict[str, Any] = {
            **dict(schema=1, state="queued", pid=pid, pid_start=tree.start_of(pid), host=HOST, user=user),
            **dict(start=None, end=None, exit_code=None, waits_for="", said=[], failed_stage="", experiment=None),
            **dict(commit_made=None, alive=[], changed=[], notes=[]),
            "steps": [steps.new_step(address) for address in self.spec.get("stages") or ()],
        }
        self.steps = steps.Steps(self.folder, self.cwd, self.state, self.release)
        self.containers = containers.Containers(self.ask, time.time())

    def put(self, **changes: Any) -> None:
        """Change the state and write it, if it is another one, or could not be written before, or somebody who had
        looked before this runner began wrote over it."""
        self.state.update(changes)
        text, path = json.dumps(self.state), os.path.join(self.folder, "state.json")
        if self.written != (text, files.mark(path)) and files.write(path, self.state):
            self.written = text, files.mark(path)

    def note(self, text: str) -> None:
        if text not in self.state["notes"]:
            self.state["notes"].append(text)

    def whole(self) -> int:
        """Everything; the exit code of the runner."""
        self.put()
        files.keep_aside(os.path.join(self.folder, SPARE))
        if not self.turn() or not self.dvc_is_free():
            return self.ended(None, [])
        before = files.Before(self.cwd, files.made(self.folder, "before"))
        before.keep()
        for address in ["", *(self.spec.get("stages") or ())]:
            self.steps.keep_lock(address, keep=False)
        self.put(start=files.now())
        code, alive = self.command()
        while code and not self.asked and self.was_locked() and self.dvc_is_free():
            code, alive = self.command()
        return self.ended(code, alive, before.changed())

    def turn(self) -> bool:
        """Wait for the lock of what writes into a worktree, and hold it; False if the job was stopped first."""
        if self.spec.get("mode") not in turns.EXCLUSIVE:
            return not self.stop_asked()
        lock = open(os.path.join(self.folder, "..", "..", "in-place.lock"), "a+")  # noqa: SIM115 - held to the end
        while not self.stop_asked():
            front = turns.in_front(self.folder)
            if front is None:
                with contextlib.suppress(OSError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    lock.truncate(0)
                    self.held = lock
                    print(self.id, file=lock, flush=True)
                    return True
                lock.seek(0)
                front = lock.read(100).strip() or "that is not known"
            self.put(waits_for=f"job {front}")
            time.sleep(TICK)
        return False

    def release(self) -> None:
        """An isolated job needs the worktree only until dvc has copied it: from its first stage on others may."""
        if self.held is not None and self.spec.get("mode") in ("isolated", "queue"):
            self.held.close()
            self.held = None

    def dvc_is_free(self) -> bool:
        """Wait until no other dvc is at work here, naming it; False if the job was stopped first."""
        while not self.stop_asked():
            busy = turns.dvc_at_work(self.cwd, self.id)
            if not busy:
                return True
            self.put(state="queued", waits_for=busy)
            time.sleep(5 * TICK)
        return False

    def command(self) -> tuple[int, list[Any]]:
        """Run the command to its end. Its exit code (minus a signal) and what of its processes still lives."""
        try:
            with open(self.log, "ab", opener=files.own) as out:
                self.steps.offset, self.steps.before = out.tell(), time.time()
                child = subprocess.Popen(
                    self.spec["argv"],
                    cwd=self.cwd,
                    env=self.environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_as_usual,  # noqa: PLW1509 - there is one thread
                )
        except (OSError, KeyError, ValueError, TypeError) as error:
            self.steps.said = [f"{(self.spec.get('argv') or ['no command'])[0]}: {error}"]
            return 127, []
        code, over, alive = None, 0.0, []
        while True:
            code = self.reaped(child.pid, code)
            self.steps.follow()
            if self.stop_asked():
                self.press(code is not None)
            outside = self.containers.shown() if self.asked else []
            self.put(state="stopping" if self.asked else "running", waits_for="", alive=outside)
            if code is not None:
                over = over or time.monotonic()
                alive = self.living()
                if not alive or time.monotonic() - over > LINGER.get(self.asked.get("how", ""), float("inf")):
                    break
            time.sleep(TICK)
        self.steps.follow(over=True)
        if self.asked:
            for line in self.containers.end(self.asked.get("how") == "KILL"):
                self.note(line)
            alive = self.living() if alive else []  # without those that their engine ended just now
        return code, alive

    def living(self) -> list[Any]:
        """What of it lives: pids and commands, of containers only if somebody asked it to stop."""
        processes = tree.shown(tree.members(self.id, os.getpid()).values())
        return [*processes, *(self.containers.shown() if self.asked else ())]

    def environment(self) -> dict[str, str]:
        env = dict(os.environ)
        for key, value in (self.spec.get("env") or {}).items():
            env.pop(key, None)
            if value is not None:
                env[key] = str(value)
        tags: Any = None
        with contextlib.suppress(ValueError):
            tags = json.loads(env.get("MLFLOW_RUN_CONTEXT") or "{}")
        tags = {**(tags if isinstance(tags, dict) else {}), "mltui.job": self.id}
        env.setdefault("PYTHONUNBUFFERED", "1")
        return {**env, "MLTUI_JOB": self.id, "MLFLOW_RUN_CONTEXT": json.dumps(tags)}

    def ask(self, argv: Sequence[str]) -> tuple[int, bytes, str]:
        """Run a command of a container engine's, which belongs to no job and hears none of its signals."""
        env = {key: value for key, value in self.environment().items() if key != "MLTUI_JOB"}
        env[tree.QUESTION] = "1"
        try:
            done = subprocess.run(
                argv, cwd=os.sep, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER, check=False
            )
        except (OSError, subprocess.SubprocessError) as error:
            return 1, b"", str(error)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def reaped(self, child: int, code: int | None) -> int | None:
        """Reap whatever ended below this subreaper; the exit code of `child` if that did."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid == child:
                    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return code

    # -- stopping

    def stop_asked(self) -> bool:
        """Whether somebody asked the job to stop: stop.json, or a signal to the runner itself. It is read each time:
        two stops within one tick of the file system's clock have the same time."""
        asked = stops.read(self.folder)
        if stops.stands(asked, self.asked):
            self.asked = asked
        return bool(self.asked)

    def press(self, dvc_ended: bool) -> None:
        """Signal what was not signalled yet: a stage that began after the stop, a second command of a shell line."""
        how = self.asked["how"]
        done = self.signalled.setdefault(how, set())
        done |= {(pid, start) for pid, start in self.asked.get("signalled") or ()}
        every = found = tree.members(self.id, os.getpid())
        self.known = {(each.pid, each.start) for each in found.values()} if self.known is None else self.known
        self.press_containers(how, found, dvc_ended)
        own = set() if dvc_ended else tree.of_dvc(found)
        making = self.press_making(how, found)
        if how == "KILL":  # dvc sees its stage end, and puts its locks in order; so do engines with their containers
            now = time.monotonic()
            self.killed_at, self.unwinds_at = self.killed_at or now, self.unwinds_at or now
            later = tree.of_engines(found) | own | making
            if now - self.unwinds_at < UNWIND and now - self.killed_at < UNWINDS:
                there = {pid: each for pid, each in found.items() if pid not in later}
                if any((each.pid, each.start) not in done for each in there.values()):
                    self.unwinds_at = now  # a stage that began only now: dvc unwinds from here on
                found = there
        elif how == "TERM":
            found = {pid: each for pid, each in found.items() if pid not in making}
        targets = [each for each in tree.chosen(how, found) if (each.pid, each.start) not in done]
        if how == "INT" and done:  # its stage was interrupted: dvc unwinds by itself
            targets = [each for each in targets if not tree.is_dvc(each)]
        late = [each for each in targets if (each.pid, each.start) not in self.known and not tree.is_dvc(each)]
        late = [each for each in late if each.pid not in making]
        if how == "INT":  # a Python that only just starts may lose an interrupt, and has nothing to save
            done |= {(each.pid, each.start) for each in tree.send("TERM", late)}
            targets = [each for each in targets if each not in late]
        done |= {(each.pid, each.start) for each in tree.send(how, targets)}
        if (
            not any(self.signalled.values()) and not self.softly
        ):  # no stage runs: dvc is to unwind, and not to go on to the next one
            dvc = [each for each in every.values() if each.pid in own and tree.is_dvc(each)]
            self.signalled["INT"] = {(each.pid, each.start) for each in tree.send("INT", dvc)}

    def press_making(self, how: str, found: dict[int, Any]) -> set[int]:
        """Interrupt what makes a container, whatever was asked, each once; its pids."""
        making = containers.making(found.values())
        new = [each for each in making if how != "INT" and (each.pid, each.start) not in self.softly]
        self.softly |= {(each.pid, each.start) for each in tree.send("INT", new)}
        return {each.pid for each in making}

    def press_containers(self, how: str, found: dict[int, Any], dvc_ended: bool) -> None:
        self.containers.see([*(self.asked.get("containers") or ()), *containers.traces(found.values())])
        self.containers.passed(how, self.asked.get("passed") or ())
        if self.looked != (how, dvc_ended):  # what it printed until then
            self.looked = (how, dvc_ended)
            self.containers.printed(self.log)
        self.containers.signal(how, found.values())

    # -- ending

    def was_locked(self) -> bool:
        """Whether dvc only said that another dvc was faster: then it is waited for, and tried again."""
        nothing = all(step["state"] == "waiting" for step in self.state["steps"])
        return nothing and any(words in line for line in self.steps.said for words in LOCKED)

    def ended(self, code: int | None, alive: list[Any], changed: list[str] | None = None) -> int:
        state = "finished" if code == 0 else "stopped" if self.asked else "failed"
        if state == "stopped" and self.asked.get("who") == SIGNALLED:  # somebody else than mltui
            failed, why = slurm.ended_by(self.folder)
            state = "failed" if failed else state
            self.state["notes"] += [why] if why else []
        if state == "finished" and self.asked:
            self.note("it was asked to stop, but what it ran ended well: DVC took its outs as its result")
        self.state["said"] = list(self.steps.said)
        self.steps.close({"finished": "done"}.get(state, state))
        if self.asked and code and not alive:
            for line in turns.mended(self.cwd, self.spec.get("mode") == "workspace"):
                self.note(line)
        if state == "failed" and any(words in line for line in self.steps.said for words in ASKED):
            self.note("it asked for input, and there is none: a job's standard input is /dev/null")
        if alive:
            self.note(f"{len(alive)} of its processes outlived it")
        if name := self.state["experiment"]:
            refs = files.git(self.cwd, "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps") or b""
            made = [row.split()[0] for row in refs.decode(errors="replace").splitlines() if row.endswith(f"/{name}")]
            self.state["commit_made"] = made[0] if made else None
        self.put(state=state, end=files.now(), exit_code=code, alive=alive, changed=changed or [], waits_for="")
        files.remove(os.path.join(self.folder, SPARE))
        for _ in range(60):  # a disk that was full may have room again: at least what was kept aside
            if self.written and self.written[0] == json.dumps(self.state):
                break
            self.note("the disk was full: its log may lack what was printed last")
            time.sleep(1)
            self.put()
        return 0 if state == "finished" else 1


def _as_usual() -> None:
    """In the child: signals as a shell gives them, whatever started the runner ignored."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(each, signal.SIG_DFL)
