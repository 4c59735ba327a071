"""MLflow's tables into mltui's model, the same for every database that holds them."""

from mltui.sources.mlflow.sql.reader import SqlReader

__all__ = ["SqlReader"]
