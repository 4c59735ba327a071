"""YAML that costs its reader its memory, its time or its life, and what mltui says of each."""

from __future__ import annotations

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{of}'] * 9)}]\n" for of, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED = "a: &a {x: 1, y: 2}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{of}'] * 9)}]}}\n" for of, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "aliases": (LAUGHS, "aliases come to more than"),
    "merged": (MERGED, "aliases come to more than"),
    "deep": ("a: " + "[" * 100_000, "nested deeper than 100 levels"),
    "blocks": ("- " * 100_000, "nested deeper than 100 levels"),
    "itself": ("a: &a {b: *a}", "an anchor that is inside of itself"),
}
