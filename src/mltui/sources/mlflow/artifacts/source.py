"""The artifacts of one run, wherever they are, behind one shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mltui.config import Config
from mltui.errors import NotFound
from mltui.model.artifacts import ArtifactListing, ArtifactRoot, ArtifactTotal, Excerpt
from mltui.model.runs import Run, Store
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.artifacts.where import locate
from mltui.sources.places import Project

if TYPE_CHECKING:
    from mltui.sources.mlflow.artifacts.served import ServedArtifacts
    from mltui.sources.mlflow.server.rest import Rest

#: Bytes of a file that a preview is made of.
PREVIEW_BYTES = 256_000


class Tree(Protocol):
    """A directory of artifacts, however it is reached."""

    def entries(self, path: str = "") -> ArtifactListing: ...

    def read(self, path: str, limit: int, size: int | None = None) -> Excerpt: ...


class Artifacts:
    """The artifacts of one run. Every method may be called from any thread and raises `SourceError`."""

    def __init__(self, root: ArtifactRoot, tree: Tree | None) -> None:
        self.root = root
        self._tree = tree

    def entries(self, path: str = "") -> ArtifactListing:
        """The directory `path`, "/" between names; "" is the top. Empty where the run has logged nothing."""
        try:
            return self._there().entries(path)
        except NotFound:
            if path:
                raise
            return ArtifactListing(())

    def read(self, path: str, size: int | None = None, limit: int = PREVIEW_BYTES) -> Excerpt:
        """The first `limit` bytes of a file; `size` as its entry says."""
        return self._there().read(path, limit, size)

    def total(self) -> ArtifactTotal | None:
        """Files and bytes of all of it; None where only a server could count them."""
        return self._tree.total() if isinstance(self._tree, LocalArtifacts) else None

    def address(self, path: str) -> str:
        """What `path` is called outside mltui: its path on this machine, else its URI."""
        if isinstance(self._tree, LocalArtifacts):
            return str(self._tree.local(path))
        return f"{self.root.uri.rstrip('/')}/{path}" if path else self.root.uri

    @property
    def local(self) -> bool:
        """Whether they lie on this machine."""
        return isinstance(self._tree, LocalArtifacts)

    def _there(self) -> Tree:
        if self._tree is None:
            raise NotFound(self.root.note)
        return self._tree


class ArtifactsSource:
    """Finds the artifacts of runs of one project. Only the server that was named as the store is asked."""

    def __init__(self, project: Project, config: Config) -> None:
        self._project = project
        self._config = config
        self._rest: dict[str, Rest] = {}

    def of(self, run: Run, store: Store) -> Artifacts:
        """The artifacts of a run of `store`. Looks at directories; asks no server yet."""
        root = locate(run, store, self._project.root)
        if root.kind == "local":
            return Artifacts(root, LocalArtifacts(root.place))
        if root.kind == "server":
            return Artifacts(root, self._served(run, store, root))
        return Artifacts(root, None)

    def close(self) -> None:
        """Let go of connections."""
        for rest in self._rest.values():
            rest.close()

    def _served(self, run: Run, store: Store, root: ArtifactRoot) -> ServedArtifacts:
        from mltui.sources.mlflow.artifacts.served import ServedArtifacts
        from mltui.sources.mlflow.opening import address_of, named
        from mltui.sources.mlflow.server.login import login
        from mltui.sources.mlflow.server.rest import Rest
        from mltui.sources.mlflow.whose import environment

        if store.uri not in self._rest:
            where = address_of(store, self._project, self._config)
            variables = environment(self._project, self._config, named(store, self._project, self._config))
            self._rest[store.uri] = Rest(login(where.full, variables))
        return ServedArtifacts(self._rest[store.uri], run.run_id, root.uri)
