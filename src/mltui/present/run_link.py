"""Where MLflow's own pages show a run."""

from __future__ import annotations

from urllib.parse import quote

from mltui.model.runs import Run, Store


def page_of(run: Run, store: Store) -> str:
    """The address of the run's page in the MLflow UI; "" of a store that has none.

    Source: the routes of MLflow's UI (``experiment-tracking/routes.ts``).
    """
    if store.kind != "rest" or not store.uri.startswith(("http://", "https://")):
        return ""
    base = store.uri.rstrip("/")
    return f"{base}/#/experiments/{quote(run.experiment_id, safe='')}/runs/{quote(run.run_id, safe='')}"
