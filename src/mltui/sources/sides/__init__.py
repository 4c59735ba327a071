"""The two things that are asked why they differ, read: a run, a model version, an alias, a commit, the worktree."""
