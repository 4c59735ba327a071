"""Tracking servers: read over REST, mirrored into MLflow's own tables, so that what was last known survives."""
