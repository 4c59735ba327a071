"""File stores (``mlruns/``, MLflow 0.9 to 3.x): read directly, never written, mirrored into MLflow's own tables."""
