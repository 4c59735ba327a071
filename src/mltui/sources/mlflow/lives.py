"""Which RUNNING runs may run no more: last writes and gaps from the store, processes from the host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mltui.errors import SourceError
from mltui.model.life import QUIET_MS, Life, is_silent, longest_gap
from mltui.model.runs import Run
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.port import now_ms
from mltui.sources.processes import host_name, is_taken, is_there
from mltui.sources.runner import Runner

#: What a run's process wrote down of itself.
PID_TAG, START_TAG, HOST_TAG, SLURM_TAG = "mltui.pid", "mltui.pid_start", "mltui.host", "mltui.slurm_job"
TAGS = (PID_TAG, START_TAG, HOST_TAG, SLURM_TAG)
#: Finished runs of an experiment that tell how long its runs go without a write.
OTHERS = 5
#: Series of a run in which its writes are looked for: what is left out can only make a gap longer, a verdict later.
KEYS = 3
#: Logged by MLflow itself every few seconds, where it is on: they tell the most.
SYSTEM = "system/"
#: From so many runs on, one that was silent five times as long as it ever wrote is not asked for its gaps.
AT_ONCE = 10
#: A job that Slurm says is over stays so; one that is not is asked for again after this long (ms).
ASK_AGAIN_MS = 60_000


class Lives:
    """Judges runs, and remembers what took reading: a gap stays what it was while nothing is written."""

    def __init__(self, runner: Runner, cwd: Path) -> None:
        self._runner = runner
        self._cwd = cwd
        self._gaps: dict[tuple[str, str], tuple[int | None, tuple[int | None, bool]]] = {}  # of the last write only
        self._asked: dict[str, tuple[int, str]] = {}
        self._left: set[tuple[str, str, str]] = set()  # store, run and process: it was RUNNING after that had ended
        self._last: tuple[Sequence[Run], dict[str, Life], tuple[Run, ...]] | None = None  #: runs, verdicts, the answer
        self.running = False  #: whether the last runs judged had one that may fall silent by and by

    def judged(
        self, reader: StoreReader, runs: Sequence[Run], now: int | None = None, *, reading: bool = True
    ) -> tuple[Run, ...]:
        """`runs`, with `life` where one that is RUNNING is gone or silent. `now` is epoch ms. Without `reading` no
        series is read for it: what needs one has no verdict yet.

        What can't be read now leaves a run without a verdict.
        """
        now = now_ms() if now is None else now
        open_runs = [run for run in runs if run.status == "RUNNING" and run.kind == "run" and not run.problem]
        self.running = bool(open_runs)
        if not open_runs:
            return tuple(runs)
        try:
            found = dict(self._verdicts(reader, open_runs, now, AT_ONCE if reading else 0, reading))
        except SourceError:
            return tuple(runs)
        self.running = any(run.run_id not in found for run in open_runs)  # a verdict stands until something is written
        if not found:
            return tuple(runs)
        if self._last is None or self._last[0] is not runs or self._last[1] != found:
            judged = tuple(replace(run, life=found[run.run_id]) if run.run_id in found else run for run in runs)
            self._last = runs, found, judged
        return self._last[2]

    def _verdicts(
        self, reader: StoreReader, runs: Sequence[Run], now: int, left: int, reading: bool
    ) -> Iterator[tuple[str, Life]]:
        written = reader.last_writes([run.run_id for run in runs])
        for run in runs:
            last = max((at for at in (written.get(run.run_id), run.start) if at is not None), default=None)
            if why := self._gone(run, now):
                if self._was_left(reader, run):
                    yield run.run_id, Life("gone", last, why=why)
            elif last is not None and now - last > QUIET_MS:
                known = self._gaps.get((reader.store.uri, run.run_id), (None,))[0] == last
                whole = last - run.start if run.start is not None and run.run_id in written else None
                if not known and left <= 0 and whole is not None and is_silent(last, now, whole):
                    yield run.run_id, Life("silent", last)  # no gap of it can be longer than all of it
                    continue
                if not known and not reading:
                    continue
                left -= not known
                gap, of_others = self._gap(reader, run, last, has_writes=run.run_id in written)
                if is_silent(last, now, gap):
                    yield run.run_id, Life("silent", last, gap, of_others)

    def _gap(self, reader: StoreReader, run: Run, last: int, *, has_writes: bool) -> tuple[int | None, bool]:
        """The run's own longest gap; of one that never wrote, that of finished runs of its experiment."""
        key = (reader.store.uri, run.run_id)
        if key not in self._gaps or self._gaps[key][0] != last:
            writes = _writes(reader, run) if has_writes else set()
            # One write tells nothing of the time between two.
            own = longest_gap(_second(run.start), writes) if len(writes) > 1 else None
            found = (own, False) if own is not None else (self._others(reader, run.experiment_id, run, writes), True)
            self._gaps[key] = last, found
        return self._gaps[key][1]

    def _others(self, reader: StoreReader, experiment_id: str, run: Run, writes: set[int]) -> int | None:
        """The longest gap of finished runs of the experiment, and of what the run itself wrote."""
        own = longest_gap(_second(run.start), writes)
        pages = reader.runs(experiments=(experiment_id,), limit=OTHERS * 10, params=(), tags=())
        finished = (each for page in pages for each in page if each.status == "FINISHED" and each.end is not None)
        gaps = (
            longest_gap(_second(each.start), _writes(reader, each), _second(each.end))
            for each in islice(finished, OTHERS)
        )
        return max((gap for gap in (own, *gaps) if gap is not None), default=None)

    def _was_left(self, reader: StoreReader, run: Run) -> bool:
        """Whether the store has it RUNNING still. It may have ended, and its process gone, since `run` was read."""
        key = reader.store.uri, run.run_id, run.tags.get(START_TAG, "")
        if key not in self._left and reader.run(run.run_id).status == "RUNNING":
            self._left.add(key)
        return key in self._left

    def _gone(self, run: Run, now: int) -> str:
        """Who knows that the run's process has ended; "" if nobody does."""
        pid, start = run.tags.get(PID_TAG, ""), run.tags.get(START_TAG, "")
        here = run.tags.get(HOST_TAG) == host_name()
        if here and pid.isdecimal() and start and is_there(int(pid), start) is False:
            if is_taken(int(pid)):
                return f"its process {pid} is gone, another has that number"
            return f"no process {pid} on this host any more"
        job = run.tags.get(SLURM_TAG, "")
        return self._slurm(job, run, now) if job else ""

    def _slurm(self, number: str, run: Run, now: int) -> str:
        asked, said = self._asked.get(number, (0, ""))
        if said or now - asked < ASK_AGAIN_MS:
            return said
        from mltui.sources.slurm import slurm_job

        job = slurm_job(self._runner, self._cwd, number)
        # Another cluster may have a job of that number: it is this run's if the run began while it ran.
        ours = job is not None and job.over and _within(run.start, job.start, job.end)
        said = f"Slurm says job {number} ended: {job.state}" if job is not None and ours else ""
        self._asked[number] = now, said
        return said


def _writes(reader: StoreReader, run: Run) -> set[int]:
    """When the run logged metrics, to the second (epoch ms)."""
    keys = sorted(reader.run(run.run_id).metrics, key=lambda key: (not key.startswith(SYSTEM), key))[:KEYS]
    series = (reader.columns(run.run_id, key).series for key in keys)
    return {time // 1000 * 1000 for one in series for time in one.times}


def _second(moment: int | None) -> int | None:
    """A moment as `_writes` are."""
    return None if moment is None else moment // 1000 * 1000


def _within(moment: int | None, start: int | None, end: int | None) -> bool:
    return moment is not None and start is not None and end is not None and start <= moment <= end
