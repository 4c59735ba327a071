"""A word that is none of a key's choices is ignored and said, with its line or its variable."""

from __future__ import annotations

from pathlib import Path

from mltui.config.loading import load_config


def test_a_word_that_is_no_choice_is_ignored_and_said(tmp_path: Path) -> None:
    (tmp_path / "mltui.toml").write_text('[notify]\ndesktop = "growl"\non = ["job", "run"]\nbell = false\n')
    config = load_config(tmp_path, tmp_path, environ={"HOME": str(tmp_path), "MLTUI_TERMINAL_COPY": "osc53"})
    assert (config.desktop, config.notify_on, config.bell, config.copy_by) == ("off", ("job", "run"), False, "auto")
    file, variable = config.problems
    assert (file.summary, file.path) == (
        "notify.desktop must be off or osc9 or osc777, not growl",
        f"{tmp_path / 'mltui.toml'}:2",
    )
    assert variable.summary == "MLTUI_TERMINAL_COPY must be auto or osc52 or select, not osc53"
