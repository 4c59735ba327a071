"""A minute of `make soak`: mltui open beside three trainings, somebody who commits and somebody who types."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench.soak.soaking import soak
from bench.soak.told import summary
from bench.soak.usage import grown

pytestmark = pytest.mark.real

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
#: Nothing is missed by a clock: what is never seen is.
PATIENCE = 600.0
#: In a minute memory says nothing, and threads begin when they are first wanted.
TOLD = ("descriptors", "children")


@pytest.mark.timeout(1800)
def test_nothing_is_missed_disturbed_or_left(
    demo_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "LINES"):  # Textual believes these more than the terminal, which is resized
        monkeypatch.delenv(name, raising=False)
    soaked = soak(demo_project, tmp_path, SECONDS, PATIENCE, warm=False)
    print(summary(soaked))
    assert not soaked.missed, "\n".join(soaked.missed)
    assert not soaked.wrong, "\n".join(soaked.wrong)
    assert set(soaked.seen) >= {"run", "metric", "commit", "alias", "stage", "run, beside"}
    for samples in (soaked.acting, soaked.looking):
        assert all(each.flat for each in grown(samples) if each.name in TOLD), summary(soaked)
