"""What a stage's own outs are missing for, left out of a difference that git itself printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.real.git_repository import commit, git, make

from mltui_recorder.budget import Deadline
from mltui_recorder.worktree import Difference, without

NAMES = ("metrics.json", "plots/a b/one.csv", "plots/two.csv", 'mé tric".json', "b/b b/b", "code.py", "binary.png")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path)
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\1" if name.endswith("png") else b"deleted file mode 100644\n--- a\ndiff --git a/x b/x\n")
    commit(tmp_path)
    return tmp_path


def tags(root: Path, *removed: str) -> dict[str, str]:
    found, error = Difference(str(root)).tags(Deadline(30), [str(root / name) for name in removed])
    assert not error
    return found


@pytest.mark.parametrize("name", [*NAMES, "plots", "plots/a b"])
def test_an_out_that_dvc_removed_is_no_change(root: Path, name: str) -> None:
    for each in NAMES:
        if each == name or each.startswith(f"{name}/"):
            (root / each).unlink()
    assert tags(root)["mltui.dirty"] == "true"
    assert tags(root, name) == {"mltui.dirty": "false"}
    assert tags(root, f"{name}x", f"{name}/x", "elsewhere")["mltui.dirty"] == "true", "only that out"


@pytest.mark.parametrize("setting", ["diff.noprefix=true", "diff.mnemonicPrefix=true", "core.quotePath=false"])
def test_however_git_is_configured(root: Path, setting: str) -> None:
    git(root, "config", *setting.split("="))
    for name in ("metrics.json", NAMES[3]):
        (root / name).unlink()
    assert tags(root, "metrics.json", NAMES[3]) == {"mltui.dirty": "false"}


def test_what_is_left_has_the_digest_it_would_have_alone(root: Path) -> None:
    (root / "code.py").write_text("edited\n")
    (root / "binary.png").unlink()
    alone = tags(root)
    for name in ("metrics.json", "plots/two.csv", "plots/a b/one.csv"):
        (root / name).unlink()
    assert tags(root) != alone
    assert tags(root, "metrics.json", "plots") == alone


def test_an_out_that_is_there_and_differs_is_a_change(root: Path) -> None:
    (root / "metrics.json").write_text("of another run\n")
    assert tags(root, "metrics.json")["mltui.dirty"] == "true"
    diff = b"diff --git a/metrics.json b/other\ndeleted file mode 100644\n"
    assert without(diff, {"metrics.json", "other"}) == diff, "no heading that git writes"
