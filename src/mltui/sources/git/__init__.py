"""Reading git: one flag set and environment for every process, bulk reads through the runner."""
