"""What goes to a clone on another box and what comes back: commit, params, links, experiment; and what may not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.executors import engines_far as engines
from tests.real.executors.engines import Engine
from tests.real.executors.training_project import DVC, git, let, until, worktree

from mltui.actions.executors.port import Place
from mltui.actions.executors.ssh import Ssh
from mltui.actions.jobs.starting import write_json
from mltui.errors import ConfigError, Denied, NotFound, Refused
from mltui.model.job import Job
from mltui.model.job_record import state_document
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    with engines.ssh(root) as engine:
        yield engine


def _with(engine: Engine, **options: object) -> Engine:
    server = engines.sshd(False)
    given = {"host": engines.HOST, "path": str(engine.works_in), "python": sys.executable}
    given |= {"ssh_config": str(server.config), **options}
    engine.executor = Ssh(Place(engine.project, ProcessRunner(), "box", given))
    return engine


def _ended(engine: Engine, job: Job) -> Job:
    until(lambda: engine.now(job).ended)
    return engine.now(job)


def test_a_dirty_worktree_is_refused_or_sent_as_it_is(engine: Engine) -> None:
    """As a commit that nobody sees: its result is an experiment on HEAD with what was changed here."""
    root, clone = engine.root, engine.works_in
    (root / "params.yaml").write_text("kind: bytes\n")
    before, head = worktree(root), git(root, "rev-parse", "HEAD").strip()
    index = (root / ".git/index").read_bytes()
    with pytest.raises(Refused, match="has changes"):
        engine.submit()
    (root / "new.py").write_text("# not known to git\n")
    job = _ended(engine, _with(engine, dirty="commit").submit())
    assert (job.state, job.experiment) == ("finished", f"mltui-{job.id}"), engine.log(job)
    ref = f"refs/exps/{head[:2]}/{head[2:]}/{job.experiment}"
    assert git(root, "rev-parse", ref).strip() == job.commit_made
    changed = git(root, "diff", "--name-only", head, ref).split()
    assert changed == ["dvc.lock", "new.py", "params.yaml"]
    assert (root / ".git/index").read_bytes() == index and git(root, "rev-parse", "HEAD").strip() == head
    (root / "new.py").unlink()
    assert worktree(root) == before
    assert git(clone, "status", "--porcelain") == "" and len(git(clone, "worktree", "list").splitlines()) == 1
    assert git(clone, "for-each-ref", "refs/mltui") == ""
    assert any(note.startswith("no DVC remote: its data (5 B) is only in the cache of ") for note in job.notes)


def test_setup_comes_first_there_and_no_command_shows_it_there_or_here(engine: Engine) -> None:
    secret = "of-nobody-else"
    executor = _with(engine, setup=f"export TELLS={secret}").executor
    assert isinstance(executor, Ssh)
    said = executor.clone.box.shell("echo ${#TELLS}; cat; ps -eo args", stdin=b"what is sent\n").stdout
    assert said.startswith(b"14\nwhat is sent\n")
    assert b"mltui_setup" in said and secret.encode() not in said
    with pytest.raises(ConfigError) as error:
        _with(engine, setup=f"export TELLS={secret}\nmodule load cuda")
    assert secret not in str(error.value)


def test_params_and_links_are_set_there_and_data_goes_to_the_remote(engine: Engine, tmp_path: Path) -> None:
    root, clone = engine.root, engine.works_in
    words = (DVC, "remote", "add", "--local", "-d", "store", str(tmp_path / "remote"))
    subprocess.run(words, cwd=clone, capture_output=True, check=True)
    (clone / "large").mkdir()
    job = _ended(engine, engine.submit(overrides=("kind=bytes",), experiment="louder", links=("large",)))
    assert (job.state, job.experiment) == ("finished", "louder"), engine.log(job)
    assert b"large is a link" in engine.log(job)
    assert git(root, "show", f"{job.commit_made}:params.yaml") == "kind: bytes\n"
    lock = git(root, "show", f"{job.commit_made}:dvc.lock")
    model = next(line for line in lock.split("path: model.txt")[1].splitlines() if "md5:" in line).split()[-1]
    assert (tmp_path / "remote/files/md5" / model[:2] / model[2:]).read_text() == "bytes"
    assert not any("only in the cache" in note for note in job.notes)


def test_a_job_that_failed_keeps_its_worktree_and_says_where(engine: Engine) -> None:
    let(engine.root, "fails")
    job = _ended(engine, engine.submit())
    note = next(note for note in job.notes if note.startswith("its worktree is kept: "))
    kept = note.partition(": ")[2].partition(" (")[0]
    assert note.endswith(f"kB); mltui clean {job.id} takes it away")
    assert (Path(kept) / "params.yaml").read_text() == "kind: fails\n"
    assert git(engine.works_in, "status", "--porcelain") == ""


def test_a_box_that_is_not_known_or_lets_nobody_in_is_told(engine: Engine, tmp_path: Path) -> None:
    server = engines.sshd(False)
    strange = tmp_path / "known"
    text = server.config.read_text()
    (tmp_path / "config").write_text(text.replace(str(server.place / "known_hosts"), str(strange)))
    with pytest.raises(Denied, match="host key"):
        _with(engine, ssh_config=str(tmp_path / "config")).executor.list()
    assert not strange.exists()  # and nobody has accepted it
    (tmp_path / "config").write_text(text.replace("user_key", "host_key"))
    with pytest.raises(Denied, match="Permission denied"):
        _with(engine, ssh_config=str(tmp_path / "config")).executor.list()
    job = engine.spec()
    with pytest.raises(NotFound, match="no clone"):
        _with(engine, path=str(tmp_path)).executor.refusal(job)
    with pytest.raises(ConfigError):
        _with(engine, path="relative")
    with pytest.raises(ConfigError):
        _with(engine, host="-oProxyCommand=touch x")


def test_names_that_a_shell_would_read_are_names(engine: Engine) -> None:
    odd = engine.works_in.with_name("it's a $(touch x) clone")
    shutil.move(engine.works_in, odd)
    job = _ended(engine, _with(engine, path=str(odd)).submit())
    assert job.state == "finished", engine.log(job)
    assert not (odd.parent / "x").exists() and not Path(os.environ["HOME"], "x").exists()


def _configured(engine: Engine) -> None:
    """The executor as a user has it, so that `mltui` in the project knows it."""
    server = engines.sshd(False)
    rows = [f'host = "{engines.HOST}"', f'path = "{engine.works_in}"', f'python = "{sys.executable}"']
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "mltui" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    table = ["[executors.box]", 'kind = "ssh"', f'ssh_config = "{server.config}"', *rows]
    config.write_text("\n".join(table))


def _clean(engine: Engine, *words: str) -> subprocess.CompletedProcess[str]:
    argv = (sys.executable, "-m", "mltui", "-C", str(engine.root), "clean", *words)
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_what_ended_jobs_left_there_is_taken_away_after_it_was_shown(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    _configured(engine)
    root, clone = engine.root, engine.works_in
    well = _ended(engine, engine.submit(executor="box", mode="remote"))
    let(root, "fails")
    failed = _ended(engine, engine.submit(executor="box", mode="remote"))
    let(root, "steps")
    running = engine.submit(executor="box", mode="remote")
    until(lambda: b"step 1" in engine.log(running))
    jobs = clone / ".git/mltui/jobs"
    (jobs / failed.id / "worktree" / "model.txt").write_text("half of a model")
    for job in (well, failed):
        write_json(Path(job.directory) / "state.json", state_document(job))

    before = sorted(path.name for path in jobs.iterdir())
    shown = _clean(engine, "--dry-run")
    assert shown.returncode == 0, shown
    assert f"{failed.id}  failed on {engines.HOST}" in shown.stdout and "no commit has it: model.txt" in shown.stdout
    assert "no DVC remote" in shown.stdout or well.experiment is None
    assert f"git -C {clone} worktree remove --force -- {jobs}/{failed.id}/worktree && rm -rf" in shown.stdout
    assert sorted(path.name for path in jobs.iterdir()) == before, "shown only"

    done = _clean(engine, "--yes")
    assert done.returncode == 0, done
    assert [path.name for path in jobs.iterdir()] == [running.id], "and what runs is left alone"
    assert len(git(clone, "worktree", "list").splitlines()) == 2
    assert b"the loss is nan" in Path(failed.log).read_bytes()
    assert b"the loss is nan" in engine.log(failed), "what was brought home is shown from now on"
    state = json.loads((Path(failed.directory) / "state.json").read_text())
    assert state["notes"][-1] == "what it left there was taken away"
    assert not any("worktree is kept" in note for note in state["notes"])
    again = _clean(engine, "--yes")
    assert again.returncode != 0 and "nothing that jobs left elsewhere can be taken away" in again.stderr
    engine.executor.cancel(running, "KILL")
    killed = _ended(engine, running)
    assert any(note.startswith(f"its worktree is kept: {jobs}/{killed.id}/worktree (") for note in killed.notes), killed


def test_a_result_that_could_not_be_brought_home_is_left_there_and_said(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    _configured(engine)
    root, clone = engine.root, engine.works_in
    let(root, "bytes")
    job = _ended(engine, engine.submit(executor="box", mode="remote"))
    assert job.commit_made is not None, engine.log(job)
    write_json(Path(job.directory) / "state.json", state_document(job))
    ref = next(row.split()[-1] for row in git(root, "for-each-ref", "refs/exps").splitlines())
    git(root, "update-ref", "-d", ref)
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "-q", "--prune=now")
    shown = _clean(engine, "--dry-run")
    assert shown.returncode == 0 and f"experiment {job.experiment}, which is brought home first" in shown.stdout
    assert git(root, "for-each-ref", "refs/exps") == "", "shown only"
    kept = git(clone, "rev-parse", ref).strip()
    git(clone, "update-ref", "-d", ref)
    refused = _clean(engine, "--yes")
    assert refused.returncode != 0
    assert f"its experiment {job.experiment} is only on {engines.HOST}" in refused.stdout + refused.stderr
    assert (clone / ".git/mltui/jobs" / job.id).is_dir()
    git(clone, "update-ref", ref, kept)
    assert _clean(engine, "--yes").returncode == 0
    assert git(root, "rev-parse", ref).strip() == kept and not (clone / ".git/mltui/jobs" / job.id).exists()
