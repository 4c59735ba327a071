"""Model to text, rows and charts: pure functions, no widgets, no tools."""
