"""Sections of a run's detail: bounded, with units and shapes, whatever was recorded."""

from __future__ import annotations

from dataclasses import replace

from churn_sample import DAY, NOW
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import LoggedModel, Run, RunInput
from mltui.present.marks import clock, stamp
from mltui.present.run_detail import RunRelations, run_detail
from mltui.present.run_scene import RunScene
from mltui.present.run_sections import MOST, dataset_lines, model_lines, shape, system_lines
from mltui.present.text import ASCII, UNICODE, Line, plain

SCENE = RunScene(NOW, UNICODE, None, ())


def run(**kwargs: object) -> Run:
    return Run("abc", "calm", "run", "e", "1", "FINISHED", "active", 0, 1, None, **kwargs)  # type: ignore[arg-type]


def text(lines: list[Line]) -> str:
    return "\n".join(map(plain, lines))


def test_five_thousand_metrics_are_bounded_and_the_rest_is_counted() -> None:
    whole = text(run_detail(run(metrics={f"m/{at:04}": float(at) for at in range(5_000)}), SCENE, RunRelations()))
    assert f"and {5_000 - MOST:,} more metrics" in whole
    assert len(whole.splitlines()) < MOST + 50


def test_of_many_system_metrics_the_busy_ones_are_shown_and_the_rest_counted() -> None:
    names = ["disk_usage_percentage", "network_receive_megabytes", "system_memory_usage_megabytes"]
    names += [f"gpu_{number}_utilization_percentage" for number in range(5)]
    one = run(metrics={f"system/{name}": 1.0 for name in names})
    lines, more = system_lines(one, SCENE, {})
    assert [plain(each).split("  ")[0] for each in lines[:5]] == [f"gpu {number} utilization" for number in range(5)]
    assert plain(lines[5]).startswith("system memory usage")
    assert (len(lines), more) == (6, "6 of 8: C charts any")


def test_a_logged_model_tells_its_params_and_tags_of_the_user() -> None:
    model = LoggedModel(
        "m-1", "best", "ready", "", 0, "", params={"depth": "3"}, tags={"team": "risk", "mlflow.x": "y"}
    )
    assert plain(model_lines([model], 1000)[1]) == "best: depth 3, team risk"


def test_system_metrics_stand_apart_with_their_units() -> None:
    one = run(metrics={"loss": 0.5, "system/cpu_utilization_percentage": 12.5, "system/gpu_0_power_usage_watts": 99.0})
    lines, more = system_lines(one, SCENE, {})
    assert text(lines) == "cpu utilization    12.50 %\ngpu 0 power usage  99 W"
    assert more == ""
    whole = text(run_detail(one, SCENE, RunRelations()))
    assert "system/" not in whole
    assert whole.index("Metrics") < whole.index("loss") < whole.index("System metrics")


def test_a_dataset_says_its_shape_source_and_columns() -> None:
    dataset = RunInput(
        "wine",
        "d1g357",
        "http",
        '{"url": "https://example.org/wine.csv"}',
        "training",
        '{"mlflow_colspec": [{"type": "double", "name": "acid"}, {"type": "long", "name": "quality"}]}',
        '{"num_rows": 4898, "num_elements": 9796}',
    )
    assert text(dataset_lines([dataset])).splitlines() == [
        "wine  training  d1g357  4,898 rows, 2 columns",
        "  source   http  https://example.org/wine.csv",
        "  columns  acid, quality",
    ]


def test_what_was_recorded_of_a_dataset_may_be_nonsense() -> None:
    for said in ("", "{", "[]", "null", '{"mlflow_colspec": 3, "num_rows": "many"}', '{"mlflow_colspec": [1, {}]}'):
        assert isinstance(shape(RunInput("x", "d", "", said, "", said, said)), str)
        assert dataset_lines([RunInput("x", "d", "", said, "", said, said)])


def test_logged_models_have_status_step_and_metrics() -> None:
    models = [
        LoggedModel(f"m-{at}", "net", "ready", "", NOW - 60_000, "", at, {"acc": 0.9, "b": 1, "c": 2, "d": 3, "e": 4})
        for at in range(40)
    ]
    lines = model_lines(models, NOW)
    assert plain(lines[3]).split() == [
        "net",
        "ready",
        "step",
        "3",
        "1",
        "min",
        "acc",
        "0.9000",
        "b",
        "1",
        "c",
        "2",
        "d",
        "3",
        "…",
    ]
    assert plain(lines[-1]) == "and 10 more models"


def test_a_run_that_went_keeps_what_was_read_of_it() -> None:
    lines = run_detail(run(params={"lr": "0.1"}), SCENE, RunRelations(gone=True))
    assert "no longer has this run" in plain(lines[0])
    assert "lr" in text(lines)


def test_a_note_is_prose_and_controls_in_it_are_shown() -> None:
    whole = text(run_detail(run(tags={"mlflow.note.content": "# Why\nnot \x1b[2J"}), SCENE, RunRelations()))
    assert "# Why\nnot ␛[2J" in whole
    assert "mlflow.note.content" not in whole


def test_more_metrics_of_a_model_than_are_shown_are_marked_in_ascii_too() -> None:
    model = LoggedModel("m-1", "best", "ready", "", None, "", 1, {f"m{at}": 1.0 for at in range(9)})
    lines = run_detail(run(), replace(SCENE, symbols=ASCII), RunRelations(models=[model]))
    assert any(plain(each).endswith("  ...") for each in lines)


def test_the_end_is_said_beside_how_long_it_took() -> None:
    start = 1_772_628_000_000

    def took(end: int | None) -> list[str]:
        ended = replace(run(), start=start, end=end)
        lines = [plain(each) for each in run_detail(ended, SCENE, RunRelations())]
        return [each for each in lines if each.split()[:1] in (["took"], ["ended"])]

    end = start + 302_000
    assert took(end) == [f"took        5 min 2 s  ended {clock(end)}"]
    later = start + 3 * DAY
    assert took(later) == [f"took        3.0 d  ended {stamp(later)}"]
    assert took(start - 60_000) == [f"ended       {stamp(start - 60_000)}"]
    assert not took(None)


def test_child_runs_say_which_metric_they_show() -> None:
    child = replace(run(), name="child", metrics={"auc": 0.9})
    scene = replace(SCENE, primary=PrimaryMetric("auc", "max", True))
    lines = [plain(each) for each in run_detail(run(), scene, RunRelations(children=[child]))]
    assert "Child runs  auc?" in lines
    long = [replace(child, name="n" * 300), child]
    lines = [plain(each) for each in run_detail(run(), scene, RunRelations(children=long))]
    assert max(len(each) for each in lines if "0.9000" in each) < 44
    bare = run_detail(run(), scene, RunRelations(children=[replace(child, metrics={})]))
    assert "Child runs" in [plain(each) for each in bare]
