"""Signatures: no change of a file goes unseen, however many there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.sources.dvc import stats
from mltui.sources.dvc.stats import RACY, Signer


@pytest.fixture
def many(tmp_path: Path) -> Path:
    for number in range(5_200):
        (tmp_path / f"{number:05d}").touch()
    return tmp_path


def test_the_last_of_many_files_counts(many: Path) -> None:
    before = Signer().one(str(many))
    assert Signer().one(str(many)) == before
    (many / "05199").write_text("x")
    assert Signer().one(str(many)) != before


def test_what_is_too_much_never_stands(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "TOTAL_ENTRIES", 100)
    assert Signer().one(str(many)) == RACY
    assert stats.moved({str(many): RACY}, Signer()) == [str(many)]


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).symlink_to(tmp_path)
    assert Signer().one(str(tmp_path)) not in (None, RACY)
