"""A soak: mltui left open for half an hour on a project that never rests, and what that costs it."""
