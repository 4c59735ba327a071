"""mltui: one keyboard-driven terminal program over git, DVC and MLflow."""

__version__ = "0.1.0"
