"""Tracking URIs and paths, and what of them may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mltui.model.redacting import address_shown, addresses_redacted
from mltui.sources.mlflow.addresses import address, redacted


@pytest.mark.parametrize(
    ("said", "kind", "path"),
    [
        ("sqlite:///mlflow.db", "sqlite", "/project/mlflow.db"),
        ("sqlite:////data/x.db?timeout=5", "sqlite", "/data/x.db"),
        ("sqlite+pysqlite:///../x.db", "sqlite", "/x.db"),
        ("file:///data/mlruns", "file", "/data/mlruns"),
        ("file:./mlruns", "file", "/project/mlruns"),
        ("file:///a%20b/mlruns", "file", "/a b/mlruns"),
        ("./mlruns", "file", "/project/mlruns"),
        ("mlruns/", "file", "/project/mlruns"),
        ("/data/mlruns", "file", "/data/mlruns"),
    ],
)
def test_local_ones(said: str, kind: str, path: str) -> None:
    found = address(said, Path("/project"))
    assert (found.kind, str(found.path)) == (kind, path)


def test_a_path_to_a_file_is_a_database(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")
    assert address("runs", tmp_path).kind == "sqlite"


@pytest.mark.parametrize(
    ("said", "kind", "shown"),
    [
        ("http://localhost:5000", "rest", "http://localhost:5000"),
        ("https://ada:s3cret@host/mlflow/", "rest", "https://host/mlflow"),
        ("postgresql+psycopg2://ada:s3cret@db:5432/runs", "sql", "postgresql+psycopg2://db:5432/runs"),
        ("mysql+pymysql://ada:s3cret@db/runs?ssl_key=/k", "sql", "mysql+pymysql://db/runs?ssl_key=…"),
        ("postgresql://db/runs?user=a&password=s3cret", "sql", "postgresql://db/runs?user=a&password=…"),
        ("postgresql://ada:x/s3cret@db:5432/runs", "sql", "postgresql://db:5432/runs"),
        ("postgresql://ada:1/s3cret@db/runs", "sql", "postgresql://db/runs"),
        ("mysql://ada:s3cret?#x@db/runs", "sql", "mysql://db/runs"),
        ("postgresql://db/runs?user=a@b", "sql", "postgresql://db/runs?user=a@b"),
        ("http://ada:s3cret/x#y@host/mlflow", "rest", "http://host/mlflow"),
        ("http://s3cret@host/mlflow", "rest", "http://host/mlflow"),
        ("http://host:5000/a@b", "rest", "http://host:5000/a@b"),
        ("http://[::1]:5000/a@b", "rest", "http://[::1]:5000/a@b"),
        ("databricks", "rest", "databricks"),
        ("databricks://profile", "rest", "databricks://profile"),
        ("mssql+pyodbc://ada:s3cret@db/runs", "other", "mssql+pyodbc://db/runs"),
    ],
)
def test_remote_ones_hide_their_secrets(said: str, kind: str, shown: str) -> None:
    found = address(said, Path("/project"))
    assert (found.kind, found.uri, found.full) == (kind, shown, said)
    assert "s3cret" not in found.uri


def test_what_was_redacted_stays_so() -> None:
    once = redacted("https://token@host/x?token=abc&a=1")
    assert redacted(once) == once == "https://host/x?token=…&a=1"


@pytest.mark.parametrize(
    "uri",
    ["sqlite:////tmp/x.db", "sqlite:///x.db", "file:///tmp/runs", "/tmp/runs", "//share/runs", "s3://a/b", "C:\\x"],
)
def test_what_has_no_secret_is_shown_as_it_is_said(uri: str) -> None:
    assert redacted(uri) == uri


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("s3://ada:s3cret@store/churn/1/artifacts", "s3://store/churn/1/artifacts"),
        ("https://hooks.slack.com/services/T0/B0/s3cret", "https://hooks.slack.com/services/…"),
        ("https://discord.com/api/webhooks/12/s3cret?wait=true", "https://discord.com/api/webhooks/…?wait=true"),
        ("https://a.webhook.office.com/webhookb2/s3cret/In/2", "https://a.webhook.office.com/webhookb2/…"),
        ("https://example.org/services/T0/B0/x", "https://example.org/services/T0/B0/x"),
        ("s3://store/churn/1/artifacts/", "s3://store/churn/1/artifacts/"),
        ("data/rows@2.csv", "data/rows@2.csv"),
    ],
)
def test_what_may_be_a_path_is_shown_as_it_is_unless_it_names_somebody(said: str, shown: str) -> None:
    assert address_shown(said) == addresses_redacted(said) == shown


def test_a_user_of_a_database_without_a_host_is_left_out() -> None:
    assert redacted("postgresql://ada:s3cret@/runs?host=/run") == "postgresql:///runs?host=/run"
