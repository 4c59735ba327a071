"""Writes into MLflow with the project's own mlflow: the port (`port`), the real door (`door`), the child's file."""
