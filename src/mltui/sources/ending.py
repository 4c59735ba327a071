"""A command that a signal ends takes what it started with it.

What is started has a session of its own, so that no terminal interrupts a git for us: nobody else would end it.

Each `mltui status` passes here, so it imports nothing: `signal` takes `enum` along, and `_signal` is there anyway.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from types import FrameType
else:
    import _signal

#: ctrl+c, a polite kill, a terminal that closed.
_NUMBERS = tuple(getattr(_signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(_signal, name))
#: What nothing survives, for whoever imports no `signal` either.
KILL = _signal.SIGKILL


class Ended(KeyboardInterrupt):
    """One of them came; it is handled as ctrl+c is, since ctrl+c is one of them."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _Held:
    """``with held:`` in the main thread: a signal takes effect at its end.

    Around the start of a process: one that came between the fork and the note of it would leave it to nobody.
    """

    depth = 0
    came = 0
    last = int(_signal.SIGINT)  #: what ended the command; ctrl+c where nobody caught it here

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1
        if self.came and not self.depth:
            number, self.came = self.came, 0
            _end(number, None)


held = _Held()


def end_with_children() -> None:
    """From now on they end what reads, and raise `Ended`. One that is ignored (``nohup``) stays ignored."""
    sys.unraisablehook = _unraisable
    for number in _NUMBERS:
        if _signal.getsignal(number) in (_signal.SIG_DFL, _signal.default_int_handler):
            try:
                _signal.signal(number, _end)
            except ValueError:  # only the main thread may say so
                return


def leave_to_others() -> None:
    """They are as Python has them: the app sees to them itself."""
    for number in _NUMBERS:
        if _signal.getsignal(number) is _end:
            _signal.signal(number, _signal.default_int_handler if number == _signal.SIGINT else _signal.SIG_DFL)


def end_in_peace() -> None:
    """None of them changes anything any more: one that comes while the interpreter ends would take the code away."""
    _signal.setitimer(_signal.ITIMER_REAL, 0)
    for number in _NUMBERS:
        _signal.signal(number, _signal.SIG_IGN)


def end_reads() -> None:
    """End what reads, of every door there is, for good."""
    runner = sys.modules.get("mltui.sources.runner")
    for door in list(getattr(runner, "DOORS", ())):
        door.end_reads()


def _end(number: int, frame: FrameType | None) -> None:
    if held.depth:
        held.came = number
        return
    if frame is not None and frame.f_code.co_name == "cb" and "importlib" in frame.f_code.co_filename:
        _soon(number)  # an import cleans up after itself, and loses what is raised
        return
    held.last = number
    end_reads()  # first: what unwinds may wait for a thread that waits for one of them
    raise Ended(number)


def _soon(number: int) -> None:
    """It comes again, when what goes on here is over."""
    _signal.signal(_signal.SIGALRM, lambda _, there: _end(number, there))
    _signal.setitimer(_signal.ITIMER_REAL, 0.005)


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Python drops what is raised while something is finalised (`Popen.__del__` after each git): not the end."""
    if isinstance(lost.exc_value, Ended):
        _soon(lost.exc_value.number)
    else:
        sys.__unraisablehook__(lost)
