"""GTO's models of real repositories, held against what the gto package itself shows."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from git_repository import commit, git, make
from gto.api import show

from mltui.cli.find_sides import find_side
from mltui.config import Config
from mltui.errors import NotFound, Unreadable
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

SEEDS = range(25)


def workspace(path: Path) -> Workspace:
    runner = ProcessRunner()
    return Workspace(open_project(path, runner), Config(), runner)


def models(path: Path) -> tuple[RegisteredModel, ...]:
    opened = workspace(path)
    try:
        return opened.models.load()
    finally:
        opened.close()


def tag(path: Path, name: str, at: str, second: int) -> None:
    git(path, "tag", "-a", "-m", f"about {name}", name, at, GIT_COMMITTER_DATE=f"{second} +0000")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    path = make(tmp_path_factory.mktemp("history") / "project")
    return path, [commit(path, f"number {at}", f"{1_600_000_000 + at} +0000", a_txt=str(at)) for at in range(5)]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_registries_are_as_gto_shows_them(history: tuple[Path, list[str]], seed: int, tmp_path: Path) -> None:
    """Registered, taken back, assigned, unassigned, deprecated in any order; half of the time within one second."""
    source, commits = history
    path = tmp_path / "project"
    git(tmp_path, "clone", "-q", str(source), str(path))
    chance = random.Random(seed)
    names = ["churn", "sub/dir=model", "x_1"]
    registry: list[bytes] = []
    registered: set[tuple[str, str]] = set()
    for counter in range(chance.randint(3, 24)):
        name, at = chance.choice(names), chance.randrange(len(commits))
        kind = chance.choice(["@", "@", "#", "#", "#", "#!", "#!", "@!", "deprecated"])
        version = f"v1.{at}.0"  # gto knows one version of an artifact at a commit, and can't read two
        if kind in ("@!", "#!") and (name, commits[at]) not in registered:
            kind = "@"
        if kind == "@":
            registered.add((name, commits[at]))
        stage = chance.choice(["prod", "dev"])
        texts = {"@": f"@{version}", "@!": f"@{version}!", "#": f"#{stage}", "#!": f"#{stage}!"}
        second = 1_700_000_000 + (counter if seed % 2 else counter // 3)
        registry.append(
            f"tag {name}{texts.get(kind, '@deprecated')}#{counter}\nfrom {commits[at]}\n"
            f"tagger Ada <ada@example.org> {second} +0000\ndata 2\nok\n".encode()
        )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=b"".join(registry), check=True)
    told = show(str(path))
    ours = {model.name: model for model in models(path)} if told else {}
    assert ours.keys() == told.keys()
    for name, row in told.items():
        held = {stage: version for stage, version in row["stage"].items() if version}
        assert dict(ours[name].aliases) == held, name
        newest = next((each.version for each in ours[name].versions if each.version.startswith("v")), None)
        assert newest == row["version"]
        listed = [each["version"] for each in show(str(path), name=name)]
        assert [each.version for each in ours[name].versions] == list(dict.fromkeys(listed))


def test_tags_files_and_everything_a_version_says(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    first = commit(
        path, "one", dvc_yaml="artifacts:\n  churn:\n    path: ${model}\n    type: model\n    labels: [a, b]\n"
    )
    nested = path / "nlp"
    nested.mkdir()
    (nested / "dvc.yaml").write_text("artifacts:\n  words:\n    path: words.bin\n    desc: Said here\n")
    commit(path, "two")
    tag(path, "churn@v1.0.0", first, 1_700_000_000)
    tag(path, "churn#prod#2", first, 1_700_000_100)
    git(path, "tag", "churn@v9.9.9", first)  # lightweight: no event of GTO's
    churn, words = models(path)
    (version,) = churn.versions
    assert (version.version, version.commit, version.created) == ("v1.0.0", first, 1_700_000_000_000)
    assert (version.user, version.description, version.aliases) == ("Ada", "about churn@v1.0.0", ("prod",))
    assert (churn.tags["path"], churn.tags["labels"]) == ("${model}", "a, b")
    assert (words.name, words.versions, words.description) == ("nlp:words", (), "Said here")
    assert words.tags["declared in"] == "nlp/dvc.yaml"


def test_what_moves_is_seen_and_what_stands_is_not_asked_for(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    sha = commit(path, "one", dvc_yaml="artifacts:\n  m: {path: a}\n")
    opened = workspace(path)
    source = opened.models
    assert [(each.name, len(each.versions)) for each in source.load()] == [("m", 0)]
    before, asked = source.fingerprint(), len(opened.runner.log)  # type: ignore[attr-defined]
    source.load()
    assert source.fingerprint() == before
    assert len(opened.runner.log) == asked  # type: ignore[attr-defined]
    tag(path, "m@v1.0.0", sha, 1_700_000_000)
    assert source.fingerprint() != before
    assert [(each.name, len(each.versions)) for each in source.load()] == [("m", 1)]
    moved = source.fingerprint()
    (path / "dvc.yaml").write_text("artifacts:\n  m: {path: a}\n  second: {path: b}\n")
    assert source.fingerprint() != moved
    assert [each.name for each in source.load()] == ["m", "second"]
    (path / "dvc.yaml").write_text("artifacts: [\n")  # the pipeline says that it is broken
    assert [each.name for each in source.load()] == ["m"]


def test_neither_registry_hides_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "project")
    commit(path, "one", dvc_yaml="artifacts:\n  m: {path: a}\n")
    opened = workspace(path)
    source = opened.models
    mlflow = (RegisteredModel("m", "mlflow", (), {}),)

    def fails(**how: bool) -> tuple[RegisteredModel, ...]:
        raise Unreadable("the store makes no sense")

    monkeypatch.setattr(source._mlflow, "load", lambda **how: mlflow)
    assert [each.source for each in source.load()] == ["mlflow", "gto"]
    assert source.silence() is None
    monkeypatch.setattr(source._mlflow, "load", fails)
    assert [each.source for each in source.load()] == ["mlflow", "gto"]  # what it last said
    assert str(source.silence()) == "the store makes no sense"
    monkeypatch.setattr(source._mlflow, "load", lambda **how: mlflow)
    monkeypatch.setattr(source._gto, "load", fails)
    assert [each.source for each in source.load()] == ["mlflow", "gto"]
    assert source.silence() is not None
    fresh = workspace(path).models
    monkeypatch.setattr(fresh._mlflow, "load", fails)
    assert [each.source for each in fresh.load()] == ["gto"]
    monkeypatch.setattr(fresh._gto, "load", lambda: ())
    with pytest.raises(Unreadable):
        fresh.load()


def test_of_two_models_with_one_name_each_version_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "project")
    tag(path, "m@v1.0.0", commit(path, "one"), 1_700_000_000)
    opened = workspace(path)
    theirs = RegisteredModel("m", "mlflow", (ModelVersion("m", "3", None, 5),), {"champion": "3"})
    monkeypatch.setattr(opened.models._mlflow, "load", lambda **how: (theirs,))
    for word, label in (("m/3", "m/3"), ("m@champion", "m@champion (3)"), ("m/v1.0.0", "m/v1.0.0")):
        assert find_side(opened, word).label == label


def test_without_a_store_and_without_artifacts_there_is_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    commit(path, "one", a_txt="x")
    with pytest.raises(NotFound):
        models(path)


def test_the_status_lists_them(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    sha = commit(path, "one", dvc_yaml="artifacts:\n  m: {path: a}\n")
    tag(path, "m@v1.0.0", sha, 1_700_000_000)
    tag(path, "m#prod#2", sha, 1_700_000_001)
    asked = [sys.executable, "-m", "mltui", "-C", str(path), "status", "--json", "--no-wait"]
    document = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert document["models"] == [{"name": "m", "source": "gto", "versions": 1, "aliases": {"prod": "v1.0.0"}}]
