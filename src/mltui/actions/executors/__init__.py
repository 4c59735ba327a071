"""Who runs jobs: one small port, found by the entry points ``mltui.executors`` (docs/executors.md)."""
