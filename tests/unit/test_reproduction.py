"""The plan as a script, the names of directories, and values written into params files."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePath
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mltui.actions.gateway import Gateway, Tell
from mltui.config import Config
from mltui.errors import ReadOnly, Refused
from mltui.model.outcome import Outcome
from mltui.model.reproduction import Lack, Reproduction, Step, directory_name, fed, free, script
from mltui.present.reproduction import plan_lines
from mltui.present.text import ASCII, UNICODE, plain
from mltui.sources.reproducing.param_text import CanNotWrite, changed, same, typed, values
from mltui.sources.reproducing.params import patch

PARAMS = b"""\
# what is trained
lr: 0.1  # rate
deep: {a: 1, b: 'x'}   # flow
train:
  depth: 6

  # how many
  layers:
    - 1
    - 2
  # behind
  name: rf
  flag: true
  empty:
  tiny: 1e-05
  quoted: "007"
anchor: &a 3
other: *a
last: 2"""


def test_values_change_and_nothing_else_does() -> None:
    wanted = {
        "lr": "0.05",
        "deep.a": "2",
        "deep.b": "y z",
        "train.depth": "8",
        "train.layers": "[1, 3]",
        "train.name": "a: b",
        "train.flag": "False",
        "train.tiny": "2e-06",
        "train.quoted": "008",
        "last": "7",
    }
    new = changed("params.yaml", PARAMS, wanted).decode()
    assert new.split("\n") == [
        "# what is trained",
        "lr: 0.05  # rate",
        "deep: {a: 2, b: 'y z'}   # flow",
        "train:",
        "  depth: 8",
        "",
        "  # how many",
        "  layers:",
        "    [1, 3]",
        "  # behind",
        "  name: 'a: b'",
        "  flag: False",
        "  empty:",
        "  tiny: 2e-06",
        '  quoted: "008"',
        "anchor: &a 3",
        "other: *a",
        "last: 7",
    ]
    assert all(same(values("params.yaml", new.encode())[key], text) for key, text in wanted.items())


@pytest.mark.parametrize("key", ["anchor", "other"])
def test_what_stands_in_two_places_is_not_written(key: str) -> None:
    with pytest.raises(CanNotWrite):
        changed("params.yaml", PARAMS, {key: "4"})


def test_json_and_toml_keep_their_form() -> None:
    text = b'{"lr": 0.1,\n  "d": {"x": [1, 2], "s": "a"}}\n'
    assert changed("p.json", text, {"lr": "0.2", "d.x": "[3]", "d.s": 'b"c'}) == (
        b'{"lr": 0.2,\n  "d": {"x": [3], "s": "b\\"c"}}\n'
    )
    text = b'# c\nlr = 0.1 # r\n[a.b]\nn = 5\ns = "x"\nl = [1]\nbig = 1_000\n'
    wanted = {"lr": "0.2", "a.b.n": "6", "a.b.s": "y", "a.b.big": "2000"}
    assert changed("p.toml", text, wanted) == b'# c\nlr = 0.2 # r\n[a.b]\nn = 6\ns = "y"\nl = [1]\nbig = 2000\n'
    with pytest.raises(CanNotWrite):
        changed("p.toml", text, {"a.b.l": "[2]"})


@pytest.mark.parametrize(
    ("value", "text", "alike"),
    [
        (0.1, "0.1", True),
        (0.1, "0.10", True),
        (1, "1.0", True),
        (True, "True", True),
        (True, "true", True),
        (True, "1", False),
        (1, "True", False),
        (None, "None", True),
        ([1, 2], "[1, 2]", True),
        ("1e-05", "1e-05", True),
        ("1e-05", "0.00001", True),
        ("rf", "rf", True),
        ("rf", "None", False),
        ("007", "7", True),
        (0.1, "0.2", False),
        ({"a": 1}, "{'a': 1}", True),
    ],
)
def test_what_a_run_logged_is_held_against_what_a_file_says(value: Any, text: str, alike: bool) -> None:
    assert same(value, text) is alike


SCALARS = st.one_of(
    st.integers(-999, 999),
    st.floats(-1e6, 1e6).map(lambda x: round(x, 4)),
    st.booleans(),
    st.none(),
    st.sampled_from(["rf", "a b", "007", "yes", "#x", "a: b", "ünï", "", "- x", "1e-3", "[", "'q'", "null"]),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["a", "b", "lr", "depth"]), inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "lr", "x y"]), TREES, min_size=1), SCALARS, st.booleans(), st.data())
def test_any_file_says_what_the_run_says_or_is_left_alone(
    tree: dict[str, Any], new: Any, flow: bool, data: st.DataObject
) -> None:
    """A comment behind each line of a block; the only letters that differ are of the value."""
    text = yaml.safe_dump(tree, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    if not flow:
        text = "# top\n" + text + "# end\n"
    before = values("p.yaml", text.encode())
    key = data.draw(st.sampled_from(sorted(before)))
    try:
        after = values("p.yaml", changed("p.yaml", text.encode(), {key: str(new)}))
    except CanNotWrite:
        return
    assert same(after[key], str(new))
    for other in before.keys() - {key}:
        if not other.startswith(f"{key}.") and not key.startswith(f"{other}."):
            assert after[other] == before[other]


@given(st.sampled_from(["lr", "train.depth", "last"]), st.one_of(st.integers(0, 99), st.floats(0, 1)))
def test_numbers_are_always_written(key: str, new: float) -> None:
    found = values("params.yaml", changed("params.yaml", PARAMS, {key: str(new)}))
    assert float(found[key]) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a: 1\nb: 2\n", "a: 3\nb: 2\n"),
        ("a: 1", "a: 3"),
        ("a: 1\r\nb: 2\r\n", "a: 1\r\nb: 5\r\n"),
        ("x\n\x0cy\n", "x\n\x0cz\n"),
    ],
)
def test_the_patch_is_a_shell_command_that_git_understands(tmp_path: Path, old: str, new: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    file = tmp_path / "my params.yaml"
    file.write_bytes(old.encode())
    subprocess.run(["sh", "-ec", patch(file.name, old, new)], cwd=tmp_path, check=True)
    assert file.read_bytes() == new.encode()
    again = subprocess.run(["sh", "-ec", patch(file.name, old, new)], cwd=tmp_path, check=False, capture_output=True)
    assert again.returncode != 0  # it finds another file than it was made for


@pytest.mark.parametrize("text", ["plain", "END", "a\nEND\nEND_\n$(false) `false`\nb\n", ""])
def test_what_a_command_is_fed_is_never_a_command(text: str) -> None:
    done = subprocess.run(["sh", "-ec", fed("cat", text, "END")], check=True, capture_output=True, text=True)
    assert done.stdout == text.removesuffix("\n") + "\n"


def test_directories_have_names_that_every_shell_takes() -> None:
    assert directory_name("churn", "stormy-hare") == "churn-stormy-hare"
    assert directory_name("churn", "a/b c;$(rm -rf .)\n") == "churn-a-b-c-rm--rf"
    assert directory_name("churn", "…") == "churn-worktree"
    assert len(directory_name("churn", "x" * 300)) < 60
    assert free(PurePath("/w"), "a", ["a", "a-2", "b"]) == "/w/a-3"


PLAN = Reproduction(
    "run a\nrm -rf /",
    "/home/it's/churn",
    "../churn a",
    "a" * 40,
    (Step("params", "cat <<'X'\ntwo\nX", "params lr 1 → 2"),),
    (Lack("environment", "not recorded", "line\nbreak"),),
)


def test_the_script_holds_every_name_where_it_does_no_harm() -> None:
    rows = list(script(PLAN))
    assert rows == [
        "# run a?rm -rf /",
        "# not restored: environment: not recorded",
        "#   line?break",
        "set -e",
        """cd '/home/it'"'"'s/churn'""",
        "# a worktree at aaaaaaa, on no branch; no hook is run",
        f"git -c core.hooksPath=/dev/null worktree add --detach '../churn a' {'a' * 40}",
        "cd '../churn a'",
        "# params lr 1 -> 2",
        "cat <<'X'",
        "two",
        "X",
    ]
    lost = PLAN.standing_on(None, (), PLAN.lacks)
    assert not [row for row in script(lost) if not row.startswith("#")]
    assert lost.whole == ()


def test_people_see_steps_commands_and_what_is_not_restored() -> None:
    shown = [plain(row) for row in plan_lines(PLAN, ASCII)]
    assert shown[0].startswith("1  a worktree at aaaaaaa")
    assert shown[1] == "2  params lr 1 -> 2"
    assert shown[shown.index("Commands") + 2 :] == ["2  cat <<'X'", "   two", "   X"]
    assert shown[shown.index("Not restored") + 1] == "? environment  not recorded"
    assert "    line␊break" in shown
    many = Reproduction("r", "/r", "d", "b" * 40, (Step("params", "x\n" * 40, "long"),))
    assert any("more lines" in plain(row) for row in plan_lines(many, UNICODE))


class Fake:
    """An action that notes what was asked of it."""

    name, title = "fake", "do it"

    def __init__(self) -> None:
        self.refused: Refused | None = None
        self.acted = 0

    def commands(self) -> list[str]:
        return ["true"]

    def refusal(self) -> Refused | None:
        return self.refused

    def act(self, tell: Tell) -> Outcome:
        self.acted += 1
        tell(1, 1, "it")
        return Outcome("done", "done")


class Notes:
    """A journal in memory."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def intend(self, action: Any) -> str:
        self.rows.append(f"intent {action.name}")
        return "1"

    def ended(self, entry: str, outcome: Outcome) -> None:
        self.rows.append(f"{entry} {outcome.state}")


def test_nothing_gets_past_a_read_only_gateway() -> None:
    action, notes = Fake(), Notes()
    with pytest.raises(ReadOnly):
        Gateway(Config(read_only=True), notes).perform(action, lambda: True)
    assert (action.acted, notes.rows) == (0, [])


def test_an_action_is_asked_for_noted_and_done_in_that_order() -> None:
    action, notes = Fake(), Notes()
    gateway = Gateway(Config(), notes)
    assert gateway.perform(action, lambda: bool(notes.rows)) is None
    assert (action.acted, notes.rows) == (0, [])
    outcome = gateway.perform(action, lambda: True)
    assert outcome is not None
    assert (action.acted, notes.rows) == (1, ["intent fake", "1 done"])


def test_what_changed_while_it_was_thought_about_refuses() -> None:
    action = Fake()

    def confirmed() -> bool:
        action.refused = Refused("somebody was faster")
        return True

    with pytest.raises(Refused, match="faster"):
        Gateway(Config(), Notes()).perform(action, confirmed)
    assert action.acted == 0


def test_typed_is_python_then_yaml_then_text() -> None:
    assert [typed(text) for text in ("1", "1e-3", "True", "None", "(1, 2)", "true", "a: b: c", "x")] == [
        1,
        0.001,
        True,
        None,
        [1, 2],
        True,
        "a: b: c",
        "x",
    ]
