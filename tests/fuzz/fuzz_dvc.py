"""DVC's files: dvc.lock, dvc.yaml, .dvc, params, metrics, lists of directories, rwlock, queue, configuration."""

from __future__ import annotations

import base64
import io
import json
import os
from contextlib import suppress
from hashlib import md5
from pathlib import Path

from tests.fuzz.harness import at, place, reader

from mltui.model.stage_facts import outs_of
from mltui.sources.dvc import experiment_queue, experiment_values, metrics, queue_tasks, readable, remote, without_dvc
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.cached import Cache, hashes_of
from mltui.sources.dvc.declared import declared, declared_or_nothing
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.wdirs import wdirs
from mltui.sources.dvc.history.worktree import read_worktree
from mltui.sources.dvc.manifest import read_manifest
from mltui.sources.dvc.recorded import locked, locked_stage, stage_file
from mltui.sources.dvc.running import running_paths, writers
from mltui.sources.dvc.values import as_text, leaves
from mltui.sources.gto.artifacts import artifacts_in
from mltui.sources.reproducing import param_text
from mltui.sources.trend.contents import declared_in, kept_numbers

LOCK = """\
schema: '2.0'
stages:
  split:
    cmd: python src/split.py
    deps:
    - path: data/raw.csv
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 104222
    params:
      params.yaml:
        split.seed: 7
        split.share: 0.2
    outs:
    - path: data/parts
      hash: md5
      md5: 00a00000000000000000000000000000.dir
      size: 104231
      nfiles: 2
  train@small:
    cmd:
    - python train.py
    - echo "a: b"
    outs:
    - path: model.pkl
      md5: d41d8cd98f00b204e9800998ecf8427e
      size: 0
      isexec: true
    - path: s3://bucket/x
      cloud:
        store:
          etag: abc
          version_id: x
"""
PIPELINE = """\
vars: [params.yaml, {a: 1}]
stages:
  split:
    cmd: python src/split.py ${split.seed}
    wdir: sub
    deps: [data/raw.csv]
    params: [split, other.toml: [a.b, c]]
    outs:
    - data/parts: {cache: false, push: false}
    metrics: [m.json: {cache: false}]
    plots:
    - p.csv: {x: a, y: b}
  train:
    foreach: {small: {lr: 1}, big: {lr: 2}}
    do:
      cmd: &c python train.py ${item.lr}
      frozen: true
  all:
    matrix: {a: [1, 2], b: [x]}
    cmd: *c
    always_changed: true
metrics: [all.json]
params: [params.yaml]
plots: [{x.csv: {x: a}}]
artifacts:
  churn: {path: model.pkl, type: model, desc: it, labels: [a], meta: {b: [1]}}
"""
TRACKED = """\
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  size: 0
  hash: md5
  path: x.csv
  files:
  - {relpath: b/c, md5: 22a1a2931c8370d3aeedd7183606fd7f, size: 3, cloud: {store: {version_id: x}}}
deps:
- path: d
  repo: {url: https://user:pass@host/a/b.git, rev_lock: abc}
wdir: ..
frozen: true
desc: mine
meta: {a: 1}
"""
PARAMS = "train:\n  lr: 0.1\n  layers: [64, {size: 3}]\n  name: 'x'\nwhen: 2020-01-02\nflag: yes\nempty:\n"
METRICS = '{"auc": 0.91, "by": {"a": 1, "b": [1, 2], "c": true, "d": null, "e": "x"}, "nan": NaN}'
WANTED = {"train.lr": "0.2", "train.layers": "[1, 2]", "train.name": "it's", "flag": "false", "new.key": "1"}


@reader("dvc.lock", LOCK, LOCK.replace("\n", "\r\n"), "\n".join(r[2:] for r in LOCK.split("\n")[2:]), kind="yaml")
def lock(data: bytes) -> None:
    with suppress(ValueError):
        LockParser().stages(data)
    blobs = Blobs({}, [], {})
    blobs.add([("b", data)], {"b": "sub/dvc.lock"})
    stages = [locked_stage(entry, "sub") for entry in locked(at("lock/dvc.lock", data)).values()]
    for stage in stages:
        outs_of(stage.outs, stage.deps)
        list(leaves(stage.params))
    without_dvc.read(place(), str(place()), "lock/dvc.yaml", "unreadable", "why")


@reader("dvc.yaml", PIPELINE, kind="yaml")
def pipeline(data: bytes) -> None:
    said = declared_or_nothing(data)
    list(said.at("sub").every_metric)
    declared_in(said)
    with suppress(ValueError):
        wdirs(data)
    list(artifacts_in(data, "sub/dvc.yaml"))
    at("yaml/dvc.yaml", data)
    without_dvc.read(place(), str(place()), "yaml/dvc.yaml", "unreadable", "why")
    read_worktree(place(), ["yaml/dvc.yaml"], Blobs({}, [], {}))


@reader("dvc.yaml, said", PIPELINE, kind="yaml", refusals=(ValueError,))
def said(data: bytes) -> None:
    declared(data)


@reader(".dvc", TRACKED, "md5: a\ncmd: x\nouts:\n- path: m\n  metric: true\n", kind="yaml")
def tracked(data: bytes) -> None:
    at("dvc/x.csv.dvc", data)
    without_dvc.read(place(), str(place()), "dvc/x.csv.dvc", "unreadable", "why")
    read_worktree(place(), ["dvc/x.csv.dvc", "dvc/Dvcfile"], Blobs({}, [], {}))
    try:
        content = readable.parse(data)
    except ValueError:
        return
    stage_file(content, "sub")


def _params(name: str, data: bytes) -> None:
    values = param_text.values(name, data)
    [as_text(value) for value in values.values()]
    param_text.changed(name, data, WANTED)


@reader("params.yaml", PARAMS, "# text\n" + PARAMS.replace("\n", "\r\n"), kind="yaml", refusals=(ValueError,))
def params_yaml(data: bytes) -> None:
    _params("params.yaml", data)


@reader("params.json", METRICS, kind="json", refusals=(ValueError,))
def params_json(data: bytes) -> None:
    _params("params.json", data)


TOML = "a = 1\n[train]\nlr = 0.1 # x\nname = 'x'\nwhen = 2020-01-02T03:04:05Z\nlayers = [1, [2]]\n[[x]]\ny = {z = 1}\n"


@reader("params.toml", TOML, kind="toml", refusals=(ValueError,))
def params_toml(data: bytes) -> None:
    _params("params.toml", data)


class _One:
    """The blobs of a commit whose every file says the same."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, shas: object) -> list[tuple[str, bytes | None]]:
        return [(str(sha), self._content if sha == "fuzzed" else PIPELINE.encode()) for sha in shas]  # type: ignore[attr-defined]


def _of_tree(name: str, data: bytes) -> None:
    tree = {name: "fuzzed", "dvc.yaml": "fuzzed" if name == "dvc.yaml" else "as it was", "params.yaml": "fuzzed"}
    experiment_values.of_tree(tree, _One(data), lambda _: Cache(place()))


@reader("metrics.json", METRICS, kind="json")
def metrics_json(data: bytes) -> None:
    kept_numbers(metrics.read(at("m.json", data)))
    _of_tree("all.json", data)


@reader("metrics.yaml", PARAMS, "a: &a {x: 1}\nb: {<<: *a, y: .nan}\n", kind="yaml")
def metrics_yaml(data: bytes) -> None:
    kept_numbers(metrics.read(at("m.yaml", data)))
    _of_tree("params.yaml", data)
    _of_tree("dvc.yaml", data)
    _of_tree("dvc.lock", data)


@reader("metrics.toml", TOML, kind="toml")
def metrics_toml(data: bytes) -> None:
    kept_numbers(metrics.read(at("m.toml", data)))


LISTED = json.dumps([{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": name} for name in ("a", "b/é", 'c"')])


@reader("list of a directory", LISTED, "[]", kind="json")
def listed(data: bytes) -> None:
    for file in (data, b""):
        try:
            list(read_manifest(io.BytesIO(data), md5(file, usedforsecurity=False).hexdigest()))
        except Exception as error:
            if type(error).__module__ != "mltui.errors":
                raise
    hashes_of(data)


RWLOCK = json.dumps({"read": {}, "write": {"/p/model.pkl": {"pid": os.getpid(), "cmd": "dvc repro"}}})


@reader("rwlock", RWLOCK, kind="json")
def rwlock(data: bytes) -> None:
    at("rw/.dvc/tmp/rwlock", data)
    running_paths([place() / "rw"])
    writers([place() / "rw"])


REV = "a" * 40
ENTRY = {"stash_rev": REV, "name": "bold-owl", "baseline_rev": "b" * 40}
BODY = base64.b64encode(json.dumps([[], {"entry_dict": ENTRY}, {}]).encode()).decode()
MESSAGE = {"headers": {"task": experiment_queue.TASK, "id": "t1"}, "body": BODY, "status": "FAILURE", "pid": 1}


@reader(
    "DVC's queue",
    json.dumps(MESSAGE | {"date_done": "2024-01-01T00:00:00", "result_hash": None, "root_dir": "/x"}),
    json.dumps([[], {"entry_dict": ENTRY}, {}]),
    kind="json",
)
def queue(data: bytes) -> None:
    root = place() / "queue"
    exps = root / ".dvc/tmp/exps"
    inner = json.dumps(MESSAGE | {"body": base64.b64encode(data).decode()}).encode()
    for folder in ("in", "processed"):
        at(f"queue/.dvc/tmp/exps/celery/broker/{folder}/1.celery.msg", data)
        at(f"queue/.dvc/tmp/exps/celery/broker/{folder}/2.celery.msg", inner)
    at("queue/.dvc/tmp/exps/celery/result/celery-task-meta-t1", data)
    for end in ("run", "json"):
        at(f"queue/.dvc/tmp/exps/run/{REV}/{REV}.{end}", data)
    assert exps.is_dir()
    experiment_queue.read([root], lambda ran: {one.rev: () for one in ran})
    queue_tasks.tasks(root)


CONFIG = "[core]\n    remote = store\n['remote \"store\"']\n    url = s3://u:p@bucket/x\n[cache]\n    dir = ../c\n"


@reader("DVC's config", CONFIG, kind="toml")
def config(data: bytes) -> None:
    at("conf/.dvc/config", data)
    root: Path = place() / "conf"
    assert Cache(root).path
    assert not Cache(root).has("0" * 32)
    remote.configured(root)
    remote.redacted_in("x", root)
