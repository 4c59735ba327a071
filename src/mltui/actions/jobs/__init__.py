"""Jobs as they are changed: started, stopped, followed where another engine runs them. docs/jobs.md has their files."""
