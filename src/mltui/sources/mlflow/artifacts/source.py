"""The artifacts of one run, wherever they are, behind one shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mltui.config import Config
from mltui.errors import Denied, NotFound
from mltui.model.artifacts import ArtifactListing, ArtifactRoot, ArtifactTotal, Excerpt
from mltui.model.runs import LoggedModel, Run, Store
from mltui.sources.mlflow.artifacts.local import LocalArtifacts
from mltui.sources.mlflow.artifacts.models import ModelFiles, Tree, folders
from mltui.sources.mlflow.artifacts.where import Owner, locate
from mltui.sources.places import Project

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.mlflow.server.rest import Rest

#: Bytes of a file that a preview is made of.
PREVIEW_BYTES = 256_000


class Artifacts:
    """The artifacts of one run, the files of its logged models among them as folders.

    Every method may be called from any thread and raises `SourceError`. `models` is asked when the top is listed.
    """

    def __init__(
        self, root: ArtifactRoot, tree: Tree | None, models: Callable[[], Sequence[ModelFiles]] | None = None
    ) -> None:
        self.root = root
        self._tree = tree
        self._models = models
        self._known: dict[str, ModelFiles] = {}

    def entries(self, path: str = "") -> ArtifactListing:
        """The directory `path`, "/" between names; "" is the top. Empty where the run has logged nothing."""
        model, inner = self._within(path)
        if model is not None:
            return model.entries(inner)
        if path:
            return self._there().entries(path)
        if self._models is not None:
            self._known = {one.model.model_id: one for one in self._models()}
        try:
            own = self._there().entries()
        except NotFound:
            own = ArtifactListing(())
        return replace(own, entries=(*folders(tuple(self._known.values())), *own.entries))

    def read(self, path: str, size: int | None = None, limit: int = PREVIEW_BYTES) -> Excerpt:
        """The first `limit` bytes of a file; `size` as its entry says."""
        model, inner = self._within(path)
        if model is not None and model.tree is not None:
            return model.tree.read(inner, limit, size)
        return self._there().read(path, limit, size)

    def pieces(self, path: str, size: int | None = None) -> Iterator[bytes]:
        """A file whole, in pieces of at most `PREVIEW_BYTES`; of a server in one, if not too large."""
        model, inner = self._within(path)
        tree = model.tree if model is not None else self._there()
        if isinstance(tree, LocalArtifacts):
            yield from tree.pieces(inner, PREVIEW_BYTES)
            return
        from mltui.sources.mlflow.artifacts.served import LARGEST

        found = None if size is not None and size > LARGEST else self.read(path, size, LARGEST)
        if found is None or found.cut:
            raise Denied(f"{path} is too large to be asked of a server", f"its address: {self.address(path)}")
        yield found.data

    def total(self) -> ArtifactTotal | None:
        """Files and bytes of all that was listed at the top; None where only a server could count them."""
        trees = [("", self._tree), *((id, one.tree) for id, one in self._known.items())]
        counted = [(top, each.total()) for top, each in trees if isinstance(each, LocalArtifacts)]
        if len(counted) < len([each for _, each in trees if each is not None]) or not counted:
            return None
        sizes: dict[str, int] = {}
        for top, one in counted:
            sizes |= {f"{top}/{path}" if top else path: size for path, size in one.directories.items()}
            sizes |= {top: one.size} if top else {}
        totals = [one for _, one in counted]
        cut = any(one.cut for one in totals)
        return ArtifactTotal(sum(one.files for one in totals), sum(one.size for one in totals), cut, sizes)

    def address(self, path: str) -> str:
        """What `path` is called outside mltui: its path on this machine, else its URI."""
        model, inner = self._within(path)
        tree, root = (model.tree, model.root) if model is not None else (self._tree, self.root)
        if isinstance(tree, LocalArtifacts):
            return str(tree.local(inner))
        return f"{root.uri.rstrip('/')}/{inner}" if inner else root.uri

    def local(self, path: str = "") -> bool:
        """Whether `path` lies on this machine."""
        model, _ = self._within(path)
        return isinstance(model.tree if model is not None else self._tree, LocalArtifacts)

    def root_of(self, path: str) -> ArtifactRoot:
        """Where `path` is kept: the run's own place, or that of the logged model it belongs to."""
        model, _ = self._within(path)
        return model.root if model is not None else self.root

    def model_of(self, path: str) -> LoggedModel | None:
        """The logged model whose folder `path` is; None for any other."""
        model, inner = self._within(path)
        return model.model if model is not None and not inner else None

    def _within(self, path: str) -> tuple[ModelFiles | None, str]:
        """The logged model that `path` leads into, and the path within it; (None, `path`) for the run's own."""
        first, _, rest = path.partition("/")
        model = self._known.get(first)
        return (model, rest) if model is not None else (None, path)

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

    def of(self, run: Run, store: Store, reader: StoreReader | None = None) -> Artifacts:
        """The artifacts of a run of `store`. Looks at directories; asks no server yet.

        With `reader` the models that the run logged are among them; a server is asked for these itself.
        """
        owner = Owner.of_run(run)
        root = locate(owner, store, self._project.root)
        models = None if reader is None else partial(self._models, run, store, reader)
        return Artifacts(root, self._tree(owner, store, root), models)

    def logged_models(self, run: Run, store: Store, reader: StoreReader) -> tuple[LoggedModel, ...]:
        """The models that the run logged; a server is asked, one request, for its mirror keeps few of them."""
        if store.kind != "rest":
            return reader.logged_models(run.run_id)
        from mltui.sources.mlflow.server import asking

        return asking.logged_models(self._door(store), run.run_id, run.experiment_id)

    def _models(self, run: Run, store: Store, reader: StoreReader) -> list[ModelFiles]:
        found = []
        for model in self.logged_models(run, store, reader):
            owner = Owner.of_model(model, run.experiment_id)
            root = locate(owner, store, self._project.root)
            found.append(ModelFiles(model, root, self._tree(owner, store, root)))
        return found

    def _tree(self, owner: Owner, store: Store, root: ArtifactRoot) -> Tree | None:
        if root.kind == "local":
            return LocalArtifacts(root.place)
        if root.kind != "server":
            return None
        from mltui.sources.mlflow.artifacts.served import ServedArtifacts, ServedModel

        kind = ServedModel if owner.what == "model" else ServedArtifacts
        return kind(self._door(store), owner.identity, root.uri)

    def close(self) -> None:
        """Let go of connections."""
        for rest in self._rest.values():
            rest.close()

    def _door(self, store: Store) -> Rest:
        from mltui.sources.mlflow.opening import address_of, named
        from mltui.sources.mlflow.server.login import login
        from mltui.sources.mlflow.server.rest import Rest
        from mltui.sources.mlflow.whose import environment

        if store.uri not in self._rest:
            where = address_of(store, self._project, self._config)
            variables = environment(self._project, self._config, named(store, self._project, self._config))
            self._rest[store.uri] = Rest(login(where.full, variables))
        return self._rest[store.uri]
