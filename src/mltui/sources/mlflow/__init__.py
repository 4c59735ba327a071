"""Reading MLflow: MLflow's own core tables are the one query language; other stores are mirrored into them."""
