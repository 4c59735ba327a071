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
from mltui.model.key_names import key_of
from mltui.sources.mlflow.artifacts.local import MOST
from mltui.sources.mlflow.server import translate
from mltui.sources.mlflow.server.rest import Rest

#: A server fetches a whole file from where it lies before it sends the first byte: none larger is asked for.
LARGEST = 64 << 20

#: Pages of a listing that are asked for; a page has 1,000 entries.
PAGES = 3


class ServedArtifacts:
    """The artifacts of one run, asked of its server through `rest`. Every method raises `SourceError`."""

    def __init__(self, rest: Rest, owner_id: str, uri: str) -> None:
        self._rest = rest
        self._owner_id = owner_id
        self._uri = uri
        self._one = threading.Lock()

    def entries(self, path: str = "") -> ArtifactListing:
        """The directory `path` ("" is the top)."""
        endpoint, query = self._listing(path)
        found: list[Artifact] = []
        token = ""
        for _ in range(PAGES):
            with self._one:
                answer = self._rest.get(endpoint, {**query, "page_token": token} if token else query)
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
                f"the server would fetch all of it; {key_of('outside')} copies its address",
            )
        if ".." in path.split("/"):
            raise Unreadable(f"{path} is no name of an artifact")
        with self._one:
            data, cut = self._rest.content(*self._address(path), limit)
        return Excerpt(data, size if size is not None or cut else len(data), cut)

    def _listing(self, path: str) -> tuple[str, dict[str, str]]:
        """What lists a directory, and its query."""
        return "artifacts/list", {
            "run_id": self._owner_id,
            "run_uuid": self._owner_id,
            **({"path": path} if path else {}),
        }

    def _address(self, path: str) -> tuple[str, dict[str, str]]:
        if self._uri.startswith("mlflow-artifacts:"):
            whole = f"{urlsplit(self._uri).path.strip('/')}/{path}"
            return f"api/2.0/mlflow-artifacts/artifacts/{quote(whole)}", {}
        return self._own_pages(path)

    def _own_pages(self, path: str) -> tuple[str, dict[str, str]]:
        """What the server's own pages ask for a file's contents."""
        return "get-artifact", {"path": path, "run_uuid": self._owner_id}


class ServedModel(ServedArtifacts):
    """The files of one logged model of MLflow 3 (``logged-models/<id>/artifacts``, ``mlflow/server/handlers.py``)."""

    def _listing(self, path: str) -> tuple[str, dict[str, str]]:
        endpoint = f"logged-models/{quote(self._owner_id, safe='')}/artifacts/directories"
        return endpoint, {"artifact_directory_path": path} if path else {}

    def _own_pages(self, path: str) -> tuple[str, dict[str, str]]:
        place = f"ajax-api/2.0/mlflow/logged-models/{quote(self._owner_id, safe='')}/artifacts/files"
        return place, {"artifact_file_path": path}


def _artifact(item: translate.JSON) -> Artifact:
    directory = bool(item.get("is_dir"))
    return Artifact(
        translate.text(item.get("path")).strip("/"),
        "directory" if directory else "file",
        None if directory else translate.integer(item.get("file_size")),
    )
