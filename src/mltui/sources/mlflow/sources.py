"""What the rest of mltui asks of MLflow: stores, runs, models."""

from mltui.sources.mlflow.model_list import ModelsSource
from mltui.sources.mlflow.pick_list import PicksSource
from mltui.sources.mlflow.run_list import RunsSource
from mltui.sources.mlflow.stores import StoresSource

__all__ = ["ModelsSource", "PicksSource", "RunsSource", "StoresSource"]
