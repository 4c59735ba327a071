"""What every test stands on: an environment of its own, so that nobody's configuration, cache or state takes part."""

from __future__ import annotations

import fcntl
import itertools
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests import hung, red_at_first

from mltui.sources.runner import ProcessRunner

#: No test fails on a clock: hypothesis would, on a busy machine, by how long an example takes or is being made.
settings.register_profile("mltui", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mltui")

#: Variables of whoever runs the tests that would change what is read.
FOREIGN_PREFIXES = ("MLTUI_", "MLFLOW_", "GIT_", "DVC_")
FOREIGN = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "CONDA_PREFIX", "NO_COLOR", "DATABASE_URL")


#: Files that take longest, which begin first: at the end one of them would be all that is still going on.
LONGEST = (
    "test_read_only.py",
    "test_promotion_races.py",
    "test_promotion.py",
    "test_promotion_killed.py",
    "test_chores_stores.py",
    "test_gate_checks.py",
    "test_promotion_foreign.py",
    "test_mlflow_door.py",
    "test_promote_commands.py",
    "test_gates_run.py",
    "test_mlflow_door_servers.py",
    "test_gate_presets.py",
    "test_recorder.py",
    "test_conformance.py",
    "test_search_call.py",
    "test_mlflow_one_content.py",
    "test_experiment_actions.py",
    "test_retrain_planned.py",
    "test_cli_standing.py",
    "test_cli_runs.py",
    "test_lineage_place.py",
    "test_stop.py",
    "test_mlflow_dbms.py",
    "test_shell.py",
    "test_dvc_experiments.py",
    "test_tui_bytes.py",
    "test_demo.py",
    "test_tui_kinds.py",
    "test_tui_resize.py",
    "test_cli_pipes.py",
    "test_dvc_status.py",
    "test_isolated.py",
    "test_cli_status.py",
    "test_run_table.py",
    "test_diff.py",
    "test_mlflow_sqlite.py",
    "test_filters_as_mlflow.py",
    "test_data_place.py",
    "test_charts.py",
    "test_typed.py",
    "test_dvc_status_random.py",
    "test_compare_screen.py",
    "test_trend_history.py",
)


def pytest_configure() -> None:
    hung.look_out()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Generator[None]:
    with hung.limited():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call() -> Generator[None]:
    with hung.limited():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    with hung.limited():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then as collected: real tools, screens, units. `make test` keeps the order."""
    order = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))
    red_at_first.tried_again(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    red_at_first.tell(terminalreporter)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not exitstatus and reporter and len(red_at_first.red_at_first(reporter)) > red_at_first.MOST:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No foreign settings; home is an empty directory; git knows a person and its default branch is main. It tidies up
    behind nobody's back: a test that looks for what still runs would see it.

    ctrl+c is heard: in the background of a shell it is ignored, and what a test starts would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tmp_path_factory.mktemp("home")
    config = tmp_path_factory.mktemp("gitconfig") / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
        "[gc]\n\tautoDetach = false\n[maintenance]\n\tautoDetach = false\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN_PREFIXES) or name in FOREIGN:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
        patch.setenv("DVC_NO_ANALYTICS", "1")
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def all_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Directories, one for each test. Pytest would number them by a look at all there are, of thousands."""
    above = tmp_path_factory.mktemp("places")
    return (above / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def own_places(all_places: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """mltui's cache and state, fresh for each test. Returns the directory they are in."""
    places = next(all_places)
    places.mkdir()
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(places / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(places / "state"))
    return places


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a server has ten minutes for an answer, not ten seconds; DVC, git and others not half a minute.
    What hangs has its own limit."""
    monkeypatch.setattr("mltui.sources.mlflow.server.login.LONGEST_SECONDS", 600.0)
    monkeypatch.setattr("mltui.sources.dvc.pipeline.PipelineSource.load.__defaults__", (600.0,))
    monkeypatch.setattr("mltui.sources.workspace.Workspace.snapshot.__defaults__", (600.0,))
    monkeypatch.setitem(ProcessRunner.run.__kwdefaults__, "timeout", 600.0)


@pytest.fixture(scope="session")
def demo_project(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project of ``mltui demo``, built once for all workers. Read it in place; copy it before writing.

    Beside it is ``home``, which was home and place for temporary files while it was built.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "sample"
    shared.mkdir(exist_ok=True)
    home, project = shared / "home", shared / "project"
    home.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not project.exists():
            from mltui.demo import build

            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("HOME", str(home))
                patch.setenv("TMPDIR", str(home))
                build(project)
    return project
