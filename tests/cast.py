"""`make screenshots`, its last part: the minute that makes somebody install mltui, recorded from a real terminal.

    python -m tests.cast PROJECT

A shell in a pty, typed into as a person would, with everything real: the sample project, a retrain that is started,
left, found again and stopped. What comes back is written as asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/):
``asciinema play screenshots/mltui.cast``. A step waits for what it is to show, so that a recording that shows something
else is none; `tests/unit/test_cast.py` plays the committed one and looks again.
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyte
from bench.terminal import ANSWERS, UNKNOWN_TO_PYTE
from ptyprocess import PtyProcess

CAST = Path(__file__).parents[1] / "screenshots" / "mltui.cast"
COLUMNS, LINES = 100, 30
#: Longer silences are cut to this (seconds).
SILENCE = 1.4
#: Between two letters that are typed (seconds).
LETTER = 0.07
#: Until a step that shows nothing fails (seconds).
PATIENCE = 120.0
#: To a terminal's other screen and back; pyte has only one.
OTHER_SCREEN = re.compile(rb"(\x1b\[\?1049[hl])")
PROMPT = r"\$$"


@dataclass(frozen=True, slots=True)
class Step:
    """What is typed, what is to be seen then (a regular expression over the screen's lines), and for how many seconds
    it is left to be read. `title` is its marker in the player."""

    typed: str
    seen: str
    read: float = 1.2
    title: str = ""


#: The story. `tests/unit/test_cast.py` finds each `seen` on the screens of the committed recording.
STORY = (
    Step(
        "mltui\r",
        r"train stale \(train\.epochs 32 → 48\), \S+/4 \+0\.\d+ over champion",
        4,
        "one line of truth",
    ),
    Step("6", r"Models  \d"),
    Step("j", r"@challenger"),
    Step("d", r"degree +1 → 2(.|\n)*can't know: whether \w{7} was dirty", 5, "why, and what can't be known"),
    Step("\x1b", r"Models  \d", 0.6),
    Step("4", r"Pipeline", 0.8),
    Step("R", r"will run +train(.|\n)*takes +(?:about )?\d+ (?:s|min)(.|\n)*command ", 4, "what a retrain would do"),
    Step("e", r"train\.epochs", 0.8),
    Step("epochs", r"Params(.|\n)*train\.epochs +48", 0.6),
    Step("\r", r"train\.epochs(.|\n)*48"),
    Step("\x15" + "50000\r", r"48 → 50000(.|\n)*command ", 2.5),
    Step("\x13", r"Jobs(.|\n)*● ", 2.5, "started, left and found again"),
    Step("q", PROMPT, 0.8),
    Step("mltui\r", r"Needs you", 1.5),
    Step("7", r"● .*retrain train", 2.5),
    Step("", r"● .*retrain train.* 0\.\d{4}", 2),
    Step("K", r"Stop(.|\n)*ctrl\+s", 3, "stopped midway"),
    Step("\x13", r"set to KILLED(.|\n)*esc close", 5),
    Step("\x1b", r"\A(?!(.|\n)*Stop job)(.|\n)*Jobs  \d", 2.5),
    Step("q", PROMPT, 0.8),
    Step("clear; git status --short --branch; git worktree list\r", r"## main(.|\n)*\[main\]", 3),
    Step(
        "clear; mltui why tumour-screening@champion\r",
        r"tumour-screening/3(.|\n)*<-(.|\n)*\$$",
        4,
        "where from",
    ),
    Step("clear; mltui doctor\r", r"(.|\n)*\$$", 5, "what it found, reads and writes"),
)


class Recorder:
    """A shell in a pty: everything it says, and when."""

    def __init__(self, cwd: Path, env: Mapping[str, str]) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.events: list[tuple[float, str, str]] = []
        self._begun = self._last = time.monotonic()
        self._clock = 0.0
        self._torn = b""
        command = ["bash", "--norc", "--noprofile", "-i"]
        self.process = PtyProcess.spawn(command, dimensions=(LINES, COLUMNS), env=dict(env), cwd=str(cwd))

    def pump(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.process.fd], [], [], left)[0]:
                self._read()

    def _read(self) -> None:
        data = os.read(self.process.fd, 1 << 16)
        for asked, answer in ANSWERS:
            os.write(self.process.fd, answer * data.count(asked))
        self._note("o", data)
        for part in OTHER_SCREEN.split(data):
            if OTHER_SCREEN.fullmatch(part):
                self.screen.reset()
            self.stream.feed(UNKNOWN_TO_PYTE.sub(b"", part))

    def _note(self, kind: str, data: bytes) -> None:
        now = time.monotonic()
        self._clock += min(now - self._last, SILENCE)
        self._last = now
        whole = self._torn + data
        text = whole.decode(errors="ignore")
        self._torn = b"" if whole.decode(errors="replace")[-1:] != "\ufffd" else whole[len(text.encode()) :]
        self.events.append((round(self._clock, 4), kind, text))

    def act(self, step: Step) -> None:
        """Type, wait for what is to be seen, and let it be read. Raises `TimeoutError` where it does not come."""
        if step.title:
            self._note("m", step.title.encode())
        for letter in [step.typed] if step.typed.startswith("\x1b") else step.typed:
            self.process.write(letter.encode())
            self.pump(LETTER)
        end = time.monotonic() + PATIENCE
        while not re.search(step.seen, self.text()):
            if time.monotonic() > end:
                raise TimeoutError(f"{step.typed!r}: {step.seen!r} never came:\n{self.text()}")
            self.pump(0.05)
        self._linger(step.read)

    def _linger(self, seconds: float) -> None:
        """What is to be read for longer than a silence lasts stands so long in the recording."""
        self.pump(min(seconds, SILENCE))
        self._clock += max(0.0, seconds - SILENCE)

    @property
    def now(self) -> float:
        """Seconds in the recording."""
        return self._clock

    def text(self) -> str:
        """The lines of the screen, down to the cursor's: of a shell the last one is its prompt."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip("\n")

    def write(self, path: Path) -> None:
        """As asciicast v2."""
        header = {"version": 2, "width": COLUMNS, "height": LINES, "timestamp": int(time.time())}
        header |= {"title": "mltui: a model repository in a minute", "env": {"TERM": "xterm-256color"}}
        lines = [json.dumps(header), *(json.dumps(event, ensure_ascii=False) for event in self.events)]
        path.write_text("\n".join(lines) + "\n")


def record(project: Path, home: Path) -> Path:
    """Play the story on the sample `project`, with cache and state in `home`."""
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    bin_of = Path(sys.executable).parent
    env = {
        "PATH": f"{bin_of}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PS1": "$ ",
        "DVC_NO_ANALYTICS": "1",
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
    }
    first = Recorder(project, env)  # somebody's second visit is recorded: the first one has nothing remembered
    first.act(Step("mltui\r", STORY[0].seen))
    first.act(Step("q", PROMPT))
    first.process.terminate(force=True)
    recorder = Recorder(project, env)
    try:
        recorder.pump(0.5)
        for step in STORY:
            recorder.act(step)
            print(f"{recorder.now:5.1f} s  {step.title or step.typed!r}", flush=True)
    finally:
        recorder.process.terminate(force=True)
    recorder.write(CAST)
    return CAST


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as own:
        print(record(Path(sys.argv[1]), Path(own)))
