"""A version promoted, rolled back, undone: previewed, claimed, moved, noted (docs/promotion.md)."""
