"""DVC experiments, read from ``refs/exps`` and the files of their commits. ``dvc exp list`` would take a lock."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from mltui.model.dvc import DvcExperiment
from mltui.sources.dvc import readable
from mltui.sources.dvc.metrics import numbers, parse
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Runner

FORMAT = 2
_FIELDS = "%(refname)%00%(objectname)%00%(authorname)%00%(committerdate:unix)"
#: refs/exps/<2>/<38>/<name>: the hex digits are the baseline's. Other refs/exps are DVC's queue and its internals.
_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38}|[0-9a-f]{62})/(.+)", re.DOTALL)
#: A file larger than this holds no metrics or params worth a column.
_LARGEST_BYTES = 1 << 20
_METRICS = re.compile(r"(?:^|/)(?:dvclive/)?(?:metrics|summary|scores?|results)[^/]*\.(?:json|ya?ml)$")


class ExperimentsSource:
    """All experiments of the repository, newest first. What a commit holds is read once and remembered."""

    name = "experiments"

    def __init__(self, project: Project, runner: Runner) -> None:
        self._project, self._runner = project, runner

    def fingerprint(self) -> Hashable:
        return refs_fingerprint(self._project, "exps")

    def load(self) -> tuple[DvcExperiment, ...]:
        """Raises `SourceError` if git can't tell."""
        if self._project.git_dir is None:
            return ()
        raw = git(self._project, self._runner, "for-each-ref", f"--format={_FIELDS}", "refs/exps")
        lines = [line.split("\0") for line in raw.decode(errors="replace").split("\n") if line.count("\0") == 3]
        wanted = [(match, fields) for fields in lines if (match := _REF.fullmatch(fields[0]))]
        values = self._values({fields[1] for _, fields in wanted})
        found = [
            DvcExperiment(
                name=match[3],
                commit=commit,
                baseline=match[1] + match[2],
                author=author,
                time=int(time or 0) * 1000,
                metrics=values[commit]["metrics"],
                params=values[commit]["params"],
            )
            for match, (_, commit, author, time) in wanted
        ]
        return tuple(sorted(found, key=lambda one: (-one.time, one.name)))

    def _values(self, commits: set[str]) -> Mapping[str, Any]:
        path = cache_dir(self._project) / "experiments.json"
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            known = document["commits"] if document["format"] == FORMAT else {}
        except (OSError, ValueError, KeyError, TypeError):
            known = {}
        new = sorted(commits - known.keys())
        if new:
            with BlobReader(self._project, self._runner) as reader:
                read = {commit: self._read(commit, reader) for commit in new}
            passing = {commit: values for commit, (values, whole) in read.items() if not whole}
            known.update((commit, values) for commit, (values, whole) in read.items() if whole)
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            try:
                temporary.write_text(json.dumps({"format": FORMAT, "commits": known}), encoding="utf-8")
                temporary.replace(path)
            except OSError:
                temporary.unlink(missing_ok=True)
            return {**known, **passing}
        return known

    def _read(self, commit: str, reader: BlobReader) -> tuple[dict[str, Any], bool]:
        """Metrics and params in the files of one commit; what is not in git (cached metrics) is not there.

        And whether all of those files were: a partial clone may get them later.
        """
        listing = git(self._project, self._runner, "ls-tree", "-r", "-z", "--full-tree", commit)
        tree = {}
        for line in listing.split(b"\0"):
            head, _, name = line.partition(b"\t")
            if name and head.split(b" ")[1] == b"blob":
                tree[os.fsdecode(name)] = head.split(b" ")[2].decode()
        missing: set[str] = set()
        declaring = [path for path in tree if path.rpartition("/")[2] in ("dvc.yaml", "dvc.lock")]
        contents = _parsed(declaring, tree, reader, missing)
        metrics = _parsed([path for path in _metrics_files(contents, tree) if path in tree], tree, reader, missing)
        params = dict(_params(contents))
        if not params:
            content = _parsed(["params.yaml"], tree, reader, missing).get("params.yaml")
            params = {key: str(value) for key, value in _leaves(content)}
        numbered: dict[str, float] = {}
        for content in metrics.values():
            numbered.update(numbers(content))
        return {"metrics": numbered, "params": params}, not missing


def _parsed(paths: list[str], tree: Mapping[str, str], reader: BlobReader, missing: set[str]) -> dict[str, Any]:
    """{path: content} of the files that are there and can be parsed; those not here are added to `missing`."""
    wanted = [path for path in paths if path in tree]
    found: dict[str, Any] = {}
    blobs = dict(reader.read(list(dict.fromkeys(tree[path] for path in wanted))))
    for path in wanted:
        content = blobs.get(tree[path])
        if content is None:
            missing.add(path)
        if content is None or len(content) > _LARGEST_BYTES:
            continue
        try:
            found[path] = parse("lock.yaml" if path.endswith(".lock") else path, content)
        except ValueError:
            continue
    return found


def _metrics_files(contents: Mapping[str, Any], tree: Mapping[str, str]) -> list[str]:
    """Paths that dvc.yaml calls metrics; where it is templated or says nothing, those that look like it."""
    found: list[str] = []
    for path, content in contents.items():
        folder = path.rpartition("/")[0]
        if path.endswith("dvc.yaml") and isinstance(content, Mapping):
            found += [entry.path for entry in readable.entries(content.get("metrics"), folder)]
            stages = content.get("stages")
            for stage in stages.values() if isinstance(stages, Mapping) else ():
                if isinstance(stage, Mapping):
                    place = f"{folder}/{stage['wdir']}" if stage.get("wdir") else folder
                    found += [entry.path for entry in readable.entries(stage.get("metrics"), place.strip("/"))]
    there = [path for path in dict.fromkeys(found) if path in tree]
    return there or [path for path in tree if _METRICS.search(path)]


def _params(contents: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Dotted params by what dvc.lock recorded, as text."""
    for path, content in contents.items():
        if path.endswith("dvc.lock"):
            for stage in readable.lock_stages(content).values():
                params = stage.get("params")
                for values in params.values() if isinstance(params, Mapping) else ():
                    yield from ((key, _text(value)) for key, value in _leaves(values))


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
