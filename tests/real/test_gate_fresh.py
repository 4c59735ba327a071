"""The gate ``pipeline fresh``: told of a commit alone, and DVC's own status of that commit's worktree says the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dvc_project as dp
import pytest
from git_repository import git

from mltui.sources.gates.pipeline_fresh import Freshness
from mltui.sources.gates.tree import tree_at
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

#: What is never fresh: ``always_changed``, and a stage with neither deps nor outs.
NEVER = {"always", "callback"}


@pytest.fixture(scope="module")
def template(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dp.make(tmp_path_factory.mktemp("fresh") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return dp.copy(template, tmp_path / "project")


def told(root: Path, rev: str = "HEAD") -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Sentences by stage: what is stale, and what can't be told."""
    runner = ProcessRunner()
    project = open_project(root, runner)
    stale: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for sentence, sure in Freshness(tree_at(project, runner, git(root, "rev-parse", rev)), project).told():
        address, _, words = sentence.partition(": ")
        (stale if sure else unknown).setdefault(address, []).append(words)
    return stale, unknown


def committed(root: Path, **files: str) -> None:
    dp.write(root, {name.replace("_", "."): text for name, text in files.items()})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "changed")


def dvcs_own(root: Path) -> set[str]:
    """The stages that ``dvc status`` names, of a worktree that is HEAD. It names no stage whose input only its maker
    would change."""
    return {each for each in dp.own_status(root) if not each.endswith(".dvc")}


def test_what_was_just_reproduced_is_fresh_to_both(project: Path) -> None:
    stale, unknown = told(project)
    assert unknown == {}
    assert set(stale) == NEVER == dvcs_own(project)


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / name
        text = file.read_text()
        assert old in text
        dp.write(root, {name: text.replace(old, new)})

    return change


CHANGES: dict[str, tuple[Callable[[Path], None], set[str], str]] = {
    "a param": (edit("params.yaml", "n: 3", "n: 4"), {"prepare"}, "param prepare.n 3 → 4"),
    "a number written otherwise": (edit("params.yaml", "n: 3", "n: 3.0"), set(), ""),
    "a param that is gone": (edit("params.yaml", "n: 3", "m: 3"), {"prepare"}, "param prepare.n is gone"),
    "a JSON param": (edit("conf.json", "0.1", "1e-3"), {"train"}, "param conf.json:lr 0.1 → 0.001"),
    "a TOML param": (edit("conf.toml", "b = 1", "b = 2"), {"train"}, "param conf.toml:a.b 1 → 2"),
    "a Python param": (edit("conf.py", "= 5", "= 6"), {"train"}, "param conf.py:EPOCHS 5 → 6"),
    "a whole file of params": (edit("whole.yaml", "m: 2", "m: 3"), {"train"}, "params of whole.yaml changed"),
    "another key of a params file": (edit("conf.json", '"other": 1', '"other": 2'), set(), ""),
    "a command": (
        edit("dvc.yaml", "cp parts/two inside.txt", "cp parts/two  inside.txt"),
        {"inside"},
        "its command changed",
    ),
    "a value in a command": (
        edit("dvc.yaml", "suffix: txt", "suffix: text"),
        {"loop@a", "loop@b"},
        "its command changed",
    ),
    "a value that names a path": (
        edit("vars.yaml", "templ", "other"),
        {"named/deep"},
        "out sub/other.txt was never made",
    ),
    "one more item": (edit("dvc.yaml", "foreach: [a, b]", "foreach: [a, b, c]"), {"loop@c"}, "it never ran"),
    "a new dep": (edit("dvc.yaml", "deps: [raw.txt]", "deps: [raw.txt, train.sh]"), {"prepare"}, "dep train.sh is new"),
    "a new param": (
        edit("dvc.yaml", "params: [prepare.n]", "params: [prepare.n, zz]"),
        {"prepare"},
        "param zz is gone",
    ),
    "a script": (
        edit("train.sh", "echo train", "echo trained"),
        {"train", "named/deep", "also"},
        "dep train.sh changed",
    ),
    "no lock": (lambda root: (root / "other" / "dvc.lock").unlink(), {"also"}, "it never ran"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_was_committed_is_told_as_dvc_tells_it(project: Path, name: str) -> None:
    change, stages, said = CHANGES[name]
    change(project)
    committed(project)
    stale, unknown = told(project)
    short = {address.rpartition(":")[2] for address in stale} - NEVER
    assert unknown == {}
    assert short == stages
    assert not said or any(said in words for each in stale.values() for words in each)
    own = {address.rpartition(":")[2] for address in dvcs_own(project)} - NEVER
    assert own == short


def test_data_that_was_changed_and_not_reproduced(project: Path) -> None:
    dp.write(project, {"raw.txt": "other\n"})
    dp.dvc(project, "add", "-q", "raw.txt")
    committed(project)
    stale, unknown = told(project)
    assert stale["prepare"] == ["dep raw.txt changed"]
    assert unknown == {}
    assert "prepare" in dvcs_own(project)
    stale, unknown = told(project, "HEAD~1")
    assert (set(stale), unknown) == (NEVER, {})


def test_a_result_in_git_that_was_edited(project: Path) -> None:
    committed(project, m_json='{"auc": 0.99}')
    stale, _ = told(project)
    assert stale["train"] == ["out m.json is not what dvc.lock says"]
    assert "train" in dvcs_own(project)


def test_an_output_that_another_stage_read_before_it_was_made_anew(project: Path) -> None:
    """A retrain of one stage alone: what is behind it is stale."""
    edit("train.sh", "echo train", "echo trained")(project)
    dp.dvc(project, "repro", "-q", "--single-item", "train")
    committed(project)
    stale, _ = told(project)
    assert stale["folder"] == ["dep model.bin changed"]
    assert "train" not in stale


def test_the_worktree_is_not_looked_at(project: Path) -> None:
    dp.write(project, {"params.yaml": "prepare:\n  n: 9\n", "train.sh": "else\n"})
    (project / "data" / "prep.txt").unlink()
    assert set(told(project)[0]) == NEVER


def test_a_dep_that_no_commit_has(project: Path) -> None:
    (project / ".gitignore").write_text("/raw.txt\n/loose.txt\n")
    dp.write(project, {"loose.txt": "x"})
    edit("dvc.yaml", "deps: [raw.txt]", "deps: [raw.txt, loose.txt]")(project)
    dp.dvc(project, "repro", "-q", "prepare")
    committed(project)
    assert told(project)[0]["prepare"] == ["dep loose.txt is neither in git nor tracked by DVC"]


def test_a_directory_of_code(project: Path) -> None:
    """DVC counts what git ignores: then the commit can't tell, and never says fresh or stale of it."""
    dp.write(project, {"src/a.py": "a\n", "src/deep/b.py": "b\n"})
    edit("dvc.yaml", "deps: [raw.txt]", "deps: [raw.txt, src]")(project)
    dp.dvc(project, "repro", "-q", "prepare")
    committed(project)
    assert "prepare" not in told(project)[0]
    assert "prepare" not in told(project)[1]
    dp.write(project, {"src/a.py": "other\n"})
    committed(project)
    assert told(project)[0]["prepare"] == ["dep src changed"]
    dp.write(project, {"src/a.py": "a\n", "src/__pycache__/a.pyc": "c"})
    with (project / ".gitignore").open("a") as file:
        file.write("__pycache__\n")
    dp.dvc(project, "repro", "-q", "prepare")
    committed(project)
    stale, unknown = told(project)
    assert "prepare" not in stale
    assert unknown["prepare"] == ["dep src is a directory, and held other files than git has"]


def test_lines_that_end_otherwise_in_a_worktree(project: Path) -> None:
    """Somebody on Windows ran it: git has LF, DVC hashed CRLF."""
    git(project, "config", "core.autocrlf", "true")
    (project / "train.sh").write_bytes(b"echo train\r\necho twice\r\n")
    dp.dvc(project, "repro", "-q")
    committed(project)
    assert git(project, "cat-file", "-s", "HEAD:train.sh") == str(len("echo train\necho twice\n"))
    assert "train" not in told(project)[0]


def test_templates_that_reach_further_are_not_guessed(project: Path) -> None:
    edit("dvc.yaml", "cmd: cp train.sh cold.txt", "cmd: cp train.sh cold.txt && echo ${prepare}")(project)
    committed(project)
    stale, unknown = told(project)
    assert set(stale) == NEVER
    assert unknown == {"cold": ["its command is a template"]}


def test_what_is_no_yaml_is_said(project: Path) -> None:
    committed(project, dvc_lock="a: [\n")
    runner = ProcessRunner()
    tree = tree_at(open_project(project, runner), runner, git(project, "rev-parse", "HEAD"))
    assert tree.faults == ["dvc.lock can't be read"]
