"""What filters ask of a store beside its runs, for all runs at once: the datasets that they logged, and ``user_id``.

MLflow joins ``datasets``, ``inputs`` and ``input_tags`` for it (`_get_sqlalchemy_filter_clauses` in
``sqlalchemy_store.py``).
"""

from __future__ import annotations

from mltui.model.filters import Facts, Needs
from mltui.model.redacting import addresses_redacted
from mltui.model.runs import RunInput
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.sql.reader import CONTEXT_TAG, DATASET, RUN
from mltui.sources.mlflow.sql.values import text


def read(database: Database, needs: Needs) -> Facts:
    """What `needs` asks for; nothing of it is read twice."""
    return Facts(_inputs(database, needs.sources) if needs.inputs else {}, _users(database) if needs.users else {})


def _users(database: Database) -> dict[str, str]:
    if not database.schema().has("runs", "user_id"):
        return {}
    pages = database.rows("runs", ("run_uuid", "user_id"), "user_id is not null")
    return {text(run_id): text(user) for page in pages for run_id, user in page}


def _inputs(database: Database, sources: bool) -> dict[str, list[RunInput]]:
    schema = database.schema()
    if not schema.has("inputs") or not schema.has("datasets"):
        return {}
    columns = ("dataset_uuid", "name", "digest", "dataset_source_type", *(("dataset_source",) if sources else ()))
    datasets = {text(row[0]): row[1:] for page in database.rows("datasets", columns) for row in page}
    contexts = {
        text(link): text(value)
        for page in (
            database.rows("input_tags", ("input_uuid", "value"), "name = ?", (CONTEXT_TAG,))
            if schema.has("input_tags")
            else ()
        )
        for link, value in page
    }
    found: dict[str, list[RunInput]] = {}
    links = ("destination_id", "source_id", "input_uuid")
    for page in database.rows("inputs", links, "source_type = ? and destination_type = ?", (DATASET, RUN)):
        for run_id, dataset, link in page:
            if text(dataset) in datasets:
                name, digest, kind, *source = (text(value) for value in datasets[text(dataset)])
                one = RunInput(name, digest, kind, addresses_redacted("".join(source)), contexts.get(text(link), ""))
                found.setdefault(text(run_id), []).append(one)
    return found
