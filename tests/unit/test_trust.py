"""A repository's commands run only after the user said so, and are asked about again when they change."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from mltui.actions.trusting import distrust, trust
from mltui.model.gates import Gate, Policy
from mltui.sources.places import Project, user_state_dir
from mltui.sources.trust import FILE, digest, trust_of, trusted, untrusted


def project(path: Path) -> Project:
    return Project(path, path)


def policy(*commands: str, via: str = "") -> Policy:
    gates = tuple(Gate("command", each, argv=tuple(each.split())) for each in commands)
    handed = ("command", tuple(via.split())) if via else ("", ())
    return Policy((Gate("metric", "metrics.auc >= 0.8"), *gates), via=handed[0], command=handed[1], origin="mltui.toml")  # type: ignore[arg-type]


def test_nothing_runs_unasked_and_only_here(tmp_path: Path) -> None:
    mine, other, asked = project(tmp_path / "a"), project(tmp_path / "b"), policy("pytest -q", "make check")
    refused = untrusted(mine, asked)
    assert refused is not None
    assert "you have not trusted the commands of mltui.toml" in refused.summary
    assert "mltui trust" in refused.hint
    trust(mine, asked, {})
    assert trusted(mine, asked) and untrusted(mine, asked) is None
    assert not trusted(other, asked), "another project's commands are another matter"
    trust(other, asked, {})
    assert distrust(mine) and not trusted(mine, asked) and trusted(other, asked)
    assert not distrust(mine)


def test_without_commands_there_is_nothing_to_trust(tmp_path: Path) -> None:
    assert trusted(project(tmp_path), policy()) and untrusted(project(tmp_path), policy()) is None
    assert not (user_state_dir() / FILE).exists()


@pytest.mark.parametrize(
    "changed",
    [
        policy("pytest -q", "make check", "curl evil"),
        policy("pytest -q"),
        policy("pytest -q", "make check now"),
        policy("pytest -q make", "check"),
        policy("pytest -q", "make check", via="gh workflow run"),
    ],
)
def test_a_change_asks_again(tmp_path: Path, changed: Policy) -> None:
    mine = project(tmp_path)
    trust(mine, policy("pytest -q", "make check"), {})
    assert not trusted(mine, changed)
    assert "not those that you trusted" in getattr(untrusted(mine, changed), "summary", "")


def test_the_order_is_no_change() -> None:
    assert digest([("a",), ("b", "c")]) == digest([("b", "c"), ("a",), ("a",)])
    assert digest([("a b",)]) != digest([("a", "b")])
    assert digest([("ä",)]) == digest([("ä",)])


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff", '{"KEY": 1}', '{"KEY": {"digest": ["x"], "at": "y"}}'])
def test_a_file_that_makes_no_sense_trusts_nothing(tmp_path: Path, text: str) -> None:
    mine, asked = project(tmp_path), policy("pytest")
    user_state_dir().mkdir(parents=True)
    (user_state_dir() / FILE).write_bytes(text.replace("KEY", mine.key).encode("latin-1"))
    assert not trusted(mine, asked)
    assert untrusted(mine, asked) is not None
    trust(mine, asked, {})
    assert trusted(mine, asked)


def test_what_others_could_have_written_trusts_nothing(tmp_path: Path) -> None:
    mine, other, asked = project(tmp_path), project(tmp_path / "other"), policy("pytest")
    trust(mine, asked, {})
    trust(other, asked, {})
    (user_state_dir() / FILE).chmod(0o666)
    assert not trusted(mine, asked)
    assert "somebody else" in getattr(untrusted(mine, asked), "summary", "")
    trust(mine, asked, {})
    assert trusted(mine, asked)
    assert not trusted(other, asked), "what stood in such a file is not taken over"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_closed_file_trusts_nothing(tmp_path: Path) -> None:
    mine, asked = project(tmp_path), policy("pytest")
    trust(mine, asked, {})
    (user_state_dir() / FILE).chmod(0o000)
    assert not trusted(mine, asked)
    assert "can't be read" in getattr(untrusted(mine, asked), "summary", "")


def test_the_file_is_the_users_own(tmp_path: Path) -> None:
    trust(project(tmp_path / "ö"), policy("pytest ünit"), {"tools/python": "0" * 64})
    assert stat.S_IMODE(user_state_dir().stat().st_mode) == 0o700
    assert stat.S_IMODE((user_state_dir() / FILE).stat().st_mode) == 0o600
    assert [entry.name for entry in user_state_dir().iterdir()] == [FILE]
    held = trust_of(project(tmp_path / "ö"))
    assert (held.commands, held.origin) == ((("pytest", "ünit"),), "mltui.toml")
    assert held.at and held.pythons == {"tools/python": "0" * 64}
    assert json.loads((user_state_dir() / FILE).read_text())
