"""The Databricks child: one standard-library file that the project's own interpreter runs, speaking JSON lines.

Run as ``python child.py URI``. A request is ``{"method", "endpoint", "said"}``: a question below ``/api/2.0/mlflow``
with its query or body. An answer is ``{"status", "headers", "body"}`` as it came over HTTP, or ``{"error": {"kind",
"text"}}`` (kinds: `absent`, no mlflow here; `login`, nobody to log in as; `failed`). It ends when its stdin closes.

mlflow finds the credentials and makes the request, and does not try again: mltui counts the pauses. The registry, which
lies in the workspace or in Unity Catalog, is asked through MlflowClient and told in the REST API's words. No database
is opened. Runs with every mlflow since 2.0.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from typing import Any

#: Seconds an answer may take.
TIMEOUT = 60
#: Models whose versions are asked for one by one, where the registry wants it so (Unity Catalog).
MOST_MODELS = 200


class Asker:
    """Asks the workspace that `uri` names."""

    def __init__(self, uri: str) -> None:
        from mlflow.utils.databricks_utils import get_databricks_host_creds
        from mlflow.utils.rest_utils import MlflowHostCreds, http_request

        self._uri = uri
        self._request = http_request
        known = inspect.signature(http_request).parameters
        quiet = {"max_retries": 0, "retry_codes": (), "raise_on_status": False, "timeout": TIMEOUT}
        self._options = {name: value for name, value in quiet.items() if name in known}
        self._creds = get_databricks_host_creds("databricks" if uri == "databricks-uc" else uri)
        self._sdk: Any = None
        if getattr(self._creds, "use_databricks_sdk", False):
            from databricks.sdk.core import Config

            profile = getattr(self._creds, "databricks_auth_profile", None)
            self._sdk = Config(profile=profile) if profile else Config()
            # the SDK logs in; it would also wait and try again by itself, unseen
            self._creds = MlflowHostCreds(self._creds.host, ignore_tls_verification=not self._creds.verify)
        self._client: Any = None

    def ask(self, method: str, endpoint: str, said: dict[str, Any]) -> dict[str, Any]:
        if endpoint == "registered-models/search":
            return found(registered_models=[model(one) for one in self._models()])
        if endpoint == "model-versions/search":
            return found(model_versions=[version(one) for one in self._versions()])
        options = {**self._options, "params" if method == "GET" else "json": said}
        if self._sdk is not None:
            options["extra_headers"] = dict(self._sdk.authenticate())
        answer = self._request(self._creds, "/api/2.0/mlflow/" + endpoint, method, **options)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return {"status": answer.status_code, "headers": headers, "body": answer.text}

    def _models(self) -> list[Any]:
        if self._client is None:
            from mlflow import MlflowClient

            self._client = MlflowClient(self._uri)
        models, token = [], None
        while True:
            page = self._client.search_registered_models(page_token=token)
            models.extend(page)
            token = page.token
            if not token:
                return models

    def _versions(self) -> list[Any]:
        versions = []
        for one in self._models()[:MOST_MODELS]:
            versions.extend(self._client.search_model_versions(f"name = '{one.name}'"))
        return versions


def found(**lists: Any) -> dict[str, Any]:
    return {"status": 200, "headers": {}, "body": json.dumps(lists)}


def model(one: Any) -> dict[str, Any]:
    aliases = getattr(one, "aliases", None) or {}
    return {
        **{name: getattr(one, name, None) for name in ("name", "creation_timestamp", "last_updated_timestamp")},
        "description": one.description,
        "tags": pairs(one.tags),
        "aliases": [{"alias": alias, "version": str(number)} for alias, number in aliases.items()],
    }


def version(one: Any) -> dict[str, Any]:
    names = "name version creation_timestamp last_updated_timestamp description user_id current_stage source run_id"
    told = {name: getattr(one, name, None) for name in [*names.split(), "run_link", "status", "status_message"]}
    return {**told, "model_id": getattr(one, "model_id", None), "tags": pairs(one.tags)}


def pairs(tags: Any) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in (tags or {}).items()]


def answer(asker: Asker | None, uri: str, request: dict[str, Any]) -> tuple[Asker | None, dict[str, Any]]:
    """The answer to one request; whoever asked is kept for the next."""
    kind = "login"
    try:
        asker = asker or Asker(uri)
        kind = "failed"
        return asker, asker.ask(request["method"], request["endpoint"], request["said"])
    except ImportError as error:
        return asker, {"error": {"kind": "absent", "text": one_line(error)}}
    except Exception as error:  # mlflow, the SDK and requests raise what they like
        status = getattr(error, "get_http_status_code", None)
        if status is not None and kind == "failed" and (json_of := getattr(error, "serialize_as_json", None)):
            return asker, {"status": status(), "headers": {}, "body": json_of()}
        return asker, {"error": {"kind": kind, "text": one_line(error)}}


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    asker = None
    for line in sys.stdin:
        asker, said = answer(asker, sys.argv[1], json.loads(line))
        out.write(json.dumps(said) + "\n")
        out.flush()


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120
    main()
