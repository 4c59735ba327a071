"""mltui of somebody who has no home: no HOME, and a number that the system's list of users does not know."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.real.unchanged import differs, holds

from mltui.sources import cachedir
from mltui.sources.places import is_home, user_state_dir

pytestmark = pytest.mark.real

#: Nobody's number.
UID = 54_321
#: It may read what is the superuser's, as this environment's Python; a container's own would be open to it.
CAPABLE = "+dac_override,+dac_read_search"
AS_NOBODY = ("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups")


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="only root, with setpriv, can be another"
)
@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "elsewhere", "XDG_STATE_HOME": "state"}])
def test_without_a_home_everything_is_read_and_nothing_written(tmp_path: Path, home: dict[str, str]) -> None:
    project = tmp_path / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    for path in (tmp_path, *tmp_path.parents):
        if path.is_relative_to(Path(tmp_path.anchor) / "tmp") and path != Path(tmp_path.anchor) / "tmp":
            path.chmod(path.stat().st_mode | 0o011)
    for path in (project, *project.rglob("*")):
        os.chown(path, UID, UID)
    before = holds(project)
    bare = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "GIT_CONFIG_SYSTEM") if name in os.environ}
    python = [sys.executable, "-m", "mltui"]
    for words in (["status", "--json"], ["runs"], ["journal"], ["doctor"]):
        argv = [*AS_NOBODY, f"--inh-caps={CAPABLE}", f"--ambient-caps={CAPABLE}", *python, *words]
        env = {**bare, **home, "TMPDIR": str(tmp_path)}
        done = subprocess.run(argv, cwd=project, env=env, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3) and "mistake" not in done.stderr, (words, done)
        assert words != ["status", "--json"] or done.returncode == 0, done
    assert not differs(before, holds(project)), "nothing is written into the project"
    assert not list(tmp_path.glob("mltui-*")), "the cache that stood in is gone"


def test_a_home_that_is_none_is_no_directory_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MLTUI_CACHE_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    for said in ("", "here", "~"):
        monkeypatch.setenv("HOME", said)
        assert cachedir.home() == "" and not is_home(tmp_path)
        for path in (Path(cachedir.cache_root()), user_state_dir()):
            assert path.is_absolute() and not path.parent.exists()
