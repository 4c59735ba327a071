"""What a server that was read once is asked later: as little as tells the truth, and all of it when that is due."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from misbehaving import RUN, Handler, Misbehaving, Reply, rows, said
from mltui.model.runs import Store
from mltui.sources.mlflow import mirrored
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.server import runs
from mltui.sources.mlflow.server.mirror import ServerMirror
from mltui.sources.port import now_ms


def a_run(run_id: str, start: int, status: str = "FINISHED", experiment_id: str = "1") -> dict[str, Any]:
    info = {"run_uuid": run_id, "experiment_id": experiment_id, "status": status, "start_time": str(start)}
    return {"info": info, "data": {}}


def test_a_tick_asks_for_new_and_running_runs_only(server: Misbehaving, mirror: ServerMirror) -> None:
    old, running, gone, new = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)
    first = [a_run(old, 5), a_run(gone, 3, "RUNNING"), a_run(running, 2, "RUNNING")]
    server.replies["runs/search"] = said({"runs": first})
    mirror.refresh()
    swept = mirror.read_at()
    before = mirror.fingerprint()
    server.asked.clear()

    def get(handler: Handler) -> None:
        missing = said({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404)
        (missing if gone in handler.path else said({"run": a_run(running, 2, "FAILED")}))(handler)

    server.replies["runs/get"] = get
    pages: list[dict[str, Any]] = [
        *({"runs": [a_run(new, 9)], "next_page_token": "more"}, {"runs": [a_run(old, 5)], "next_page_token": "on"}, {})
    ]

    def next_page(handler: Handler) -> None:
        said(pages.pop(0))(handler)

    server.replies["runs/search"] = next_page
    mirror.tick()
    assert pages == []  # the second page held a known run: no third was asked for; the last is of those that run
    assert sorted(rows(mirror, "select run_uuid, status from runs")) == [
        (old, "FINISHED"),
        (running, "FAILED"),
        (new, "FINISHED"),
    ]
    assert [path.split("/mlflow/")[1].split("?")[0] for path, _ in server.asked] == [
        *("experiments/search", "runs/search", "runs/search", "runs/search", "runs/get", "runs/get")
    ]
    assert mirror.fingerprint() != before
    assert (mirror.read_at() or 0) >= (swept or 0) > 0


def test_a_tick_is_cut_to_the_scope_and_to_experiments_that_came_since(
    server: Misbehaving, mirror: ServerMirror
) -> None:
    def listed(*ids: str) -> Reply:
        return said({"experiments": [{"experiment_id": one, "name": one} for one in ids]})

    bodies: list[Any] = []

    def search(handler: Handler) -> None:
        if "filter" not in (body := json.loads(handler.body)):
            bodies.append(body)
        said({"runs": []})(handler)

    server.replies["experiments/search"] = listed("1", "2", "3")
    mirror.refresh()
    server.replies["experiments/search"] = listed("1", "2", "3", "4")
    server.replies["runs/search"] = search
    mirror.tick(["2"])
    mirror.tick(["2"])
    assert [body["experiment_ids"] for body in bodies] == [["2", "4"], ["2", "4"]]
    assert rows(mirror, "select run_uuid from runs") == [(RUN,)]


def test_ticks_follow_a_sweep_until_it_is_forgotten(
    server: Misbehaving, mirror: ServerMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[str] = []
    monkeypatch.setattr(ServerMirror, "refresh", lambda self, progress=None: kinds.append("sweep"))
    monkeypatch.setattr(
        ServerMirror, "tick", lambda self, ids, others, shown: kinds.append(f"tick {ids} {others} {shown}")
    )
    reader = MirrorReader(Store(server.uri, "rest", "flag"), mirror)
    reader.refresh()
    quiet = reader.turn()
    reader.refresh()
    assert kinds == ["sweep"]
    assert reader.turn() == quiet
    monkeypatch.setattr(mirrored, "SERVER_SECONDS", 0.0)
    monkeypatch.setattr(mirrored, "SERVER_SHARE", 0.0)
    reader.forget()
    reader.refresh()
    reader.cut(["1"], others=True)
    reader.on_screen(["a"])
    assert reader.turn() != quiet
    reader.refresh()
    reader.forget()
    reader.refresh()
    assert kinds == ["sweep", "sweep", "tick ['1'] True ('a',)", "sweep"]
    monkeypatch.setattr(mirrored, "SWEEP_SECONDS", 0.0)
    reader.forget()
    reader.refresh()
    reader.refresh()
    assert kinds[4:] == ["sweep", "sweep"]


def test_runs_are_asked_for_at_once_whenever_the_next_tick_would_be(
    server: Misbehaving, mirror: ServerMirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[str] = []
    monkeypatch.setattr(ServerMirror, "refresh", lambda self, progress=None: kinds.append("sweep"))
    monkeypatch.setattr(
        ServerMirror, "tick", lambda self, ids, others, shown: kinds.append(f"tick {ids} {others} {shown}")
    )
    reader = MirrorReader(Store(server.uri, "rest", "flag"), mirror)
    reader.refresh()
    reader.cut(["1"])
    reader.on_screen(["on screen"])
    reader.ask_for(["a", "b"])
    assert kinds == ["sweep", "tick ['1'] False ('a', 'b')"]


def asked(server: Misbehaving) -> list[str]:
    """The endpoints asked since the last time."""
    found = [path.split("/mlflow/")[1].split("?")[0] for path, _ in server.asked]
    server.asked.clear()
    return found


class Searched:
    """``runs/search`` over these runs, as a server does it: experiments, order, a page size and tokens."""

    def __init__(self, *runs: dict[str, Any]) -> None:
        self.runs = list(runs)
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, handler: Handler) -> None:
        body = json.loads(handler.body)
        self.bodies.append(body)
        inside = [run for run in self.runs if run["info"]["experiment_id"] in body["experiment_ids"]]
        if "filter" in body:
            assert body["filter"] == "attributes.status = 'RUNNING'"
            inside = [run for run in inside if run["info"]["status"] == "RUNNING"]
        inside.sort(key=lambda run: -int(run["info"]["start_time"]))
        start = int(body.get("page_token") or 0)
        end = start + body["max_results"]
        more = {"next_page_token": str(end)} if end < len(inside) else {}
        said({"runs": inside[start:end], **more})(handler)


def listed(*ids: str, **lifecycles: str) -> Reply:
    return said(
        {
            "experiments": [
                {"experiment_id": e, "name": e, "lifecycle_stage": lifecycles.get(f"e{e}", "active")} for e in ids
            ]
        }
    )


@pytest.fixture
def search(server: Misbehaving) -> Searched:
    """Two experiments with five runs each, numbered by their starts."""
    search = Searched(*(a_run(f"{e}{n:031x}", n, experiment_id=e) for e in ("1", "2") for n in range(1, 6)))
    server.replies |= {"runs/search": search, "experiments/search": listed("1", "2")}
    return search


def known(mirror: ServerMirror) -> list[str]:
    """Experiment and start of each run in the mirror."""
    return [f"{e}/{n}" for e, n in rows(mirror, "select experiment_id, start_time from runs order by 1, 2")]


def test_what_is_gone_from_among_the_newest_is_forgotten(
    mirror: ServerMirror, search: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "NEWEST", 2)
    mirror.refresh()
    search.runs = [
        run for run in search.runs if run["info"]["run_uuid"][0] == "2" or run["info"]["start_time"] not in "25"
    ]
    mirror.tick(["1"])
    assert known(mirror) == ["1/1", "1/2", "1/3", "1/4", "2/1", "2/2", "2/3", "2/4", "2/5"]
    mirror.refresh()
    assert known(mirror) == ["1/1", "1/3", "1/4", "2/1", "2/2", "2/3", "2/4", "2/5"]


def test_with_an_experiment_its_runs_are_deleted_and_go(
    server: Misbehaving, mirror: ServerMirror, search: Searched
) -> None:
    mirror.refresh()
    for run in search.runs[:5]:
        run["info"]["lifecycle_stage"] = "deleted"
    server.replies["experiments/search"] = listed("1", "2", e1="deleted")
    mirror.tick(["2"])
    assert rows(mirror, "select distinct experiment_id, lifecycle_stage from runs order by 1") == [
        ("1", "deleted"),
        ("2", "active"),
    ]
    server.replies["experiments/search"] = listed("2")
    mirror.tick(["2"])
    assert known(mirror) == ["2/1", "2/2", "2/3", "2/4", "2/5"]


def test_of_many_running_runs_the_server_is_asked_which_still_run(
    server: Misbehaving, mirror: ServerMirror, search: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs left running by a crash are no reason for a request each."""
    for run in search.runs[:5]:
        run["info"]["status"] = "RUNNING"
    mirror.refresh()
    search.runs[0]["info"]["status"] = "FAILED"
    server.replies["runs/get"] = said({"run": search.runs[0]})
    monkeypatch.setattr(runs, "NEWEST", 1)
    server.asked.clear()
    mirror.tick(["2"])
    assert asked(server) == ["experiments/search", "runs/search", "runs/search"], "none of them is in scope"
    mirror.tick(["1"])
    assert asked(server) == ["experiments/search", "runs/search", "runs/search", "runs/get"]
    assert rows(mirror, "select start_time, status from runs where experiment_id = '1' and status <> 'RUNNING'") == [
        (1, "FAILED")
    ]


def test_a_server_that_knows_no_filter_is_asked_one_by_one(
    server: Misbehaving, mirror: ServerMirror, search: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run in search.runs[:5]:
        run["info"]["status"] = "RUNNING"
    mirror.refresh()
    monkeypatch.setattr(runs, "NEWEST", 1)

    def refusing(handler: Handler) -> None:
        if "filter" in json.loads(handler.body):
            said({"error_code": "INVALID_PARAMETER_VALUE"}, 400)(handler)
        else:
            search(handler)

    def get(handler: Handler) -> None:
        (run,) = (one for one in search.runs if one["info"]["run_uuid"] in handler.path)
        said({"run": run})(handler)

    server.replies |= {"runs/search": refusing, "runs/get": get}
    server.asked.clear()
    mirror.tick(["1"])
    assert asked(server) == ["experiments/search", "runs/search", "runs/search", *["runs/get"] * 4]


def test_an_old_run_that_was_resumed_runs(
    mirror: ServerMirror, search: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``mlflow.start_run(run_id=…)`` on one that is far below the newest page."""
    monkeypatch.setattr(runs, "NEWEST", 1)
    mirror.refresh()
    search.runs[0]["info"]["status"] = "RUNNING"
    mirror.tick(["2"])
    assert rows(mirror, "select run_uuid from runs where status = 'RUNNING'") == [], "it is not in scope"
    mirror.tick(["1"])
    assert rows(mirror, "select experiment_id, start_time from runs where status = 'RUNNING'") == [("1", 1)]


def test_a_new_run_outside_the_scope_is_seen_where_it_may_widen_it(mirror: ServerMirror, search: Searched) -> None:
    mirror.refresh()
    search.runs.append(a_run("e" * 32, 9, experiment_id="2"))
    mirror.tick(["1"])
    assert "2/9" not in known(mirror)
    mirror.tick(["1"], others=True)
    assert "2/9" in known(mirror)


@pytest.mark.parametrize(
    ("wanted", "limit", "deleted", "renewed"),
    [
        (None, None, False, ["1/1", "1/2", "1/3", "1/4", "1/5", "2/1", "2/2", "2/3", "2/4", "2/5"]),
        (["1"], None, False, ["1/1", "1/2", "1/3", "1/4", "1/5"]),
        (["1"], 2, False, ["1/2", "1/3", "1/4", "1/5"]),  # pages of two, and 1/4 is a deleted one
        (["1"], 2, True, ["1/4", "1/5"]),
        (["1"], 0, False, []),
        (["3"], 2, False, []),
    ],
)
def test_what_is_asked_for_is_read_anew(
    mirror: ServerMirror,
    search: Searched,
    monkeypatch: pytest.MonkeyPatch,
    wanted: list[str] | None,
    limit: int | None,
    deleted: bool,
    renewed: list[str],
) -> None:
    monkeypatch.setattr(runs, "NEWEST", 2)
    search.runs[3]["info"]["lifecycle_stage"] = "deleted"
    mirror.refresh()
    for run in search.runs:
        run["data"] = {"params": [{"key": "edited", "value": "yes"}]}
    mirror.reread(wanted, limit, deleted=deleted)
    select = (
        "select experiment_id, start_time from runs join params using (run_uuid) where key = 'edited' order by 1, 2"
    )
    assert [f"{e}/{n}" for e, n in rows(mirror, select)] == renewed
    assert len(known(mirror)) == 10


def sweep(mirror: ServerMirror, ago: float, took: float) -> None:
    """As if the last sweep had begun `ago` seconds ago and taken `took` seconds."""
    connection = sqlite3.connect(mirror.database)
    said = json.dumps([now_ms() - int(1000 * ago), int(1000 * took)])
    connection.execute("update mltui_notes set value = ? where name = 'swept'", (said,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("ago", "took", "kind"),
    [
        (5, 0.1, "sweep"),  # reading all costs no more than asking what is new
        (5, 2, "tick"),
        (150, 2, "tick"),
        (250, 2, "sweep"),  # a hundred times what it took
        (250, 20, "tick"),
        (3500, 600, "tick"),
        (3700, 600, "sweep"),  # an hour
        (-60, 600, "sweep"),  # the clock was set back
    ],
)
def test_a_new_process_takes_a_young_sweep_over(
    server: Misbehaving, mirror: ServerMirror, search: Searched, ago: float, took: float, kind: str
) -> None:
    mirror.refresh()
    sweep(mirror, ago, took)
    server.asked.clear()
    again = ServerMirror(server.uri, mirror.database, {}, timeout=60.0)
    reader = MirrorReader(Store(server.uri, "rest", "flag"), again)
    reader.cut(["2"])
    search.bodies.clear()
    reader.refresh()
    assert [body["experiment_ids"] for body in search.bodies] == ([["2"]] * 2 if kind == "tick" else [["1", "2"]])
    reader.close()


def test_what_another_process_read_moves_the_fingerprint(
    server: Misbehaving, mirror: ServerMirror, search: Searched
) -> None:
    """The other one asks first; this one then finds in the mirror what the server says."""
    mirror.refresh()
    other = ServerMirror(server.uri, mirror.database, {}, timeout=60.0)

    def seen() -> bool:
        """Whether this one sees what that one read, and after that nothing new."""
        before = mirror.fingerprint()
        other.tick()
        mirror.tick()
        moved = mirror.fingerprint() != before
        assert mirror.fingerprint() == other.fingerprint()
        before = mirror.fingerprint()
        other.tick()
        assert mirror.fingerprint() == before
        return moved

    search.runs.append(a_run("f" * 32, 9))
    assert seen()
    search.runs.pop()
    assert seen()
    search.runs[4]["info"]["status"] = "FAILED"
    assert seen()
    server.replies["experiments/search"] = listed("1", "2", "3")
    assert seen()
    other.close()


def test_another_registry_makes_another_mirror(server: Misbehaving, mirror: ServerMirror, tmp_path: Path) -> None:
    mirror.refresh()
    assert mirror.swept() is not None
    other = ServerMirror(server.uri, mirror.database, {"MLFLOW_REGISTRY_URI": "sqlite:///models.db"})
    assert other.swept() is None


def test_a_run_read_earlier_says_when(server: Misbehaving, mirror: ServerMirror, search: Searched) -> None:
    mirror.refresh()
    connection = sqlite3.connect(mirror.database)
    connection.execute("update mltui_seen set read_at = 1000")
    connection.commit()
    connection.close()
    reader = MirrorReader(Store(server.uri, "rest", "flag"), mirror)
    mirror.reread(["1"])
    first, last = (search.runs[n]["info"]["run_uuid"] for n in (0, -1))
    times = reader.read_times([first, last, "none"])
    assert times[last] == 1000
    assert times[first] > 1000
    assert set(times) == {first, last}
    reader.reread()
    assert min(reader.read_times([first, last]).values()) > 1000
    reader.close()


def test_what_is_on_screen_is_asked_for_again(
    server: Misbehaving, mirror: ServerMirror, search: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old run that was edited, and one that is gone for good; the others wait for the next sweep."""
    monkeypatch.setattr(runs, "NEWEST", 1)
    mirror.refresh()
    edited, gone, unseen = (search.runs[n]["info"]["run_uuid"] for n in (0, 1, 2))
    search.runs[0]["data"] = search.runs[2]["data"] = {"params": [{"key": "edited", "value": "yes"}]}
    del search.runs[1]
    bodies: list[dict[str, Any]] = []

    def by_id(handler: Handler) -> None:
        body = json.loads(handler.body)
        if "run_id" not in body.get("filter", ""):
            search(handler)
            return
        bodies.append(body)
        named = [run for run in search.runs if f"'{run['info']['run_uuid']}'" in body["filter"]]
        said({"runs": named})(handler)

    server.replies["runs/search"] = by_id
    mirror.tick(["1"], shown=[edited, gone, "none of its runs", "' or 1"])
    assert [body["filter"] for body in bodies] == [f"attributes.run_id IN ('{edited}','{gone}')"]
    found = [run for (run,) in rows(mirror, "select run_uuid from params where key = 'edited'")]
    assert found == [edited]
    held = [run for (run,) in rows(mirror, "select run_uuid from runs")]
    assert gone not in held
    assert unseen in held
