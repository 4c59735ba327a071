"""What a run's artifacts are: a tree of files that lies somewhere, and the beginning of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ArtifactKind = Literal["file", "directory", "link", "other"]
RootKind = Literal["local", "server", "elsewhere", "none"]


@dataclass(frozen=True, slots=True)
class ArtifactRoot:
    """Where a run's artifacts are.

    `uri` is what MLflow recorded, without secrets; `place` the directory that is read ("local") or the server that is
    asked ("server"). `note` says why that is another place than the recorded one, or why nothing can be opened.
    """

    uri: str
    kind: RootKind
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or directory of a run. `path` is relative to the run's artifacts, with "/"; names are outside data.

    A "link" leads out of the run's directory or to nothing and is not followed, `note` says where to; "other" is a
    FIFO, a socket or a device, and never opened. `size` is in bytes, None where nobody said. `called` is what it is
    shown as, if that is not the end of its path: the folder of a logged model has the model's id for a path.
    """

    path: str
    kind: ArtifactKind
    size: int | None = None
    note: str = ""
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class ArtifactListing:
    """The entries of one directory: directories first, then by name. `cut`: there are more than were listed."""

    entries: tuple[Artifact, ...]
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ArtifactTotal:
    """Files and bytes of a directory and all below it. `cut`: at least so much, the rest is not counted.

    `directories`: the bytes of each directory below it, by its path.
    """

    files: int
    size: int
    cut: bool = False
    directories: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first bytes of a file. `size` is that of the whole file (None: unknown), `cut` whether `data` is not all."""

    data: bytes
    size: int | None
    cut: bool
