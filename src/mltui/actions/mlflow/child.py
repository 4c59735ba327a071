"""The writer's child: runs under the project's own interpreter and writes with its mlflow, speaking JSON lines.

``python child.py`` imports mlflow at once, so that it is ready when somebody confirms. MLTUI_TRACKING and
MLTUI_REGISTRY are the addresses, which may hold secrets. A request is ``{"id", "op", "with": {…}}``; the answer is
``{"id", "ok": …}`` or ``{"id", "error": {"kind", "text", "hint", "seconds"}}`` (kinds: `child_errors`). Before each
request the database is looked at: nothing is asked of mlflow where it would migrate it (`child_schema`). It ends when
its stdin closes. Runs with every mlflow since 2.0, and Python 3.8.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any, Dict, Optional

if __package__:
    from . import child_errors as errors
    from . import child_schema as schema
else:
    import child_errors as errors  # type: ignore[import-not-found,no-redef]
    import child_schema as schema  # type: ignore[import-not-found,no-redef]

#: What only reads; everything else may have been done where no answer comes.
READS = ("refusal", "model", "version", "latest", "run")
#: What the client of an older mlflow may lack, and since which version it is there.
SINCE = {"set_registered_model_alias": "2.3", "delete_registered_model_alias": "2.3", "copy_model_version": "2.8"}


class Serving:
    """Serves the ops of `mltui.actions.mlflow.port.Writer`, each a method of its name."""

    def __init__(self, tracking: str, registry: str) -> None:
        self._tracking, self._registry = tracking, registry
        self._stores = [schema.Watched(uri) for uri in dict.fromkeys(filter(None, (tracking, registry)))]
        self._made: Any = None

    def answer(self, op: str, said: Dict[str, Any]) -> Any:
        for store in self._stores:
            store.check(opened=self._made is not None)
        return getattr(self, op)(**said)

    @property
    def _client(self) -> Any:
        if self._made is None:
            from mlflow import MlflowClient

            self._made = MlflowClient(self._tracking, self._registry or None)
        return self._made

    def _call(self, name: str, *args: Any, **said: Any) -> Any:
        method = getattr(self._client, name, None)
        if method is None:
            import mlflow

            what = name.replace("_", " ")
            told = f"mlflow {mlflow.__version__} can't {what}: that came with {SINCE[name]}"
            raise errors.Said("refused", told, "a legacy stage works; or let the project's mlflow be a newer one")
        return method(*args, **said)

    def refusal(self) -> None:
        """What stands in the way was raised before this."""

    def model(self, name: str) -> Dict[str, Any]:
        found = self._client.get_registered_model(name)
        aliases = {alias: str(number) for alias, number in (getattr(found, "aliases", None) or {}).items()}
        return {"name": found.name, "aliases": aliases, "tags": found.tags or {}, "description": found.description}

    def version(self, name: str, version: str) -> Dict[str, Any]:
        found = self._client.get_model_version(name, version)
        stage = getattr(found, "current_stage", "") or ""
        return {
            "model": found.name,
            "version": str(found.version),
            "status": found.status,
            "status_message": getattr(found, "status_message", ""),
            "stage": "" if stage == "None" else stage,
            "tags": found.tags or {},
            "description": found.description,
            "run_id": found.run_id,
            "source": found.source,
        }

    def latest(self, name: str, stage: str) -> Optional[str]:
        found = self._client.get_latest_versions(name, stages=[stage])
        return str(found[0].version) if found else None

    def set_alias(self, name: str, alias: str, version: str) -> None:
        self._call("set_registered_model_alias", name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        self._call("delete_registered_model_alias", name, alias)

    def set_stage(self, name: str, version: str, stage: str) -> None:
        self._client.transition_model_version_stage(name, version, stage, archive_existing_versions=False)

    def copy_version(self, name: str, version: str, to: str) -> str:
        return str(self._call("copy_model_version", f"models:/{name}/{version}", to).version)

    def set_model_tag(self, name: str, key: str, value: str) -> None:
        self._client.set_registered_model_tag(name, key, value)

    def delete_model_tag(self, name: str, key: str) -> None:
        self._client.delete_registered_model_tag(name, key)

    def set_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        self._client.set_model_version_tag(name, version, key, value)

    def delete_version_tag(self, name: str, version: str, key: str) -> None:
        self._client.delete_model_version_tag(name, version, key)

    def describe_model(self, name: str, text: str) -> None:
        self._client.update_registered_model(name, text)

    def describe_version(self, name: str, version: str, text: str) -> None:
        self._client.update_model_version(name, version, text)

    def rename_model(self, name: str, new: str) -> None:
        self._client.rename_registered_model(name, new)

    def run(self, run_id: str) -> Dict[str, Any]:
        found = self._client.get_run(run_id)
        info, tags = found.info, found.data.tags
        return {
            "name": getattr(info, "run_name", None) or tags.get("mlflow.runName", ""),
            "status": info.status,
            "lifecycle": info.lifecycle_stage,
            "end": info.end_time or None,
            "tags": tags,
        }

    def set_run_tag(self, run_id: str, key: str, value: str) -> None:
        self._client.set_tag(run_id, key, value)

    def delete_run_tag(self, run_id: str, key: str) -> None:
        self._client.delete_tag(run_id, key)

    def rename_run(self, run_id: str, name: str) -> None:
        """By its tag: every store gives the run that name then, and none touches its status."""
        self._client.set_tag(run_id, "mlflow.runName", name)

    def delete_run(self, run_id: str) -> None:
        self._client.delete_run(run_id)

    def restore_run(self, run_id: str) -> None:
        self._client.restore_run(run_id)

    def end_run(self, run_id: str, status: str, end: Any) -> None:
        self._client.set_terminated(run_id, status, end or self._client.get_run(run_id).info.end_time or None)

    def reopen_run(self, run_id: str, status: str, end: Any) -> None:
        """mlflow has no call that takes an end away: a database is told so by its tables, elsewhere the end stays."""
        store = getattr(getattr(self._client, "_tracking_client", None), "store", None)
        session_of = getattr(store, "ManagedSessionMaker", None)
        if end is not None or session_of is None:
            self._client.set_terminated(run_id, status, end or self._client.get_run(run_id).info.end_time or None)
            return
        from mlflow.store.tracking.dbmodels.models import SqlRun

        self._client.get_run(run_id)  # says that it is gone
        with schema.writing(session_of) as session:
            found = session.query(SqlRun).filter(SqlRun.run_uuid == run_id)
            found.update({"status": status, "end_time": None})


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # mlflow prints what it likes
    warnings.simplefilter("ignore")
    serving, broken = None, None
    try:
        import mlflow  # noqa: F401

        errors.one_try()
        serving = Serving(os.environ["MLTUI_TRACKING"], os.environ.get("MLTUI_REGISTRY", ""))
    except Exception as error:
        broken = errors.meaning(error, write=False)
    for line in sys.stdin:
        request = json.loads(line)
        said: Dict[str, Any] = {"id": request["id"]}
        try:
            errors.forget()
            said.update(
                {"error": broken} if serving is None else {"ok": serving.answer(request["op"], request["with"])}
            )
        except Exception as error:  # mlflow, SQLAlchemy and requests raise what they like
            said["error"] = errors.meaning(error, write=request["op"] not in READS)
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    if os.environ.get("MLTUI_NOBODY"):  # the user's logins in ~ are not for a server that he did not name
        os.environ["HOME"] = os.getcwd()
    main()
