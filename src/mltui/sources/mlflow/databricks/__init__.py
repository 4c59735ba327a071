"""Databricks: asked by the project's own mlflow in a child process, for only that knows every way to log in there."""
