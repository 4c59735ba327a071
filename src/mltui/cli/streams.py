"""Standard streams as somebody else left them: closed, full, or read by nobody. Each `mltui status` passes here."""

from __future__ import annotations

import os
import sys


def open_closed() -> None:
    """What was closed (``mltui status >&-``) is as if it led to /dev/null: nobody wants to know, and nothing that is
    opened later takes its number and gets what is printed."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.set_inheritable(number, True)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as we live
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def silence() -> None:
    """Nothing more can be printed, and the interpreter's exit, which writes what is left, must not stumble over it."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def is_unwritten(error: OSError) -> bool:
    """Whether it says that standard output takes no more: a full disk, a quota, a device that fails."""
    import errno

    unwritable = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
    return error.filename is None and error.errno in unwritable


def say_unwritten(error: OSError, *, done: bool = False) -> None:
    """One line about it, if standard error takes it; and that what was asked for was `done`."""
    hint = "  what was asked for was done: mltui journal has it\n" if done else ""
    try:
        sys.stderr.write(f"mltui: the answer could not be written: {error.strerror}\n{hint}")
    except OSError:
        return


def write_beside(text: str) -> None:
    """On standard error, if that takes it: a full disk there changes nothing of how a command ends."""
    try:
        sys.stderr.write(text)
    except BrokenPipeError:
        raise
    except OSError:
        return
