"""Another clone of the project, on another box or here: where remote jobs run, beside its own worktree."""

from __future__ import annotations

import io
import json
import os
import shlex
import tarfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mltui.actions.executors import sending
from mltui.actions.executors.box import Box, box_of
from mltui.actions.executors.port import LogPiece, Place
from mltui.actions.executors.record import document, piece_of
from mltui.actions.jobs.shipped import FAR_FILES, FAR_LEFT, RUNNER_FILES
from mltui.errors import ConfigError, NotFound, Refused, SourceError, Unreadable
from mltui.model.job import Job, JobMode, JobSpec
from mltui.model.job_record import job_of, spec_document
from mltui.model.sizes import size
from mltui.sources.places import Project

#: What a job says of its worktree as long as that is there.
KEPT = "its worktree is kept: "
#: Worktrees may be large: looking at how large they are, and taking them away (s).
LOOK = 600.0
#: What a script there ends with whose job has no directory.
GONE = 44
#: Variables that say something of this box only.
OURS = ("PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "HOME", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone at `path` on `box`. `program` is the interpreter of the jobs: the one with the project's dvc."""

    project: Project
    box: Box
    path: str
    program: str
    options: Mapping[str, Any]
    _found: list[tuple[str, str, str]] = field(default_factory=list, compare=False)

    def where(self) -> tuple[str, str, str]:
        """The top of its worktree, git's common directory, and the interpreter, as that box names them.

        Raises `NotFound` if there is no clone."""
        if not self._found:
            script = f"cd -- {_at_home(self.path)} && git rev-parse --show-toplevel --git-common-dir && pwd -P"
            script += f" && printf '%s\\n' {_at_home(self.program)}"
            done = self.box.shell(script)
            lines = os.fsdecode(done.stdout).splitlines()
            if done.code != 0 or len(lines) != 4:
                raise NotFound(
                    f"{self.box.name}:{self.path} is no clone of the project",
                    f"git clone it there: ssh {shlex.quote(self.box.host)}" if self.box.host else "git clone it there",
                )
            top, common, here, python = lines
            self._found.append((top, os.path.normpath(Path(here, common)), python))
        return self._found[0]

    def directory(self, id: str) -> str:
        """The directory of a job there."""
        return f"{self.where()[1]}/mltui/jobs/{id}"

    def refusal(self, spec: JobSpec) -> str | None:
        """Why such a job can't be sent there. Raises a `SourceError` if that can't be found out."""
        if not spec.argv:
            return "there is no command to run"
        if reason := sending.refusal(self.project, self.box.runner, spec, self.options):
            return reason
        common = self.where()[1]
        if not self.box.host and self.project.common_dir is not None and Path(common).samefile(self.project.common_dir):
            return f"{self.path} is this repository itself: path names another clone"
        return None

    def send(self, spec: JobSpec, mode: JobMode = "remote") -> str:
        """Push the commit, write the job's files and make its worktree there; returns the job's directory. Jobs of the
        mode *remote* wait for each other there, as those *in place* do."""
        if reason := self.refusal(spec):
            raise Refused(reason)
        sent = sending.commit_to_send(self.project, self.box.runner, spec, self.options)
        top, common, _ = self.where()
        sending.push(self.project, self.box, sent, common, spec.id)
        folder = self.directory(spec.id)
        files = {
            "spec.json": json.dumps(spec_document(self._spec_there(spec, folder, mode))).encode(),
            "far.json": json.dumps(self._order(spec, sent, top)).encode(),
        }
        files.update({path.name: path.read_bytes() for path in (*RUNNER_FILES, *FAR_FILES)})
        place = shlex.quote(folder)
        prepare = shlex.join([self.python, f"{folder}/far.py", "prepare", folder])
        script = f"mkdir -p -m 700 -- {place} && tar -xf - -C {place} && {prepare}"
        self.box.checked(script, "writing the job", stdin=_packed(files), timeout=sending.PUSH)
        return folder

    def discard(self, id: str) -> None:
        """Take away what `send` made for a job that was not started."""
        folder, top = shlex.quote(self.directory(id)), shlex.quote(self.where()[0])
        script = f"cd -- {top} && git worktree remove --force {folder}/worktree; rm -rf {folder}"
        self.box.shell(f"{script}; git update-ref -d {shlex.quote(sending.private_ref(id))}")

    def status(self, job: Job) -> Job:
        """The job as its files there tell of it, with its result; without them it is *lost*."""
        folder = shlex.quote(self.directory(job.id))
        said = f"{self.runner('status', job.id)}; echo; cat {folder}/result.json 2>/dev/null"
        script = f"[ -d {folder} ] || exit {GONE}; {said}"
        done = self.box.shell(script)
        if done.code == GONE:
            note = f"its directory on {self.box.name} is gone"
            return replace(job, state="lost", notes=tuple(dict.fromkeys((*job.notes, note))))
        lines = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("{")]
        documents = [document(line) for line in lines]
        if not documents:
            raise Unreadable(f"{self.box.name} says nothing of job {job.id}: {done.stderr.strip()[-200:]}")
        state, result = documents[0], documents[1] if len(documents) > 1 else {}
        now = job_of(job.spec, state, job.directory, job.handle)
        if not now.ended:
            return now
        if not result:  # killed before it could tell what it leaves
            return self.with_kept(now, job.notes)
        notes = tuple(str(note) for note in result.get("notes", ()))
        experiment, commit = result.get("experiment") or None, result.get("commit") or None
        return replace(now, experiment=experiment, commit_made=commit, notes=(*now.notes, *notes))

    def bring(self, job: Job) -> Job:
        """The result of a job that has ended, fetched as an experiment of this repository. Raises a `SourceError` if
        the box can't be reached."""
        if job.experiment is None or job.commit_made is None:
            return job
        order = self.box.checked(f"cat {shlex.quote(self.directory(job.id))}/far.json", "reading the job")
        baseline = str(document(order.stdout.decode()).get("baseline", ""))
        if baseline:
            ref = sending.experiment_ref(baseline, job.experiment)
            sending.fetch(self.project, self.box, self.where()[1], ref)
        return job

    def log(self, job: Job, offset: int, limit: int) -> LogPiece:
        """A piece of the log there; where that was taken away, of what was brought home of it before."""
        path = f"{shlex.quote(self.directory(job.id))}/log"
        script = (
            f"[ -e {path} ] || {{ echo 0; exit 0; }}; wc -c < {path}; tail -c +{offset + 1} {path} | head -c {limit}"
        )
        size, _, data = self.box.checked(script, "reading the log").stdout.partition(b"\n")
        whole = int(size.strip() or b"0")
        return LogPiece(data, offset, whole) if whole else piece_of(Path(job.log), offset, limit)

    def runner(self, verb: str, id: str, *args: str) -> str:
        """Shell text that asks the job's runner there."""
        folder = self.directory(id)
        return shlex.join([self.python, f"{folder}/runner.py", verb, folder, *args])

    def list(self) -> tuple[str, ...]:
        """The directories of its jobs that have not ended."""
        script = shlex.join([self.python, "-", "list", f"{self.where()[1]}/mltui/jobs"])
        done = self.box.checked(script, "listing jobs", stdin=FAR_LEFT.read_bytes())
        return tuple(os.fsdecode(done.stdout).splitlines())

    def left(self, ids: Sequence[str]) -> tuple[dict[str, Any], ...]:
        """What is left there of each of these jobs (`far_left.left`); nothing of those of which nothing is."""
        top, common, python = self.where()
        script = shlex.join([python, "-", "left", top, f"{common}/mltui/jobs", *ids])
        done = self.box.checked(script, "looking at what is left of jobs", stdin=FAR_LEFT.read_bytes(), timeout=LOOK)
        found = json.loads(done.stdout or b"[]")
        return tuple(each for each in found if isinstance(each, dict))

    def with_kept(self, job: Job, told: Sequence[str] = ()) -> Job:
        """An ended job that did not say what it leaves, with that: as was `told`, else looked at."""
        found = [note for note in (*job.notes, *told) if note.startswith(KEPT)]
        with suppress(SourceError):
            for each in self.left([job.id]) if not found else ():
                if each["worktree"]:
                    away = f"mltui clean {job.id} takes it away"
                    found.append(f"{KEPT}{each['worktree']} ({size(int(each['size']))}); {away}")
        return replace(job, notes=tuple(dict.fromkeys((*job.notes, *found))))

    @property
    def python(self) -> str:
        return self.where()[2]

    def _spec_there(self, spec: JobSpec, folder: str, mode: JobMode) -> JobSpec:
        """The spec as that box gets it: what runs is far.py, which runs the command."""
        env = dict(spec.env)
        if self.box.host:
            env = {key: value for key, value in env.items() if key not in OURS}
            uri, root, top = env.get("MLFLOW_TRACKING_URI"), str(self.project.root), self.where()[0]
            if uri and root in uri:
                env["MLFLOW_TRACKING_URI"] = uri.replace(root, top)
            elif uri and not uri.startswith(("http:", "https:", "postgresql", "mysql", "databricks")):
                del env["MLFLOW_TRACKING_URI"]  # a path of this box
        argv = (self.python, f"{folder}/far.py", "run", folder)
        cwd = os.path.normpath(f"{folder}/worktree/{_below(spec.cwd, self.project.root)}")
        return replace(spec, argv=argv, cwd=cwd, env=env, mode=mode)

    def _order(self, spec: JobSpec, sent: sending.Sent, top: str) -> dict[str, Any]:
        return {
            "id": spec.id,
            "clone": top,
            "commit": sent.commit,
            "baseline": sent.baseline,
            "below": _below(spec.cwd, self.project.root),
            "argv": list(spec.argv),
            "overrides": list(spec.overrides),
            "force": spec.force,
            "links": list(spec.links),
            "name": spec.experiment or f"mltui-{spec.id}",
            "author": sending.author(self.project, self.box.runner),
            "push": self.options.get("push", True) is not False,
        }


def clone_of(place: Place) -> Clone:
    """The clone that an executor's table names with `host`, `user`, `path`, `python`. Raises `ConfigError`."""
    box = box_of(place.runner, place.project.root, place.options)
    path, python = place.options.get("path"), place.options.get("python", "python3")
    if not isinstance(path, str) or not path.startswith(("/", "~/")) or "\n" in path:
        raise ConfigError(
            f"executor {place.name} needs path, an existing clone of the project on {box.name}: an absolute path or ~/…"
        )
    if not isinstance(python, str) or not python or "\n" in python:
        raise ConfigError(f"python of executor {place.name} must be a program, and is {python!r}")
    return Clone(place.project, box, path.rstrip("/") or "/", python, place.options)


def _at_home(path: str) -> str:
    """`path` for the shell there, whose home `~/` is."""
    return f'"$HOME"/{shlex.quote(path[2:])}' if path.startswith("~/") else shlex.quote(path)


def _below(cwd: str, root: Path) -> str:
    """Where in the project the command runs."""
    relative = os.path.relpath(cwd, root)
    if relative.startswith(".."):
        raise Refused(f"{cwd} is outside {root}: it has no counterpart in another clone")
    return relative


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A tar of these files, for whoever runs it only."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()
