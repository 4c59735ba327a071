"""How the figures grow with the project: runs, commits, stages, points. Each size is a project of its own."""
