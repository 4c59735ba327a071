"""DVC's files at the commits of DVC experiments, which are on no branch and so not in the history."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping

from mltui.model.dvc import DvcExperiment
from mltui.model.dvc_history import DvcFiles, LockEntry, StageKey
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.history.rows import lock_entry, stage_row
from mltui.sources.dvc.history.wdirs import wdir_of, wdirs
from mltui.sources.dvc.readable import joined
from mltui.sources.lineage.metrics_files import ReadSpecs


def experiment_files(
    experiments: Iterable[DvcExperiment], at: Callable[[str], DvcFiles | None], read: ReadSpecs
) -> dict[str, DvcFiles]:
    """By commit of those that finished. Their locks lie where the commit they started from has its dvc.yaml."""
    wanted: dict[str, tuple[str, str]] = {}
    for each in experiments:
        base = at(each.baseline) if each.status == "FINISHED" else None
        for path in base.declared if base else ():
            lock = path.removesuffix("yaml") + "lock"
            wanted |= {f"{each.commit}:{one}": (each.commit, one) for one in (path, lock)}
    contents = {spec: content for spec, content in read(sorted(wanted)) if content is not None} if wanted else {}
    by_commit: dict[str, dict[str, bytes]] = {}
    for spec, content in contents.items():
        commit, path = wanted[spec]
        by_commit.setdefault(commit, {})[path] = content
    parser = LockParser()
    return {commit: DvcFiles({}, _locked(files, parser)) for commit, files in by_commit.items()}


def _locked(files: Mapping[str, bytes], parser: LockParser) -> dict[StageKey, LockEntry]:
    found: dict[StageKey, LockEntry] = {}
    for path, content in files.items():
        if not path.endswith("dvc.lock"):
            continue
        folder = posixpath.dirname(path)
        try:
            stages = parser.stages(content)
            said = wdirs(files.get(path.removesuffix("lock") + "yaml", b""))
            for name, raw in stages.items():
                key, wdir = StageKey(folder, name), wdir_of(said, name)
                found[key] = lock_entry(key, stage_row(raw), joined(folder, wdir) if wdir else folder)
        except ValueError:
            continue
    return found
