"""The child files in environments of their own: ``make matrix``."""
