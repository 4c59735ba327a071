"""Every oddity of real file stores: shown or said to be unreadable, and nothing else is lost by it."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filestore import OTHER, RUN, Mirrored, experiment, run, write

from mltui.errors import Denied, NotFound
from mltui.sources.mlflow.files import points
from mltui.sources.mlflow.records import DBL_MAX


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "mlruns"


@pytest.fixture
def mirrored(root: Path, tmp_path: Path) -> Mirrored:
    return Mirrored(root, tmp_path / "cache" / "m.db")


def test_a_plain_run(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    write(where / "metrics" / "auc", "1 0.5 0\n2 0.75 1\n")
    write(where / "params" / "lr", "0.1")
    write(where / "tags" / "mlflow.source.git.commit", "a" * 40)
    found = mirrored.refresh().run()
    assert (found["name"], found["status"], found["lifecycle_stage"]) == ("bright-lamb-684", "FINISHED", "active")
    assert (found["start_time"], found["end_time"], found["experiment_id"]) == (1620000000000, 1620000001000, "0")
    assert mirrored.table("latest_metrics") == {"auc": 0.75}
    assert mirrored.table("params") == {"lr": "0.1"}
    assert mirrored.table("tags") == {"mlflow.source.git.commit": "a" * 40}
    assert mirrored.mirror.problems() == ()
    assert mirrored.database.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (1, "RUNNING"),
        (2, "SCHEDULED"),
        (3, "FINISHED"),
        (4, "FAILED"),
        (5, "KILLED"),
        ("FAILED", "FAILED"),
        (None, "RUNNING"),
    ],
)
def test_status_is_a_number_or_a_word(root: Path, mirrored: Mirrored, said: object, status: str) -> None:
    run(experiment(root), status=said)
    assert mirrored.refresh().run()["status"] == status


def test_an_unknown_status_is_said(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root), status=9)
    assert mirrored.refresh().reasons() == {f"0/{RUN}/meta.yaml": "status 9 is none that MLflow knows"}


def test_the_name_comes_from_run_name_name_or_tag(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    run(where, "a" * 32, run_name=None, name="old-style", run_uuid="a" * 32)
    tagged = run(where, "b" * 32, run_name="''", run_id=None, run_uuid="b" * 32)
    write(tagged / "tags" / "mlflow.runName", "from the tag")
    run(where, "c" * 32, run_name=None)
    mirrored.refresh()
    assert [mirrored.run(c * 32)["name"] for c in "abc"] == ["old-style", "from the tag", ""]


def test_nan_and_infinities(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    write(where / "metrics" / "a", "1 nan 0\n")
    write(where / "metrics" / "b", "1 inf 0\n")
    write(where / "metrics" / "c", "1 -inf 0\n")
    write(where / "metrics" / "d", "1 1.7976931348623157e308 0\n")
    mirrored.refresh()
    stored = mirrored.rows("select key, value, is_nan from latest_metrics order by key")
    assert stored == [("a", 0.0, 1), ("b", DBL_MAX, 0), ("c", -DBL_MAX, 0), ("d", DBL_MAX, 0)]
    assert math.isnan(mirrored.mirror.series(RUN, "a")[0].value)
    assert mirrored.mirror.series(RUN, "c")[0].value == -math.inf
    assert mirrored.mirror.series(RUN, "d")[0].value == math.inf, "as the latest value has it"
    assert mirrored.mirror.columns(RUN, "d").series.up == 1


def test_an_experiment_without_meta_is_named_by_its_directory(root: Path, mirrored: Mirrored) -> None:
    run(root / "7", start_time=1)
    assert mirrored.refresh().experiments() == [("7", "7", "active")]
    assert mirrored.run()["experiment_id"] == "7"
    assert list(mirrored.reasons()) == ["7/meta.yaml"]


def test_a_run_without_meta_is_unreadable_and_the_others_are_there(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    run(where)
    (where / OTHER / "artifacts").mkdir(parents=True)
    mirrored.refresh()
    assert mirrored.rows("select run_uuid from runs") == [(RUN,)]
    assert mirrored.rows("select run_uuid, experiment_id, path, reason from mltui_problems") == [
        (OTHER, "0", f"0/{OTHER}/meta.yaml", "no meta.yaml")
    ]


@pytest.mark.parametrize("text", ["", "name: [half", "- a\n- b\n", b"\x00\xff\xfe"])
def test_a_run_whose_meta_makes_no_sense_is_unreadable(root: Path, mirrored: Mirrored, text: str | bytes) -> None:
    where = experiment(root)
    write(run(where, OTHER) / "meta.yaml", text)
    run(where)
    mirrored.refresh()
    assert mirrored.rows("select run_uuid from runs") == [(RUN,)]
    assert [row[0] for row in mirrored.rows("select run_uuid from mltui_problems")] == [OTHER]
    write(run(where, OTHER) / "meta.yaml", f"run_id: {OTHER}\nstatus: 3\n")
    assert len(mirrored.refresh().rows("select * from runs")) == 2
    assert mirrored.mirror.problems() == ()


def test_artifacts_of_another_store_are_no_experiment(root: Path, mirrored: Mirrored) -> None:
    (root / "1" / RUN / "artifacts").mkdir(parents=True)
    mirrored.refresh()
    assert mirrored.rows("select * from experiments") == []
    assert mirrored.mirror.problems() == ()


def test_inputs_datasets_and_logged_models_are_no_runs(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    made = run(where)
    write(
        made / "inputs" / ("1" * 32) / "meta.yaml",
        f"destination_id: {'2' * 32}\ndestination_type: RUN\nsource_id: {'2' * 32}\nsource_type: DATASET\n"
        "tags:\n  mlflow.data.context: train\n",
    )
    write(
        where / "datasets" / ("2" * 32) / "meta.yaml",
        "digest: 13e8713a\nname: wine\nprofile: '{}'\nschema: '{\"a\": [1,\n  2]}'\nsource: '{}'\nsource_type: code\n",
    )
    write(
        where / "models" / "m-1" / "meta.yaml",
        f"experiment_id: '0'\nmodel_id: m-1\nname: model\nsource_run_id: {RUN}\nstatus: 2\nmodel_type: null\n",
    )
    mirrored.refresh()
    assert mirrored.rows("select run_uuid from runs") == [(RUN,)]
    joined = mirrored.rows(
        """select d.name, d.digest, d.dataset_source_type, t.value from inputs i
           join datasets d on d.dataset_uuid = i.source_id
           join input_tags t on t.input_uuid = i.input_uuid and t.name = 'mlflow.data.context'
           where i.destination_type = 'RUN' and i.destination_id = ?""",
        RUN,
    )
    assert joined == [("wine", "13e8713a", "code", "train")]
    assert mirrored.rows("select model_id, source_run_id from logged_models") == [("m-1", RUN)]


def test_the_trash_is_deleted_whatever_its_file_says(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root, "fgroup2", ".trash/1"))
    mirrored.refresh()
    assert mirrored.rows("select experiment_id, name, lifecycle_stage from experiments") == [
        ("1", "fgroup2", "deleted")
    ]
    assert mirrored.run()["lifecycle_stage"] == "active"


def test_a_deleted_run_and_one_that_never_ended(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    run(where, lifecycle_stage="deleted", deleted_time=1620000002000)
    run(where, OTHER, end_time="null", status=1)
    mirrored.refresh()
    assert (mirrored.run()["lifecycle_stage"], mirrored.run()["deleted_time"]) == ("deleted", 1620000002000)
    assert (mirrored.run(OTHER)["end_time"], mirrored.run(OTHER)["status"]) == (None, "RUNNING")


@pytest.mark.parametrize(
    "uri",
    [
        "file:///C:/Users/marcr/Data%20Science/mlruns/3/x/artifacts",
        "file:C:/mlruns/0/x",
        "./mlruns/10/x",
        "mlflow/x/artifacts",
        "s3://bucket/a b/x",
    ],
)
def test_artifact_uris_stay_as_they_were_written(root: Path, mirrored: Mirrored, uri: str) -> None:
    run(experiment(root), artifact_uri=uri)
    assert mirrored.refresh().run()["artifact_uri"] == uri


def test_a_run_without_metrics_params_and_tags(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    for part in ("metrics", "params", "tags", "artifacts"):
        (where / part).rmdir()
    assert mirrored.refresh().run()["status"] == "FINISHED"
    assert mirrored.mirror.problems() == ()
    write(where / "metrics" / "late", "1 1.0 0\n")
    assert mirrored.refresh().table("latest_metrics") == {"late": 1.0}


def test_odd_keys_and_values_arrive_unchanged(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root, "version_hydra_complète"))
    params = {"Win Rate ": "1", "empty": "", "long": "two\nlines\r\n" * 200, "ключ": "значение", "[red]": "\x1b[31m"}
    for key, value in params.items():
        write(where / "params" / key, value)
    write(where / "metrics" / "val" / "loss" / "total", "1 0.5 0\n")
    write(where / "metrics" / "val" / "auc", "1 0.75 0\n")
    mirrored.refresh()
    assert mirrored.table("params") == params
    assert mirrored.table("latest_metrics") == {"val/auc": 0.75, "val/loss/total": 0.5}
    assert mirrored.mirror.series(RUN, "val/loss/total")[0].value == 0.5
    assert mirrored.rows("select name from experiments") == [("version_hydra_complète",)]


def test_names_and_values_that_are_not_utf8(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    write(where / "params" / os.fsdecode(b"caf\xe9"), b"cr\xe8me")
    assert mirrored.refresh().table("params") == {"caf\ufffd": "cr\ufffdme"}


def test_links_that_loop_and_what_is_no_file(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "self").symlink_to(root / "self")
    (where / "metrics" / "again").symlink_to(where, target_is_directory=True)
    (where / "params" / "self").symlink_to(where / "params" / "self")
    os.mkfifo(where / "tags" / "pipe")
    os.mkfifo(where / "metrics" / "pipe")
    write(where / "metrics" / "auc", "1 0.5 0\n")
    mirrored.refresh()
    assert mirrored.table("latest_metrics") == {"auc": 0.5}
    assert len(mirrored.rows("select * from runs")) == 1
    assert set(mirrored.reasons().values()) == {"not a regular file"}
    assert len(mirrored.reasons()) == 4


def test_a_fifo_for_a_meta_file_does_not_block(root: Path, mirrored: Mirrored) -> None:
    where = experiment(root)
    run(where)
    (where / OTHER).mkdir()
    os.mkfifo(where / OTHER / "meta.yaml")
    os.mkfifo(experiment(root, directory="1") / "x")
    (root / "1" / "meta.yaml").unlink()
    os.mkfifo(root / "1" / "meta.yaml")
    mirrored.refresh()
    assert mirrored.rows("select run_uuid from runs") == [(RUN,)]
    assert mirrored.reasons() == {
        f"0/{OTHER}/meta.yaml": "meta.yaml: not a regular file",
        "1/meta.yaml": "not a regular file",
    }


def test_a_huge_tag_is_cut_and_said_to_be(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    with (where / "tags" / "huge").open("wb") as file:
        file.truncate(5 << 30)
    mirrored.refresh()
    assert len(mirrored.table("tags")["huge"]) == 1 << 20
    assert "only the first 1048576 are read" in mirrored.reasons()[f"0/{RUN}/tags/huge"]


def test_broken_metric_files_cost_themselves_only(root: Path, mirrored: Mirrored) -> None:
    where = run(experiment(root))
    write(where / "metrics" / "good", "1 0.5 0\n")
    write(where / "metrics" / "mixed", "1 0.5 0\nrubbish\n")
    write(where / "metrics" / "empty", "")
    write(where / "metrics" / "binary", b"\x00" * 100)
    mirrored.refresh()
    assert mirrored.table("latest_metrics") == {"good": 0.5, "mixed": 0.5}
    assert mirrored.reasons() == {
        f"0/{RUN}/metrics/binary": "1 of its lines can't be read",
        f"0/{RUN}/metrics/empty": "no point in it",
        f"0/{RUN}/metrics/mixed": "1 of its lines can't be read",
    }


def test_a_copied_run_directory_is_shown_once(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root))
    run(experiment(root, "copy", "1"))
    run(root / "1", OTHER, run_id=RUN)
    mirrored.refresh()
    assert mirrored.rows("select run_uuid, experiment_id from runs order by 1") == [(RUN, "0"), (OTHER, "1")]
    assert mirrored.reasons() == {f"1/{OTHER}/meta.yaml": f"says run_id {RUN}: MLflow takes this run for invalid"}


def test_the_registry(root: Path, mirrored: Mirrored) -> None:
    models = root / "models"
    write(models / "wine" / "meta.yaml", "aliases: {}\ncreation_timestamp: 1\ndescription: ''\nname: wine\n")
    write(models / "wine" / "aliases" / "champion", "2")
    write(models / "wine" / "aliases" / "broken", "two")
    write(models / "wine" / "tags" / "team", "red")
    for number, stage, extra in ((1, "Archived", f"run_id: {RUN}"), (2, "Production", "run_id: ''\nmodel_id: m-1")):
        write(
            models / "wine" / f"version-{number}" / "meta.yaml",
            f"creation_timestamp: {number}\ncurrent_stage: {stage}\nname: wine\nversion: {number}\n{extra}\n",
        )
    write(models / "wine" / "version-3" / "meta.yaml", "current_stage: Deleted_Internal\nname: wine\nversion: 3\n")
    write(models / "wine" / "version-4" / "meta.yaml", "half: [")
    write(models / "a-prompt" / "meta.yaml", "name: a-prompt\n")
    write(models / "a-prompt" / "tags" / "mlflow.prompt.is_prompt", "true")
    mirrored.refresh()
    assert mirrored.rows("select name from registered_models") == [("wine",)]
    assert mirrored.rows("select version, current_stage, run_id, model_id from model_versions order by version") == [
        (1, "Archived", RUN, None),
        (2, "Production", "", "m-1"),
    ]
    assert mirrored.rows("select alias, version from registered_model_aliases") == [("champion", 2)]
    assert mirrored.rows("select key, value from registered_model_tags") == [("team", "red")]
    assert set(mirrored.reasons()) == {"models/wine/aliases/broken", "models/wine/version-4/meta.yaml"}


def test_a_store_that_is_not_there(mirrored: Mirrored) -> None:
    with pytest.raises(NotFound):
        mirrored.mirror.refresh()


def test_no_such_run_or_metric(root: Path, mirrored: Mirrored) -> None:
    run(experiment(root))
    mirrored.refresh()
    for run_id, key in ((OTHER, "auc"), (RUN, "auc"), (RUN, "../meta.yaml")):
        with pytest.raises(NotFound):
            mirrored.mirror.series(run_id, key)


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A directory whose owner gave nobody a right it was not given; root becomes nobody while it is read."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o777)
        yield place


def as_nobody(mirrored: Mirrored) -> None:
    """Refresh without root's power over permissions."""
    if os.geteuid() != 0:
        mirrored.refresh()
        return
    os.seteuid(65534)
    try:
        mirrored.refresh()
    finally:
        os.seteuid(0)


def test_directories_and_files_without_permission(nobody: Path) -> None:
    root = nobody / "mlruns"
    where = experiment(root)
    made = run(where)
    write(made / "params" / "open", "1")
    write(made / "params" / "closed", "2")
    shut = [run(where, OTHER), experiment(root, "closed", "1"), made / "metrics", made / "params" / "closed"]
    for path in shut:
        path.chmod(0)
    mirrored = Mirrored(root, nobody / "cache" / "m.db")
    try:
        as_nobody(mirrored)
        assert mirrored.table("params") == {"open": "1"}
        assert mirrored.experiments() == [("0", "Default", "active"), ("1", "1", "active")]
        assert mirrored.reasons() == {
            f"0/{OTHER}/meta.yaml": "meta.yaml: permission denied",
            "1": "permission denied",
            f"0/{RUN}/metrics": "permission denied",
            f"0/{RUN}/params/closed": "permission denied",
        }
        where.chmod(0)
        as_nobody(mirrored)
        assert mirrored.run()["name"] == "bright-lamb-684"  # an experiment that is shut keeps what was known of it
        root.chmod(0)
        with pytest.raises(Denied):
            as_nobody(mirrored)
    finally:
        for path in (root, where, *shut):
            path.chmod(0o755)


def test_a_metric_file_of_any_size_is_read_to_its_end(
    root: Path, mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pieces are made small here: the point is the latest one though it lies beyond the first piece."""
    monkeypatch.setattr(points, "PIECE_BYTES", 32)
    monkeypatch.setattr(points, "SERIES_POINTS", 10)
    where = run(experiment(root))
    write(where / "metrics" / "loss", "".join(f"{1000 + n} {n / 8} {n}\n" for n in range(200)) + "1 9.5 150\n")
    mirrored.refresh()
    assert mirrored.rows("select value, step from latest_metrics") == [(199 / 8, 199)]
    assert [point.step for point in mirrored.mirror.series(RUN, "loss")] == list(range(190, 200))
    assert [point.step for point in mirrored.mirror.series(RUN, "loss", 3)] == [197, 198, 199]
    assert mirrored.reasons() == {f"0/{RUN}/metrics/loss": "201 points: a chart shows the newest 10"}
