"""Which stores a project has: what somebody said, then what lies in the repository."""

from mltui.sources.mlflow.discovery.finding import Discovery, Found, Searched

__all__ = ["Discovery", "Found", "Searched"]
