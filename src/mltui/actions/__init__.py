"""How things are changed: the only writers outside the cache. Knows no widget."""
