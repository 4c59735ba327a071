"""DVC experiments, changed: queued, run, stopped, applied, branched, removed. Each is an action for the gateway."""
