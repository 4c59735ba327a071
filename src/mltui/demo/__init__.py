"""The sample project: built by really running git, DVC and MLflow.

``project/`` is what a user of such a project would have written, ``clock/`` tells the tools when it is.
"""

from mltui.demo.builder import build

__all__ = ["build"]
