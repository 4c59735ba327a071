"""Overview: what needs me, and how everything stands at a glance."""

from __future__ import annotations

#: Panels that are tables, and the place that ``enter`` on one of their rows goes to.
TABLES = {"needs": "", "holders": "models", "datasets": "data", "newest": "runs", "commits": "history"}
"""
"""
