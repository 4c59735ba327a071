"""The sample project: built by really running git, DVC and MLflow."""
