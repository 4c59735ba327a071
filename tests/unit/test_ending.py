"""Signals that end a command, in processes of their own."""

from __future__ import annotations

import subprocess
import sys

import pytest

START = """
import os, signal, sys, time
from pathlib import Path
from mltui.sources.ending import Ended, end_with_children, held, leave_to_others
from mltui.sources.runner import ProcessRunner
end_with_children()
def come(): os.kill(os.getpid(), signal.SIGTERM)
"""


def said(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START + script], capture_output=True, text=True, check=False, timeout=120
    )
    assert not done.stderr
    return done.stdout


def test_a_signal_waits_while_a_process_is_started_and_the_process_is_ended() -> None:
    """It comes between the start and the note of it, where nobody would know whom to end."""
    script = """
from mltui.sources import runner
real = runner._open
def slow(*given):
    global process
    process = real(*given)
    come()
    return process
runner._open = slow
for reading in (True, False):
    try:
        ProcessRunner().run(["sleep", "600"], cwd=Path("/"), reading=reading)
    except Ended as ended:
        print(ended.number, process.wait())
"""
    assert said(script) == "15 -9\n15 -9\n"


def test_what_another_thread_is_starting_is_waited_for() -> None:
    script = """
import threading
from mltui.sources import runner
real, begun = runner._open, threading.Event()
def slow(*given):
    global process
    process = real(*given)
    begun.set()
    while not door._ended:
        time.sleep(0.01)
    time.sleep(0.1)  # an end that waits for nobody is over by then
    return process
runner._open = slow
door = ProcessRunner()
def read():
    door.run(["sleep", "600"], cwd=Path("/"), reading=True)
threading.Thread(target=read, daemon=True).start()
begun.wait()
door.end_reads()
print(len(door._reads), door._starting, process.wait())
"""
    assert said(script) == "1 set() -9\n"


@pytest.mark.parametrize("name", ["cb", "other"])
def test_a_signal_is_not_lost_in_the_clean_up_of_an_import(name: str) -> None:
    """Python drops what is raised in it; a SIGTERM that is lost would have to be sent again."""
    script = f"""
exec(compile("def {name}(): os.kill(os.getpid(), 15)", "<frozen importlib._bootstrap>", "exec"))
try:
    try:
        {name}()
    except Ended:
        print("lost")
        raise
    time.sleep(600)
except Ended as ended:
    print(ended.number)
"""
    assert said(script) == ("15\n" if name == "cb" else "lost\n15\n")


def test_a_signal_is_not_lost_where_something_is_finalised() -> None:
    """Python drops it there and goes on: a watch stayed for ever, with each git that it started ended."""
    script = """
import subprocess
real = subprocess.Popen.__del__
def at_that_moment(self, **given):
    come()
    real(self)
subprocess.Popen.__del__ = at_that_moment
try:
    ProcessRunner().run(["true"], cwd=Path("/"))
    print("goes on")
    time.sleep(600)
except Ended as ended:
    print(ended.number)
"""
    assert said(script) == "goes on\n15\n"


def test_what_else_is_lost_is_told_as_python_tells_it() -> None:
    script = """
class Broken:
    def __del__(self):
        raise ValueError("why")
sys.stderr = sys.stdout
Broken()
"""
    assert "ValueError: why" in said(script)


def test_the_app_gets_them_as_python_has_them() -> None:
    script = """
leave_to_others()
print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
    assert said(script) == "True True\n"


def test_an_action_that_was_interrupted_ends_with_the_code_of_what_interrupted_it() -> None:
    script = """
from mltui.cli.asking import code_of
from mltui.model.outcome import Outcome
print(code_of(Outcome("interrupted", "")))
try:
    come()
except Ended:
    print(code_of(Outcome("interrupted", "")))
"""
    assert said(script) == "130\n143\n"
