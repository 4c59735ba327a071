"""The command line. `main` answers the frequent `mltui status` and `mltui` itself and leaves the rest to click.

Importing click costs more than git's own status; `mltui status` in a prompt or a loop should not pay it.
"""

from __future__ import annotations

import os
import sys

from mltui.cli.exits import ATTENTION, NOTHING, OK, SIGNALLED, acted, code_of, code_of_interrupt
from mltui.cli.options import Options, app_options, status_options
from mltui.cli.streams import is_unwritten, open_closed, say_unwritten, silence
from mltui.sources.ending import end_in_peace, end_reads, end_with_children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

#: Set by the scripts of `mltui completion`: it is not run, but asked what could come next.
COMPLETING = "_MLTUI_COMPLETE"


def main(argv: Sequence[str] | None = None) -> None:
    """Run mltui and end the process with the exit codes of CONTRACT."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    code = OK
    open_closed()
    try:
        end_with_children()
        code = run(arguments)
        if code > SIGNALLED:
            end_in_peace()
        sys.stdout.flush()
        _say_news(arguments)
    except BrokenPipeError:
        silence()
    except OSError as error:
        say_unwritten(error, done=acted.code == OK)
        silence()
        code = acted.unless(NOTHING)
    except Exception as error:  # with MLTUI_DEBUG: what is said is pasted into an issue
        from mltui.sources.mistakes import traceback_of

        sys.stderr.write(traceback_of(error))
        code = acted.after(NOTHING)
    except KeyboardInterrupt:  # while a slow reader takes the rest
        end_in_peace()
        code = code_of_interrupt()
        silence()
    finally:
        end_reads()  # a thread nobody waits for may be at one
    sys.exit(code)


def _say_news(arguments: list[str]) -> None:
    """What became of the cache, once a process; not beside a prompt's line or what `doctor` says of it at length, nor
    while a shell completes."""
    cachedir = sys.modules.get("mltui.sources.cachedir")
    if cachedir is None or {"--short", "doctor"} & {*arguments} or COMPLETING in os.environ:
        return
    for summary, hint in cachedir.news():
        from mltui.cli.saying import say

        say(summary, hint)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; what goes wrong is one line on stderr, never a traceback.

    The process is left as it is, for whoever has more to do in it: signals are `main`'s.
    """
    from mltui.errors import MltuiError

    acted.code = None
    try:
        if COMPLETING in os.environ:
            from mltui.cli.completion import complete

            return complete(os.environ)
        options = status_options(arguments)
        if options is not None:
            return answer_status(options)
        if (told := app_options(arguments)) is not None:
            from mltui.cli.app import open_app

            open_app(*told)
            return OK
        from mltui.cli.commands import run_click

        return run_click(arguments)
    except MltuiError as error:
        from mltui.cli.saying import say_error

        say_error(error)
        return acted.after(code_of(error))
    except KeyboardInterrupt:
        return code_of_interrupt()
    except BrokenPipeError:
        silence()
        return acted.unless(OK)
    except Exception as error:
        if isinstance(error, OSError) and is_unwritten(error):
            say_unwritten(error, done=acted.code == OK)
            silence()
            return acted.unless(NOTHING)
        if os.environ.get("MLTUI_DEBUG"):
            raise
        from mltui.cli.saying import say_mistake

        say_mistake(error)
        return acted.after(NOTHING)


def answer_status(options: Options) -> int:
    """`mltui status`. A document that still stands is printed as it is, without importing anything more."""
    if options.short:
        if options.json:
            from mltui.errors import UsageError

            raise UsageError("--short is a line for a prompt, --json a document: choose one")
        from mltui.cli.short import print_short

        return print_short(options)
    if options.json and options.store is None and not sys.stdout.isatty():
        from mltui.sources.standing import recall

        kept = recall(options.path)
        if kept is not None:
            sys.stdout.buffer.write(kept.document)
            return ATTENTION if options.exit_code and kept.attention else OK
    from mltui.cli.status import print_status

    return print_status(options)
