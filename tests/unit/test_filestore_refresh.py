"""A mirror of a file store follows the store, reads again only what moved, and survives its own database."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from filestore import OTHER, RUN, Mirrored, experiment, run, write

from mltui.sources.mlflow.files import mirror as files_mirror
from mltui.sources.mlflow.files import watch
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.tables import TABLES, VERSION

LONG_AGO = 1_600_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "mlruns"


@pytest.fixture
def mirrored(root: Path, tmp_path: Path) -> Mirrored:
    return Mirrored(root, tmp_path / "cache" / "m.db")


def age(root: Path) -> None:
    """Make everything old: what was written this very moment is always read again."""
    for directory, _, names in os.walk(root, topdown=False):
        for name in names:
            os.utime(Path(directory) / name, (LONG_AGO, LONG_AGO))
        os.utime(directory, (LONG_AGO, LONG_AGO))


class Reads:
    """Counts the runs that are read whole."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.runs: list[str] = []
        real = files_mirror.read_run

        def counting(head: files_mirror.Head) -> object:
            self.runs.append(head.where.name)
            return real(head)

        patch.setattr(files_mirror, "read_run", counting)

    def since(self) -> list[str]:
        runs, self.runs = self.runs, []
        return runs


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_only_what_moved_is_read_again(root: Path, mirrored: Mirrored, reads: Reads) -> None:
    where = experiment(root)
    first, second = run(where), run(where, OTHER)
    write(first / "metrics" / "val" / "auc", "1 0.5 0\n")
    age(root)
    mirrored.refresh()
    assert sorted(reads.since()) == sorted([RUN, OTHER])
    assert mirrored.refresh()
    assert reads.since() == []
    write(first / "metrics" / "val" / "loss", "1 0.25 0\n")  # only the inner directory's time moves
    assert mirrored.refresh().table("latest_metrics") == {"val/auc": 0.5, "val/loss": 0.25}
    assert reads.since() == [RUN]
    write(second / "meta.yaml", f"run_id: {OTHER}\nstatus: 4\n")
    assert mirrored.refresh().run(OTHER)["status"] == "FAILED"


def test_a_running_run_is_followed_point_by_point(root: Path, mirrored: Mirrored, reads: Reads) -> None:
    where = run(experiment(root), status=1, end_time="null")
    write(where / "metrics" / "loss", "1 0.5 0\n")
    age(root)
    mirrored.refresh()
    before = mirrored.mirror.fingerprint()
    assert mirrored.mirror.fingerprint() == before
    with (where / "metrics" / "loss").open("a") as file:
        file.write("2 0.25 1\n3 0.1")  # the last line is being written
    assert mirrored.mirror.fingerprint() != before
    assert mirrored.refresh().table("latest_metrics") == {"loss": 0.25}
    assert len(mirrored.mirror.series(RUN, "loss")) == 2
    after = mirrored.mirror.fingerprint()
    assert mirrored.mirror.fingerprint() == after


def test_a_tag_rewritten_in_an_old_run_is_found_by_a_full_sweep(root: Path, mirrored: Mirrored, reads: Reads) -> None:
    where = run(experiment(root))
    write(where / "tags" / "note", "old")
    age(root)
    mirrored.refresh()
    directory = where / "tags"
    write(directory / "note", "new!")
    os.utime(directory, (LONG_AGO, LONG_AGO))
    assert mirrored.refresh().table("tags") == {"note": "old"}
    mirrored.mirror.refresh(full=True)
    assert mirrored.table("tags") == {"note": "new!"}


def test_a_sweep_is_due_every_so_often(root: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    where = run(experiment(root))
    write(where / "tags" / "note", "old")
    age(root)
    before = mirrored.refresh().mirror.fingerprint()
    write(where / "tags" / "note", "new!")
    os.utime(where / "tags", (LONG_AGO, LONG_AGO))
    monkeypatch.setattr(watch, "SWEEP_SECONDS", -1.0)
    assert mirrored.mirror.fingerprint() != before
    assert mirrored.refresh().table("tags") == {"note": "new!"}


def test_the_fingerprint_moves_with_runs_experiments_models_and_aliases(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    run(where)
    write(root / "models" / "wine" / "meta.yaml", "name: wine\n")
    write(root / "models" / "wine" / "version-1" / "meta.yaml", "name: wine\nversion: 1\n")
    write(root / "models" / "wine" / "aliases" / "champion", "1")
    age(root)
    seen = [mirrored.refresh().mirror.fingerprint()]

    def moved() -> bool:
        seen.append(mirrored.mirror.fingerprint())
        return seen[-1] != seen[-2]

    assert not moved()
    run(where, OTHER)
    assert moved()
    experiment(root, "new", "1")
    assert moved()
    write(root / "models" / "wine" / "aliases" / "champion", "2")
    assert moved()
    write(root / "models" / "wine" / "version-1" / "meta.yaml", "name: wine\nversion: 1\ncurrent_stage: Staging\n")
    assert moved()
    (where / RUN / "meta.yaml").write_text("status: 4\n")
    assert moved()
    assert not moved()


def test_every_run_of_a_large_store_has_its_turn(
    root: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "NEWEST_RUNS", 2)
    monkeypatch.setattr(watch, "IN_TURN", 3)
    where = experiment(root)
    runs = [f"{number:032x}" for number in range(12)]
    for number, name in enumerate(runs):
        run(where, name, start_time=1_000 + number)
    age(root)
    before = mirrored.refresh().mirror.fingerprint()
    write(where / runs[0] / "meta.yaml", "status: 4\n")
    prints = {mirrored.mirror.fingerprint() for _ in range(5)}
    assert any(found != before for found in prints)


def test_what_is_gone_is_forgotten_and_what_moved_to_the_trash_is_not(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    write(run(where) / "params" / "lr", "1")
    run(experiment(root, "old", "1"), OTHER)
    mirrored.refresh()
    (root / ".trash").mkdir()
    (root / "1").rename(root / ".trash" / "1")
    for path in sorted((where / RUN).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (where / RUN).rmdir()
    mirrored.refresh()
    assert mirrored.rows("select run_uuid, experiment_id from runs") == [(OTHER, "1")]
    assert mirrored.experiments() == [("0", "Default", "active"), ("1", "old", "deleted")]
    assert mirrored.rows("select * from params") == []


def test_nothing_is_written_when_nothing_moved(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root))
    age(root)
    mirrored.refresh()
    with sqlite3.connect(mirrored.database) as other:
        version = other.execute("pragma data_version").fetchone()
        mirrored.refresh()
        assert other.execute("pragma data_version").fetchone() == version
    other.close()


def test_the_newest_runs_come_first(root: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_mirror, "BATCH", 2)
    where = experiment(root)
    for number in range(5):
        run(where, f"{number:032x}", start_time=1_000 + number)
    seen: list[tuple[int, int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total, mirrored.rows("select max(start_time), min(start_time) from runs")[0][1]))

    mirrored.mirror.refresh(progress)
    assert seen == [(2, 5, 1003), (5, 5, 1000)]


def test_the_store_is_not_touched(root: Path, mirrored: Mirrored) -> None:
    write(run(experiment(root)) / "metrics" / "a", "1 1.0 0\n")
    age(root)

    def look() -> list[tuple[str, int, int]]:
        return sorted((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in (root, *root.rglob("*")))

    before = look()
    mirrored.refresh()
    mirrored.mirror.series(RUN, "a")
    assert look() == before


@pytest.mark.parametrize("broken", [b"", b"not a database at all, but long enough to look at" * 100])
def test_a_broken_mirror_is_made_anew(root: Path, mirrored: Mirrored, broken: bytes) -> None:
    run(experiment(root))
    write(mirrored.database, broken)
    assert mirrored.refresh().run()["status"] == "FINISHED"
    assert mirrored.rows("pragma journal_mode") == [("delete",)]


def test_a_torn_mirror_and_one_of_another_version_are_made_anew(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root))
    mirrored.refresh()
    whole = mirrored.database.read_bytes()
    mirrored.database.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    assert mirrored.refresh().run()["status"] == "FINISHED"
    for change in ("pragma user_version = 99", "drop table mltui_seen", "drop table runs"):
        with sqlite3.connect(mirrored.database) as connection:
            connection.execute(change)
        connection.close()
        assert mirrored.refresh().run()["status"] == "FINISHED"
    assert mirrored.rows("pragma user_version") == [(VERSION,)]
    tables = {name for (name,) in mirrored.rows("select name from sqlite_master where type = 'table'")}
    assert tables == set(TABLES)


def test_a_mirror_of_another_store_is_emptied(root: Path, mirrored: Mirrored, tmp_path: Path) -> None:
    run(experiment(root))
    mirrored.refresh()
    elsewhere = tmp_path / "elsewhere"
    run(experiment(elsewhere), OTHER)
    FileMirror(elsewhere, mirrored.database).refresh()
    assert mirrored.rows("select run_uuid from runs") == [(OTHER,)]


def test_two_processes_may_refresh_one_mirror_at_once(root: Path, tmp_path: Path) -> None:
    where = experiment(root)
    for number in range(40):
        write(run(where, f"{number:032x}") / "params" / "n", str(number))
    database = tmp_path / "cache" / "m.db"
    errors: list[BaseException] = []

    def work() -> None:
        try:
            mirror = FileMirror(root, database)
            for _ in range(5):
                mirror.refresh(full=True)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Mirrored(root, database).rows("select count(*), sum(value) from params") == [(40, sum(range(40)))]
