"""The two shell scripts of a job in Slurm: the one it runs as, and the one that asks it to stop."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from mltui.actions.executors.port import How
from mltui.actions.jobs.runner_slurm import NEAR
from mltui.actions.jobs.runner_stop import HOWS

#: What stops a job goes to its batch script alone, which passes it on to the runner: the training first.
SIGNALS: Mapping[How, str] = {"INT": "USR1", "TERM": "USR2", "KILL": "HUP"}
#: What the runner answered to the last signal, beside the job's files; `answer.part` is there from the moment that the
#: script heard it. So long may a script take to hear it that does not run yet, as far as is known, and one that does
#: (tenths of a second), and the runner to answer (s).
ANSWER, HEARS_LATE, HEARS, ANSWERS = "signalled.json", 20, 100, 40
#: Signals are minded before anything else: what `setup` takes, a `module load`, may take long. Slurm's own end of the
#: job (SIGTERM) is the end of the script as long as nothing runs, and is the runner's to see to then. It signals one
#: process after the other of those it found: what `setup` waits for may end before the script hears of it (143), and a
#: runner that begins meanwhile hears of it from the script alone.
BATCH = """\
#!/bin/sh
asked() {{
  {runner} cancel {folder} "$1" Slurm >{folder}/answer.part && mv {folder}/answer.part {folder}/{answer}
}}
pid= over=
trap 'asked INT' USR1
trap 'asked TERM' USR2
trap 'asked KILL' HUP
trap 'echo "{near}"; [ -n "$pid" ] || exit 1; kill -INT $pid' ALRM
trap 'exit 1' TERM
{setup}
[ $? -ne 143 ] || exit 1
cd /
trap 'over=1; [ -z "$pid" ] || kill $pid' TERM
{runner} run {folder} &
pid=$!
[ -z "$over" ] || kill $pid
wait $pid
code=$?
while kill -0 $pid 2>/dev/null; do
  wait $pid
  code=$?
done
[ $code -le 128 ] || {runner} cancel {folder} KILL Slurm >/dev/null
exit $code
"""
#: Slurm drops a signal without a word as long as it only prepares the job on its node (its prolog, a slow start): a
#: runner that has not begun finds the wish in stop.json instead. One whose script heard nothing finds it there too; one
#: that is only slow does not: it would signal a training once more that was interrupted already.
STOP = """\
wish() {{ {wish}; }}
rm -f {folder}/{answer} {folder}/answer.part
grep -qs '"pid": *[0-9]' {folder}/state.json && began={hears} || {{ began=; wish; }}
{kill}{scancel} || exit
n=0; while [ $n -lt ${{began:-{hears_late}}} ] && [ ! -e {folder}/answer.part ] && [ ! -e {folder}/{answer} ]
do sleep 0.1; n=$((n+1)); done
n=0; while [ $n -lt {answers} ] && [ -e {folder}/answer.part ]; do sleep 1; n=$((n+1)); done
cat {folder}/{answer} 2>/dev/null || [ -e {folder}/answer.part ] || wish
"""
#: The wish into stop.json, as `runner_stop.ask` writes it: with the directory locked, where there is a flock, and not
#: over one that is harder.
WISH = (
    "( flock -w 2 9 2>/dev/null; {unless}"
    "{{ printf %s {stop} >{folder}/wish.part && mv {folder}/wish.part {folder}/stop.json; }} ) 9<{folder}"
)
#: A kill of a job that has not begun leaves nothing to unwind, and one that was killed before has had its time: Slurm
#: itself ends it. That it was killed stands in a file, for whoever stops it next is another process.
KILL = """\
if [ -z "$began" ] || [ -e {folder}/killed ]; then {plain} && printf %s {said}; exit; fi
: >{folder}/killed
"""


def batch(runner: str, folder: str, setup: str) -> bytes:
    """The script that sbatch gets: `runner` is its command line, `folder` the job's directory where it runs."""
    return BATCH.format(setup=setup, runner=runner, folder=shlex.quote(folder), answer=ANSWER, near=NEAR).encode()


def stop(folder: str, handle: str, how: How, at: int) -> tuple[str, str]:
    """What asks a job to stop, and the call of scancel in it. It prints what the runner answered, if it did. `at` is
    in epoch milliseconds."""
    scancel, plain = shlex.join(["scancel", "--batch", f"--signal={SIGNALS[how]}", handle]), f"scancel {handle}"
    said, quoted = shlex.quote(json.dumps({"said": [plain]})), shlex.quote(folder)
    kill = KILL.format(folder=quoted, plain=plain, said=said) if how == "KILL" else ""
    words = STOP.format(
        wish=leave_wish(folder, how, at),
        folder=quoted,
        answer=ANSWER,
        kill=kill,
        scancel=scancel,
        hears=HEARS,
        hears_late=HEARS_LATE,
        answers=ANSWERS,
    )
    return "; ".join(words.splitlines()), scancel  # one line: login shells differ over more


def leave_wish(folder: str, how: How, at: int) -> str:
    """What leaves the wish alone, for a job that Slurm does not know yet; it fails where the job has no files yet."""
    place, harder = shlex.quote(folder), "|".join(HOWS[HOWS.index(how) + 1 :])
    unless = f"""grep -Eqs '"how": *"({harder})"' {place}/stop.json || """ if harder else ""
    return WISH.format(unless=unless, stop=shlex.quote(json.dumps(wish(how, at))), folder=place)


def wish(how: How, at: int) -> dict[str, object]:
    """stop.json of a stop that signalled nothing itself."""
    return {"how": how, "at": at, "who": "Slurm", "signalled": []}
