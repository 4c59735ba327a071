"""How much something is, for a person."""

from __future__ import annotations


def size(count: int | None) -> str:
    """Bytes for a person: 812 B, 8.1 MB, 212 GB (powers of 1000, as disks are sold); "" for None."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
