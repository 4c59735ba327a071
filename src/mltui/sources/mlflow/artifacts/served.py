"""Artifacts that a tracking server lists and hands out.

The REST of MLflow: ``artifacts/list`` (``mlflow/protos/service.proto``), and for the contents
``mlflow-artifacts/artifacts/<path>`` (``mlflow/protos/mlflow_artifacts.proto``) where the server proxies them, else
``get-artifact``, which the server's own pages use.
"""

from __future__ import annotations

import threading
from urllib.parse import quote, urlsplit

from mltui.errors import Denied, Unreadable
from mltui.model.artifacts import Artifact, ArtifactListing, Excerpt
from mltui.sources.mlflow.artifacts.local import MOST
from mltui.sources.mlflow.server import translate
from mltui.sources.mlflow.server.rest import Rest

#: A server fetches a whole file from where it lies before it sends the first byte: none larger is asked for.
LARGEST = 64 << 20

#: Pages of a listing that are asked for; a page has 1,000 entries.
PAGES = 3


class ServedArtifacts:
    """The artifacts of one run, asked of its server through `rest`. Every method raises `SourceError`."""

    def __init__(self, rest: Rest, run_id: str, uri: str) -> None:
        self._rest = rest
        self._run_id = run_id
        self._uri = uri
        self._one = threading.Lock()

    def entries(self, path: str = "") -> ArtifactListing:
        """The directory `path` ("" is the top)."""
        query = {"run_id": self._run_id, "run_uuid": self._run_id}
        if path:
            query["path"] = path
        found: list[Artifact] = []
        token = ""
        for _ in range(PAGES):
            with self._one:
                answer = self._rest.get("artifacts/list", {**query, "page_token": token} if token else query)
            found += [_artifact(item) for item in translate.objects(answer.get("files"))]
            token = translate.text(answer.get("next_page_token"))
            if not token or len(found) >= MOST:
                break
        entries = sorted((one for one in found if one.path), key=lambda one: (one.kind != "directory", one.path))
        return ArtifactListing(tuple(entries[:MOST]), bool(token) or len(entries) > MOST)

    def read(self, path: str, limit: int, size: int | None = None) -> Excerpt:
        """The first `limit` bytes of a file, whose whole `size` the listing told."""
        if size is not None and size > LARGEST:
            raise Denied(
                f"{path} is too large to ask a server for its beginning",
                "the server would fetch all of it; o copies its address",
            )
        if ".." in path.split("/"):
            raise Unreadable(f"{path} is no name of an artifact")
        with self._one:
            data, cut = self._rest.content(*self._address(path), limit)
        return Excerpt(data, size if size is not None or cut else len(data), cut)

    def _address(self, path: str) -> tuple[str, dict[str, str]]:
        if self._uri.startswith("mlflow-artifacts:"):
            whole = f"{urlsplit(self._uri).path.strip('/')}/{path}"
            return f"api/2.0/mlflow-artifacts/artifacts/{quote(whole)}", {}
        return "get-artifact", {"path": path, "run_uuid": self._run_id}


def _artifact(item: translate.JSON) -> Artifact:
    directory = bool(item.get("is_dir"))
    return Artifact(
        translate.text(item.get("path")).strip("/"),
        "directory" if directory else "file",
        None if directory else translate.integer(item.get("file_size")),
    )
