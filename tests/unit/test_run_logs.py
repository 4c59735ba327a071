"""Logs: the end of a huge one, which files they are, and what is made of their bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.config.loading import load_config
from mltui.model.artifacts import ArtifactRoot
from mltui.model.runs import Run
from mltui.present.log_text import shown
from mltui.present.text import ASCII, plain
from mltui.sources.logs import IndexedLog, LogsSource
from mltui.sources.logs.finding import slurm_paths
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.artifacts.source import Artifacts
from mltui.sources.places import Project
from mltui.sources.runner import Done


class FakeScheduler:
    """A fake of the command runner: Slurm is not installed here. It prints what ``scontrol`` of Slurm 23 does."""

    def __init__(self, said: str) -> None:
        self.said = said
        self.asked: list[Sequence[str]] = []

    def run(self, argv: Sequence[str], **_: Any) -> Done:
        self.asked.append(argv)
        return Done(tuple(argv), 0, self.said.encode(), "", 0.0)

    def start(self, argv: Sequence[str], **_: Any) -> Any:
        raise AssertionError(argv)


SAID = (
    "JobId=4711 JobName=train UserId=u(1) JobState=RUNNING Command=/home/u/my job.sh a=b"
    " StdErr=/home/u/slurm out-4711.err StdIn=/dev/null StdOut=/home/u/slurm out-4711.out Power= NtasksPerTRES=0\n"
)


def run(**kwargs: Any) -> Run:
    return Run("abc123", kwargs.pop("name", "calm-lynx"), "run", "e", "1", "RUNNING", "active", 0, None, None, **kwargs)


def test_the_end_of_a_huge_log_is_there_before_it_was_counted(tmp_path: Path) -> None:
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.seek(10 << 30)  # a sparse file: 10 GB that take no room
        file.write(b"\nlast line\n")
    log = IndexedLog(str(path))
    stand = log.look(turn=0)
    assert stand is not None and not stand.counted and stand.share < 0.5
    assert log.end(1000) == ([b"last line"], (10 << 30) + 1)


def test_progress_bars_colours_and_controls() -> None:
    assert plain(shown(b" 10%|#   |\r 50%|##  |\r100%|####|\r")) == "100%|####|"
    assert plain(shown(b"\x1b[1;32mloss\x1b[0m 0.5 \x1b]0;evil title\x07\x1b[2J\x1b(B")) == "loss 0.5"
    assert plain(shown(b"bell \x07 \xff [b]")) == "bell ␇ \\xff [b]"
    assert plain(shown(b"12\b\b34")) == "34"
    assert shown(b"ValueError: no")[0].role == "bad"


def test_slurm_is_asked_only_for_a_run_that_names_a_job(tmp_path: Path) -> None:
    scheduler = FakeScheduler(SAID)
    logs = LogsSource(Project(tmp_path, tmp_path), Config(), scheduler)
    assert logs.of(run(), None) == ()
    assert logs.of(run(tags={"SLURM_JOB_ID": "1; reboot"}), None) == ()
    assert scheduler.asked == []
    found = logs.of(run(tags={"mltui.slurm_job": "4711"}), None)
    assert [one.path for one in found] == ["/home/u/slurm out-4711.out", "/home/u/slurm out-4711.err"]
    assert scheduler.asked == [("scontrol", "--oneliner", "show", "job", "4711")]


def test_what_scontrol_says_of_no_output_is_no_log() -> None:
    assert list(slurm_paths("JobId=1 StdErr=/dev/null StdOut=(null) Power=\n")) == []


def test_configured_globs_hold_the_runs_id_and_name(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text('[run]\nlog = ["logs/{run_id}*.log", "{run_name}.out"]\n')
    (tmp_path / "logs").mkdir()
    for name in ("logs/abc123-1.log", "logs/other.log", "a_[b]*.out", "a_bc.out"):
        (tmp_path / name).touch()
    config = load_config(tmp_path, tmp_path, environ={"HOME": str(tmp_path)})
    assert not config.problems
    logs = LogsSource(Project(tmp_path, tmp_path), config, FakeScheduler(""))
    found = [Path(one.path).name for one in logs.of(run(name="a/[b]*"), None)]
    assert found == ["abc123-1.log", "a_[b]*.out"]


def test_logs_come_before_texts(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("a.txt", "b.err", "b.out", "run.log", "a.log", "requirements.txt", "model.pkl", "logs/z.txt"):
        (tmp_path / name).write_text("x")
    artifacts = Artifacts(ArtifactRoot(str(tmp_path), "local", str(tmp_path)), LocalArtifacts(str(tmp_path)))
    source = LogsSource(Project(tmp_path, tmp_path), Config(), FakeScheduler(""))  # type: ignore[arg-type]
    names = [os.path.relpath(file.path, tmp_path) for file in source.of(run(), artifacts)]
    assert names == ["logs/z.txt", "a.log", "run.log", "b.err", "b.out", "a.txt"]


def test_a_line_too_long_ends_in_the_mark_of_the_terminal() -> None:
    assert plain(shown(b"x\x07" * 4_000, ASCII)).endswith("... 4,000 more characters")
    assert plain(shown(b"bell \x07", ASCII)) == "bell \\x07"
