"""A run's artifacts: where they are, what lies there, and the beginning of a file. Nothing is ever executed."""

from mltui.sources.mlflow.artifacts.source import Artifacts, ArtifactsSource

__all__ = ["Artifacts", "ArtifactsSource"]
