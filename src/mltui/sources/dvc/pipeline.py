"""The pipeline: remembered at once, true as soon as DVC has answered."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.config import Config
from mltui.errors import SourceError
from mltui.model.dvc import Pipeline
from mltui.model.part import Problem
from mltui.sources.dvc.history.brief import BriefSource, Progress, with_versions
from mltui.sources.dvc.memory import Memory, load, save
from mltui.sources.dvc.python import interpreter
from mltui.sources.dvc.running import running_paths, writers
from mltui.sources.dvc.settle import settle
from mltui.sources.dvc.stats import Signer, is_empty, moved, store_signatures
from mltui.sources.dvc.tree import Tree, find
from mltui.sources.git.refs import head_commit, refs_fingerprint
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Runner

if TYPE_CHECKING:
    from mltui.model.dvc_history import DvcHistory
    from mltui.sources.dvc.client import DvcChild
    from mltui.sources.dvc.hashing import Hashing

#: How long `load` waits for DVC (CONTRACT: up to 30 s).
WAIT_S = 30.0
#: What DVC could not answer (it died, or had no time) is asked again so often, though no file moves (seconds).
AGAIN_S = 20.0


class PipelineSource:
    """All DVC projects of one git root. One child serves them; `close` ends it.

    `brief` tells the history of datasets, `listed` DVC's files; None: a source of its own does.
    """

    name = "pipeline"

    def __init__(
        self,
        project: Project,
        config: Config,
        runner: Runner,
        brief: BriefSource | None = None,
        listed: Callable[[], Tree] | None = None,
    ) -> None:
        self._project, self._config, self._runner = project, config, runner
        self._lock = threading.RLock()
        self._memory: Memory | None = None
        self._child: DvcChild | None = None
        self._preparing: threading.Thread | None = None
        self._running: frozenset[str] = frozenset()  # as the last answer says it
        self._listed = listed or (lambda: find(project, runner))
        self._brief = brief or BriefSource(project, config.data_outs, self._whole_history)

    def remembered(self) -> Pipeline | None:
        """The last answer, None if there is none. `settled` only if a stat of every file it stood on still stands."""
        with self._lock:
            commit = head_commit(self._project)
            tree = self._listed()
            if not tree.files and not tree.roots:
                return Pipeline(commit=commit)
            memory = self._recall()
            if memory is None:
                return None
            settled = self._stands(memory, tree) and (self._project.git_dir is None or self._brief.stand())
            timelines = self._brief.remembered() if self._project.git_dir is not None else self._brief.load()
            return replace(with_versions(self._settled(memory, settled), timelines), commit=commit)

    def soon(self) -> Pipeline | None:
        """What runs and what ended, where that moved since the last answer, with the rest as it was remembered.

        Before DVC is asked: a stage that begins takes its outs away, and an answer to that takes seconds.
        """
        with self._lock:
            if (memory := self._recall()) is None:
                return None
            roots = [self._project.root / root.root for root in memory.roots if root.root != _ORPHANS]
            return self.remembered() if running_paths(roots) != self._running else None

    def load(self, wait: float = WAIT_S, *, now: bool = False) -> Pipeline:
        """The true pipeline: as remembered if that stands, else DVC is asked for what moved, at most `wait` seconds.
        `now`: somebody waits for it, else DVC gives way to whatever runs on the machine.

        What DVC can't answer is in the pipeline as unknown, with the reason.
        """
        with self._lock:
            commit = head_commit(self._project)
            tree = self._listed()
            if not tree.files and not tree.roots:
                return Pipeline(commit=commit)
            begun = running_paths([Path(root) for root in tree.roots])
            pipeline = self._asked(tree, wait, now=now)
            if begun - self._running:  # what ended since was looked at as it was half done
                pipeline = self._asked(tree, wait, now=now)
            return replace(self._dated(pipeline), commit=commit)

    def _asked(self, tree: Tree, wait: float, *, now: bool) -> Pipeline:
        """As remembered if that stands, else DVC is asked; then who is at work."""
        memory = self._recall()
        if memory is None or not self._stands(memory, tree):
            memory = self._memory = self._ask(tree, memory, wait, now=now)
            save(self._path, memory)
        return self._settled(memory, all(root.complete for root in memory.roots))

    def hashing(self) -> Hashing | None:
        """What it takes to hash the big data that was left unhashed; None if there is none."""
        from mltui.sources.dvc.hashing import Hashing

        with self._lock:
            self.load()
            memory = self._recall()
            python = interpreter(self._project, self._config, "dvc").path
        found = Hashing(self._project, self._config, self._runner, python, memory.roots if memory is not None else ())
        return found if found.paths else None

    def hashed(self, hashing: Hashing) -> Pipeline:
        """After `hashing` was run: the stages it was for are asked anew, and the answer is in the child's reach."""
        with self._lock:
            memory = self._recall()
            if memory is not None:
                roots = (replace(root, watched=hashing.moved(root.watched)) for root in memory.roots)
                self._memory = replace(memory, roots=tuple(roots))
            return self.load()

    def prepare(self) -> None:
        """Start the child in a thread: `ask_retrain` comes, and finds it with dvc imported."""
        with self._lock:
            child, _ = self._started()
            if not child.running:
                self._preparing = threading.Thread(target=child.begin, args=(WAIT_S,), daemon=True)
                self._preparing.start()

    def ask_retrain(self, root: str, timeout: float, **asked: Any) -> Any:
        """What a retrain in the DVC project at `root` (absolute) would do, as child/retrain.py answers. Raises
        `SourceError`."""
        with self._lock:
            child, _ = self._started()
            return child.ask("retrain", timeout, now=True, root=root, **asked)

    def ask_overrides(self, root: str, timeout: float, overrides: Sequence[str]) -> Any:
        """Whether the queue of the DVC project at `root` (absolute) would take these: {}, or ``refused`` as
        `ask_retrain` answers. Raises `SourceError`."""
        with self._lock:
            child, _ = self._started()
            return child.ask("overrides", timeout, now=True, root=root, overrides=list(overrides))

    def fingerprint(self) -> Hashable:
        """Every file that the last answer stood on, by stat; and what is being written. Without a whole answer it moves
        by itself."""
        with self._lock:
            tree, memory = self._listed(), self._recall()
            signer = Signer()
            if memory is None:
                return tree, tuple(signer.all(str(self._project.root / file) for file in tree.files).items())
            roots = [
                (
                    *signer.all(root.declared).items(),
                    *signer.all(root.watched).items(),
                    *store_signatures(root.stores, signer).items(),
                )
                for root in memory.roots
            ]
            running = running_paths([Path(root) for root in tree.roots])
            again = 0 if all(root.complete for root in memory.roots) else int(time.monotonic() // AGAIN_S)
            return tree, hash(tuple(roots)), running, refs_fingerprint(self._project), again

    def _dated(self, pipeline: Pipeline) -> Pipeline:
        """With the history of every dataset; git's failure to tell it is a problem, not the end of the pipeline."""
        try:
            return with_versions(pipeline, self._brief.load())
        except SourceError as error:
            problem = Problem("dvc", f"no history of the datasets: {error.summary}", error.hint)
            return replace(pipeline, problems=(*pipeline.problems, problem))

    def _whole_history(self, progress: Progress | None) -> DvcHistory:
        from mltui.sources.dvc.history.source import DvcHistorySource

        return DvcHistorySource(self._project, self._runner, self._config).load(progress)

    def witnesses(self) -> list[tuple[str, str]]:
        """What the last answer stood on: ("f", a file, or a directory with all below), ("d", a directory's own).

        Besides what git lists. As `_stands` looks at them.
        """
        with self._lock:
            roots = self._memory.roots if self._memory is not None else ()
            python = Path(interpreter(self._project, self._config, "dvc").path)
            packages = python.parent.parent.glob("lib/python*/*-packages")
            tops = [self._project.root / root.root for root in roots if root.root != _ORPHANS] or [self._project.root]
            files = [path for root in roots for path in (*root.declared, *root.watched)]
            files += [str(top / ".dvc" / "tmp" / "rwlock") for top in tops] + [str(python)]
            folders = [path for root in roots for path in root.store_signatures]
            folders += [str(top / ".dvc") for top in tops] + [str(path) for path in packages]
            return [*(("f", path) for path in files), *(("d", path) for path in folders)]

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.close()
            if self._preparing is not None:
                self._preparing.join()
                self._child.close()  # which it started meanwhile

    @property
    def _path(self) -> Path:
        project = self._project  # linked worktrees share a cache, and are not in the same state
        own = "" if project.git_dir == project.common_dir else f"-{hashlib.sha256(bytes(project.root)).hexdigest()[:8]}"
        return cache_dir(project) / f"pipeline{own}.json"

    def _recall(self) -> Memory | None:
        if self._memory is None:
            self._memory = load(self._path)
        return self._memory

    def _key(self) -> str:
        """What the answer depends on besides files."""
        python, config = interpreter(self._project, self._config, "dvc"), self._config
        limits = (config.hash_file_bytes, config.hash_dir_bytes, config.hash_dir_files)
        homes = [os.environ.get(name) for name in _HOMES]
        return json.dumps([str(self._project.root), python.path, python.dvc, limits, homes])

    def _stands(self, memory: Memory, tree: Tree) -> bool:
        top = str(self._project.root)
        if memory.key != self._key():
            return False
        known = {root.root: root for root in memory.roots}
        owned = {root: tree.of(root, top) for root in tree.roots}
        names = {root[len(top) + 1 :]: files for root, files in owned.items()}
        names[_ORPHANS] = _left_over(tree, owned)
        if set(known) != {name for name, files in names.items() if files or name != _ORPHANS}:
            return False
        signer = Signer()
        return all(
            root.files == names[name]
            and root.complete
            and not moved(root.declared, signer)
            and not moved(root.watched, signer)
            and store_signatures(root.stores, signer) == root.store_signatures
            for name, root in known.items()
        )

    def _started(self) -> tuple[DvcChild, str]:
        from mltui.sources.dvc.client import DvcChild

        python = interpreter(self._project, self._config, "dvc").path
        if self._child is None:
            site = cache_dir(self._project) / "dvc"
            self._child = DvcChild(python, self._project, site, self._config, self._runner)
        return self._child, python

    def _ask(self, tree: Tree, memory: Memory | None, wait: float, *, now: bool) -> Memory:
        from mltui.sources.dvc.reading import RootReader

        key, top = self._key(), str(self._project.root)
        child, python = self._started()
        reader = RootReader(self._project.root, child, python, self._runner, time.monotonic() + wait, now=now)
        known = {root.root: root for root in memory.roots} if memory is not None and memory.key == key else {}
        owned = {root: tree.of(root, top) for root in tree.roots}
        roots = [reader.read(root, files, known.get(root[len(top) + 1 :])) for root, files in owned.items()]
        if orphans := _left_over(tree, owned):
            roots.append(replace(reader.orphans(orphans), root=_ORPHANS))
        return Memory(key, tuple(roots))

    def _settled(self, memory: Memory, settled: bool) -> Pipeline:
        stores = [store for root in memory.roots for store in root.stores]
        roots = [self._project.root / root.root for root in memory.roots if root.root != _ORPHANS]
        running = writers(roots)
        self._running = frozenset(running)
        pipeline = settle(
            memory.roots,
            running=running,
            data_outs=self._config.data_outs,
            settled=settled,
            cache_empty=is_empty(stores),
        )
        return replace(pipeline, roots=tuple(root for root in pipeline.roots if root != _ORPHANS))


#: Variables that say where DVC's configuration of the user and of the machine lies.
_HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR")
#: The name under which DVC's files outside any DVC project are remembered.
_ORPHANS = "\0"


def _left_over(tree: Tree, owned: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    taken = {file for files in owned.values() for file in files}
    return tuple(file for file in tree.files if file not in taken and not file.endswith(".dvcignore"))
