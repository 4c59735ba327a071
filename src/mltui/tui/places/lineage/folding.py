"""What ``right``, ``left`` and ``enter`` do on a row of the tree: other folds, or the key of the row they lead to."""

from __future__ import annotations

from mltui.present.lineage_tree import Folds, TreeRow


def folding(row: TreeRow, folds: Folds, *, unfold: bool) -> Folds | str:
    """``right`` unfolds, shows a page more, or goes to where a thing is whole; ``left`` folds, or goes to what holds
    the row. "" where there is nothing to do."""
    if row.kind == "more":
        more = unfold or folds.pages.get(row.key)
        return folds.page(row.key, 1 if unfold else -1) if more else row.parent
    if row.kind == "again" and unfold:
        return row.whole
    if row.folded is not None and row.folded == unfold:
        return folds.fold(row.key, not unfold)
    return "" if unfold else row.parent


def entered(row: TreeRow, folds: Folds) -> Folds | None:
    """``enter`` on what is no thing shows a page more of those it counts, or folds and unfolds; None where it can't."""
    if row.kind == "more":
        return folds.page(row.key, 1)
    return folds.fold(row.key, not row.folded) if row.folded is not None else None
