"""The exit codes with who gives them when: the page docs/exit-codes.md is made from this table, and a test walks it."""

from __future__ import annotations

from typing import Final, NamedTuple

from mltui.cli.exits import ATTENTION, INTERRUPTED, NOTHING, OK, REFUSED, UNKNOWN, USAGE


class Given(NamedTuple):
    """By which commands a code is given ("" for all), and when."""

    by: str
    when: str


class ExitCode(NamedTuple):
    """A code, what it means in a few words, who gives it when, and an `example`, of which something is `said`."""

    code: int
    meaning: str
    given: tuple[Given, ...]
    example: str
    said: str


_ACTIONS: Final = "all that change something"
#: Which these are.
CHANGING: Final = (
    "`retrain`, `stop`, `restore`, `clean`, `reproduce`, `promote`, `rollback`, `undo`, `hash`, what "
    "`exp` has but `list`, what `run` has but `show`, `files` and `cat`, and what `model` has"
)

EXITS: Final = (
    ExitCode(
        OK,
        "done",
        (
            Given("", "it answered, or did what was asked, also where the answer is that there is nothing"),
            Given("", "whoever read its output went away, as `head` does"),
            Given("`doctor`", "always: one that finds something wrong has done its work"),
            Given("`retrain`", "nothing is to be done; it was started (with `--wait`: it finished well)"),
            Given("all that ask first", "somebody answered no: nothing was done, and that is said"),
            Given(_ACTIONS, "it was done, though the answer could not be written (a full disk), which is said"),
        ),
        "mltui status",
        "the answer stands on standard output, what is to be said besides on standard error",
    ),
    ExitCode(
        ATTENTION,
        "something needs attention, or what was begun did not end well",
        (
            Given("`status --exit-code`", "`attention[]` is not empty"),
            Given("`retrain --wait`, `log --follow`", "the job failed or was stopped"),
            Given(_ACTIONS, "it was begun and could not be finished; standard error says how far it came"),
            Given("`trust`", "what is trusted could not be written"),
        ),
        "mltui status --exit-code",
        "in CI: a stage is stale",
    ),
    ExitCode(
        USAGE,
        "usage",
        (
            Given("", "there is no such command, option, run, model, stage, commit, or several are meant"),
            Given("all that ask first", "there is no terminal to ask at, and no `--yes`"),
            Given("`mltui` itself", "there is no terminal to draw on"),
        ),
        "mltui runs --limit many",
        "nothing was read; the message says what would be right",
    ),
    ExitCode(
        NOTHING,
        "nothing could be read, not even git",
        (
            Given("", "the directory is not there, or holds neither git, DVC nor MLflow"),
            Given("", "what was asked for can't be read: the store that `--store` names, a log, the history"),
            Given("all that only look", "the answer could not be written (a full disk)"),
            Given("all that only look", "mltui made a mistake, which it says"),
        ),
        "mltui runs --store nowhere.db",
        "what can be read while something else can't is printed, with a problem, and is 0",
    ),
    ExitCode(
        REFUSED,
        "refused, nothing changed",
        (
            Given(_ACTIONS, "mltui is read-only; something is in the way; somebody was faster"),
            Given("`promote`", "a gate does not hold, and nobody said `--force`"),
            Given("`trust`", "there is no terminal: a script can't trust for somebody"),
            Given("with `--dry-run` or `--print`", "it would be refused"),
        ),
        "mltui --read-only run tag alpha=0.01 --tag team=credit --yes",
        "everything is as it was",
    ),
    ExitCode(
        UNKNOWN,
        "the outcome is unknown",
        (
            Given(_ACTIONS, "it was asked for, and nobody can tell whether it was done (no answer came)"),
            Given(_ACTIONS, "an error came after it was begun, of mltui's own or in what it told of it"),
            Given("`retrain --wait`, `log --follow`", "the job is lost: nobody can tell how it ended"),
            Given("`retrain --wait`", "its output could not be written any more: the job goes on"),
        ),
        "mltui log 20260304-120000-4f20 --follow",
        "of a job whose runner is gone; `mltui journal` says what was found out later",
    ),
    ExitCode(
        INTERRUPTED,
        "interrupted by ctrl+c",
        (
            Given("", "by SIGINT; by SIGTERM it is 143, by SIGHUP 129: 128 and the signal's number"),
            Given("`retrain --wait`, `log --follow`", "only the following ends: the job goes on"),
        ),
        "mltui log 20260304-120100-4f21 --follow",
        "and ctrl+c, of a job that runs",
    ),
)


def exits_page() -> str:
    """Markdown: `docs/exit-codes.md` is this text, and a test compares them."""
    lines = ["# Exit codes", "", "Made from `src/mltui/cli/exit_table.py`; change it there.", ""]
    lines += ["Every command has the same codes, and none of them is given another meaning: a script may rely on them."]
    lines += ["", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {each.code} | {each.meaning} |" for each in EXITS]
    lines += ["", f"What changes something: {CHANGING}."]
    for each in EXITS:
        lines += ["", f"## {each.code}: {each.meaning}", "", "| command | when |", "| --- | --- |"]
        lines += [f"| {given.by or 'every command'} | {given.when} |" for given in each.given]
        lines += [
            "",
            "```",
            f"$ {each.example}; echo $?",
            *([] if each.code != INTERRUPTED else ["^C"]),
            str(each.code),
        ]
        lines += ["```", "", f"{each.said[:1].upper()}{each.said[1:]}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(exits_page())
