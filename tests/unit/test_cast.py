"""The committed recording shows what its story promises: it is played on an emulated terminal, step by step."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyte
from bench.terminal import UNKNOWN_TO_PYTE
from tests.cast import CAST, COLUMNS, LINES, OTHER_SCREEN, STORY

#: A minute; with what is left to be read a bit more (seconds).
LONGEST = 110


def events() -> list[tuple[float, str, str]]:
    header, *lines = CAST.read_text().splitlines()
    told = json.loads(header)
    assert (told["version"], told["width"], told["height"]) == (2, COLUMNS, LINES)
    return [tuple(json.loads(line)) for line in lines]


def test_every_step_of_the_story_is_seen_in_its_order() -> None:
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    left = [step.seen for step in STORY]
    for _, kind, text in events():
        if kind != "o":
            continue
        for part in OTHER_SCREEN.split(text.encode()):
            if OTHER_SCREEN.fullmatch(part):
                screen.reset()
            stream.feed(UNKNOWN_TO_PYTE.sub(b"", part))
        shown = "\n".join(line.rstrip() for line in screen.display).rstrip("\n")
        while left and re.search(left[0], shown):
            del left[0]
    assert not left


def test_it_is_a_minute_with_markers_and_no_secret() -> None:
    found = events()
    assert [text for _, kind, text in found if kind == "m"] == [step.title for step in STORY if step.title]
    times = [at for at, _, _ in found]
    assert times == sorted(times) and times[-1] < LONGEST
    assert str(Path.home()) not in CAST.read_text()
