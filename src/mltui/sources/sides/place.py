"""What the files of a commit or of the worktree say: stages, data, params, requirements, code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import md5
from pathlib import Path

from mltui.model.side import Required
from mltui.sources.places import Project
from mltui.sources.runner import Runner
from mltui.sources.sides.dvc_says import DvcSays, dvc_says
from mltui.sources.sides.files import Files, of_commit, of_worktree
from mltui.sources.sides.requirements import is_requirements, required


@dataclass(frozen=True, slots=True)
class Place:
    """What files say at one commit or in the worktree."""

    files: Files
    declared: DvcSays
    required: Mapping[str, Required]
    faults: tuple[str, ...]
    absent: tuple[str, ...]
    git_has: frozenset[str]

    @property
    def told_elsewhere(self) -> frozenset[str]:
        """Files that other sections than code tell of: DVC's own, params, what stages make, requirements."""
        own = {path for path in self.declared.read if path.rpartition("/")[2] != "dvc.yaml"}
        made = (path for path in self.files.ids if self.declared.maker(path) is not None)
        return frozenset({*own, *made, *self.required})

    @property
    def code(self) -> dict[str, str]:
        """The MD5 of what stages depend on and git has."""
        said = self.declared
        deps = {
            path for paths in said.deps.values() for path in paths if path in self.git_has and path not in said.outs
        }
        contents = self.files.read(deps)
        return {path: md5(content, usedforsecurity=False).hexdigest() for path, content in contents.items()}

    def unread(self, label: str) -> tuple[str, ...]:
        """What could not be read, as sentences; `label` is what the place is called."""
        faults = [f"what {path} says at {label}: it can't be read" for path in (*self.declared.faults, *self.faults)]
        absent = dict.fromkeys((*self.declared.absent, *self.absent))
        return (*faults, *(f"what {path} says at {label}: its content is not in this clone" for path in absent))


def read_place(project: Project, runner: Runner, sha: str | None) -> Place:
    """The files of a commit, or of the worktree (None). Raises `SourceError` if git can't list them."""
    files = of_commit(project, runner, sha) if sha else of_worktree(project, runner)
    said, git_has = dvc_says(files), frozenset(files.ids if project.git_dir is not None else ())
    if sha is None:
        files = _with_outs(files, said, project.root)
    wanted: dict[str, Required] = {}
    faults = []
    models = {path.rpartition("/")[0] for path in files.named("MLmodel")}  # what a model asks for is its own
    asking = [path for path in files.ids if is_requirements(path) and path.rpartition("/")[0] not in models]
    contents = files.read(asking)
    absent = tuple(path for path in asking if path not in contents)
    for path, content in contents.items():
        try:
            wanted[path] = required(path, content)
        except ValueError:
            faults.append(path)
    return Place(files, said, wanted, tuple(faults), absent, git_has)


def _with_outs(files: Files, said: DvcSays, root: Path) -> Files:
    """With those outs that git ignores and that lie in the worktree: metrics may be among them."""
    more = {path: path for path in said.outs if path not in files.ids and (root / path).is_file()}
    return replace(files, ids={**files.ids, **more})
