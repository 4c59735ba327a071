"""GTO's model registry: tags of git, and what each dvc.yaml declares as artifacts."""

from mltui.sources.gto.source import GtoSource

__all__ = ["GtoSource"]
