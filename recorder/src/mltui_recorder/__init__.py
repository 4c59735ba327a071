"""What a run read, written down by MLflow's own hook: no change to training code. Standard library only."""

__version__ = "0.1.0"
