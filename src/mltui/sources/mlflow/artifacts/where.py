"""Where the artifacts of a run are, from the ``artifact_uri`` that MLflow recorded.

Schemes are those of MLflow's artifact repositories (``mlflow/store/artifact/artifact_repository_registry.py``). A path
was written by the machine that trained: where the store was cloned, copied or comes from Windows, it names nothing
here, and the same run's directory is looked for beside the store.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mltui.model.artifacts import ArtifactRoot
from mltui.model.runs import LoggedModel, Run, Store
from mltui.sources.mlflow.addresses import address, redacted

#: What `mlflow server` keeps artifacts under if nobody says otherwise, and what a file store is called.
HOMES = ("mlartifacts", "mlruns", "")

#: A path ends in <experiment>/<run>/artifacts; so many of its last names are looked for under another home.
TAIL = 5

_DRIVE = re.compile(r"^/*[A-Za-z]:(?=[/\\]|$)")
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose artifacts: `what` it is in a word, its id, the recorded `uri`, and MLflow's directory for it.

    `tail` are the names from a home down to the artifacts; () where the experiment or the id is not known.
    """

    what: str
    identity: str
    uri: str
    tail: tuple[str, ...]

    @classmethod
    def of_run(cls, run: Run) -> Owner:
        known = bool(run.run_id and run.experiment_id)
        tail = (run.experiment_id, run.run_id, "artifacts") if known else ()
        return cls("run", run.run_id, run.artifact_uri, tail)

    @classmethod
    def of_model(cls, model: LoggedModel, experiment_id: str) -> Owner:
        """A logged model of MLflow 3, which lies beside the runs of its experiment."""
        known = bool(model.model_id and experiment_id)
        tail = (experiment_id, "models", model.model_id, "artifacts") if known else ()
        return cls("model", model.model_id, model.location, tail)


def locate(owner: Owner, store: Store, root: Path) -> ArtifactRoot:
    """Where the artifacts of `owner` in `store` are; `root` is the project's. Looks at directories, asks no server."""
    uri = owner.uri.strip()
    shown = redacted(uri)
    if not uri:
        return _none(owner, store, root)
    scheme = _scheme(uri)
    if scheme == "mlflow-artifacts":
        return _proxied(owner, store, root, uri, shown)
    if scheme not in ("", "file"):
        return _remote(store, shown, f"artifacts are in {shown}; mltui does not open these")
    path = _path(uri)
    for base in _bases(store, root):
        if path is not None and (base / path).is_dir():
            if owner.identity not in normpath(path).split("/"):  # MLflow's own name it: this is somebody's /home/ada
                why = f"{shown} does not name the {owner.what}, as directories of artifacts do: it is not opened"
                return ArtifactRoot(shown, "elsewhere", "", why)
            return ArtifactRoot(shown, "local", str(base / path))
        if path is not None and path.is_absolute():
            break
    if (found := _beside(_names(uri), owner, store, root)) is not None:
        return ArtifactRoot(
            shown, "local", str(found), f"recorded as {shown}, which is not here: read beside the store"
        )
    if (own := _own(owner, store, root)) is not None:
        return ArtifactRoot(
            shown, "local", str(own / "artifacts"), f"recorded as {shown}; the {owner.what} has no files here"
        )
    if path is not None and path.is_absolute() and _homed(path, owner):
        return ArtifactRoot(shown, "local", str(path))  # MLflow makes the directory when the first file is logged
    why = "the recorded directory is not on this machine" if path is None or path.is_absolute() else "no such directory"
    return _remote(store, shown, f"{why}: {shown}")


def _none(owner: Owner, store: Store, root: Path) -> ArtifactRoot:
    found = _beside((), owner, store, root)
    if found is not None:
        return ArtifactRoot(
            "", "local", str(found), f"the {owner.what} records no artifact location: read beside the store"
        )
    return ArtifactRoot("", "none", "", f"the {owner.what} records no artifact location")


def _proxied(owner: Owner, store: Store, root: Path, uri: str, shown: str) -> ArtifactRoot:
    """``mlflow-artifacts:/1/<run>/artifacts``, or with the host that serves them."""
    parts = urlsplit(uri)
    if store.kind == "rest":
        base = urlsplit(store.uri)
        if parts.hostname and (parts.hostname, parts.port or base.port) != (base.hostname, base.port):
            return ArtifactRoot(shown, "elsewhere", "", f"another server has them, which nobody named: {shown}")
        return ArtifactRoot(shown, "server", store.uri)
    names = tuple(unquote(parts.path).strip("/").split("/"))
    if (found := _beside(names, owner, store, root)) is not None:
        return ArtifactRoot(
            shown, "local", str(found), f"a server recorded {shown}: read where it keeps them by default"
        )
    return ArtifactRoot(shown, "elsewhere", "", f"a tracking server has them: {shown}; open the server with --store")


def _remote(store: Store, shown: str, note: str) -> ArtifactRoot:
    """What this machine can't open: the tracking server lists it, as it does for its own pages."""
    if store.kind == "rest":
        return ArtifactRoot(shown, "server", store.uri, "")
    return ArtifactRoot(shown, "elsewhere", "", note)


def _beside(names: tuple[str, ...], owner: Owner, store: Store, root: Path) -> Path | None:
    """The directory of the same owner under a home of this project or beside the store."""
    if store.kind == "rest":
        return None
    tails = [names[-count:] for count in range(min(TAIL, len(names)), 1, -1)]
    if owner.tail:
        tails.append(owner.tail)
    for base in _bases(store, root):
        for tail in tails:
            # without the owner's id in it, a tail may be any directory that happens to be called so
            if owner.identity not in tail or ".." in tail:
                continue
            for home in HOMES:
                path = base.joinpath(home, *tail)
                if path.is_dir():
                    return path
    return None


def _own(owner: Owner, store: Store, root: Path) -> Path | None:
    """The owner's directory in a file store: a clone has it without artifacts where git was not given any."""
    where = address(store.uri, root).path if store.kind == "file" else None
    if where is None or not owner.tail:
        return None
    own = where.joinpath(*owner.tail[:-1])
    return own if own.is_dir() else None


def _homed(path: Path, owner: Owner) -> bool:
    """Whether `path` names the owner, as MLflow's own do, under a home that is there."""
    names = len(owner.tail)
    return bool(names) and owner.identity in path.parts[names:] and path.parents[names - 1].is_dir()


def _bases(store: Store, root: Path) -> Iterator[Path]:
    """Directories that a relative path may be meant from: the store's own, the project's."""
    where = address(store.uri, root).path if store.kind in ("sqlite", "file") else None
    if where is not None:
        yield where if store.kind == "file" else where.parent
        if store.kind == "file":
            yield where.parent
    yield root


def _scheme(uri: str) -> str:
    """ "" for a path, Windows' too."""
    found = _SCHEME.match(uri)
    return "" if found is None or _DRIVE.match(uri) else found.group(1).lower()


def _path(uri: str) -> Path | None:
    """The path that a URI names on this kind of machine; None if it is one of Windows, or of another host."""
    if _scheme(uri) == "file":
        parts = urlsplit(uri)
        if parts.netloc not in ("", "localhost"):
            return None
        uri = unquote(parts.path)
    if _DRIVE.match(uri) or uri.startswith("\\\\") or "\0" in uri:
        return None
    return Path(uri)


def _names(uri: str) -> tuple[str, ...]:
    """The names that a path of any machine is made of, the last one last."""
    path = unquote(urlsplit(uri).path) if _scheme(uri) == "file" else uri
    return tuple(name for name in re.split(r"[/\\]+", path) if name not in ("", ".") and "\0" not in name)
