"""What a file store holds of logged models, read when somebody asks for it."""

from __future__ import annotations

import os
from pathlib import Path

from filestore import RUN, Mirrored, experiment, run, write

from mltui.model.runs import LoggedModel


def a_model(model_id: str = "m-1") -> LoggedModel:
    return LoggedModel(model_id, "net", "ready", "", 1, "")


def test_metrics_params_and_tags(tmp_path: Path) -> None:
    where = experiment(tmp_path / "mlruns")
    run(where)
    model = where / "models" / "m-1"
    write(model / "meta.yaml", f"model_id: m-1\nname: net\nsource_run_id: {RUN}\nstatus: 2\n")
    write(model / "metrics" / "val" / "auc", f"5 0.5 1 {RUN}\n6 0.75 3 {RUN} wine d1\n9 0.25 2 {RUN}")
    write(model / "metrics" / "up", f"1 inf 0 {RUN}\n")
    write(model / "metrics" / "broken", f"\n1 x 0 {RUN}\n1\n")
    write(model / "params" / "depth", "3")
    write(model / "tags" / "team", "red")
    os.mkfifo(model / "metrics" / "fifo")
    mirrored = Mirrored(tmp_path / "mlruns", tmp_path / "mirror.db").refresh()
    (found,) = mirrored.mirror.logged(RUN, (a_model(),))
    assert (found.metrics, found.step) == ({"up": float("inf"), "val/auc": 0.75}, 3)
    assert (found.params, found.tags) == ({"depth": "3"}, {"team": "red"})
    assert mirrored.mirror.logged("0" * 32, (a_model(),)) == (a_model(),), "no such run"
    assert mirrored.mirror.logged(RUN, (a_model("../x"),)) == (a_model("../x"),), "no such model"
