"""Logs: the end of a file that grows, which files they are, and what is made of their bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mltui.config import Config
from mltui.config.loading import load_config
from mltui.errors import NotFound, Unreadable
from mltui.model.artifacts import ArtifactRoot
from mltui.model.runs import Run
from mltui.present.log_text import LogText, shown
from mltui.present.text import ASCII, plain
from mltui.sources.logs import LogsSource, Tail
from mltui.sources.logs.finding import slurm_paths
from mltui.sources.logs.tail import END_BYTES
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


def test_only_what_was_appended_is_read(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(b"one\n")
    tail = Tail(str(path))
    first = tail.read()
    assert first is not None and (first.data, first.again, first.before) == (b"one\n", True, 0)
    assert tail.read() is None
    with path.open("ab") as file:
        file.write(b"two\n")
    then = tail.read()
    assert then is not None and (then.data, then.again) == (b"two\n", False)


def test_a_huge_log_is_read_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.seek(10 << 30)  # a sparse file: 10 GB that take no room
        file.write(b"\nlast line\n")
    chunk = Tail(str(path)).read()
    assert chunk is not None
    assert chunk.data.endswith(b"last line\n")
    assert len(chunk.data) <= END_BYTES
    assert chunk.before + len(chunk.data) == chunk.size == path.stat().st_size


def test_truncation_and_rotation_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(b"a long first log\n")
    tail = Tail(str(path))
    tail.read()
    path.write_bytes(b"new\n")
    chunk = tail.read()
    assert chunk is not None and (chunk.data, chunk.again, chunk.why) == (b"new\n", True, "truncated")
    path.rename(tmp_path / "train.log.1")
    path.write_bytes(b"a wholly other log\n")
    chunk = tail.read()
    assert chunk is not None and (chunk.data, chunk.why) == (b"a wholly other log\n", "rotated")
    path.unlink()
    with pytest.raises(NotFound):
        tail.read()


def test_a_fifo_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="not a regular file"):
        Tail(str(tmp_path / "pipe")).read()


def test_progress_bars_colours_and_controls() -> None:
    assert plain(shown(b" 10%|#   |\r 50%|##  |\r100%|####|\r")) == "100%|####|"
    assert plain(shown(b"\x1b[1;32mloss\x1b[0m 0.5 \x1b]0;evil title\x07\x1b[2J\x1b(B")) == "loss 0.5"
    assert plain(shown(b"bell \x07 \xff [b]")) == "bell ␇ \\xff [b]"
    assert plain(shown(b"12\b\b34")) == "34"
    assert shown(b"ValueError: no")[0].role == "bad"


def test_a_line_that_comes_in_pieces_is_one_line() -> None:
    text = LogText()
    text.feed(b"epoch 1\nepo")
    assert [plain(each) for each in text.lines] == ["epoch 1", "epo"]
    text.feed(b"ch 2 " + "é".encode()[:1])
    text.feed("é".encode()[1:] + b"\n")
    assert plain(text.lines[1]) == "epoch 2 é"


def test_old_lines_are_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mltui.present.log_text.KEPT", 10)
    text = LogText()
    text.feed(b"x\n" * 25)
    assert (len(text.lines), text.dropped) == (10, 15)


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
