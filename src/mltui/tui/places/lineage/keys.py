"""What keys of the screen ask of Lineage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from textual.reactive import reactive

from mltui.model.key_names import key_of
from mltui.model.lineage.graph import Node
from mltui.present.lineage import lineage_markdown
from mltui.present.lineage_tree import Folds, Tree, TreeRow
from mltui.present.lineage_words import node_text
from mltui.tui.places.base import Place, bound
from mltui.tui.places.lineage.widgets import LineageTree
from mltui.tui.places.offers import MARKDOWN, Copy, Offer

#: Between the root and a row in the key of a spot: no id holds it.
JOINT: Final = "\0\0"


class LineageKeys(Place):
    """The part of Lineage that is asked what the cursor is on; what is drawn is `LineagePlace`'s."""

    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._root = ""
        self._tree: Tree | None = None
        self._folds: dict[str, Folds] = {}

    @property
    def tree_table(self) -> LineageTree:
        return self.query_one("#tree", LineageTree)

    @property
    def folds(self) -> Folds:
        """What is folded of the tree of this root."""
        return self._folds.get(self._root, Folds())

    @property
    def row(self) -> TreeRow | None:
        """The row under the cursor."""
        table = self.tree_table
        return table.rows.item(table.cursor_row) if table.cursor_key is not None else None

    @property
    def node(self) -> Node | None:
        """The thing under the cursor; None on a heading, and on a row that stands for many."""
        row = self.row
        return row.node if row is not None and row.kind != "more" else None

    def opens(self) -> bool:
        row = self.row
        return row is not None and (row.node is not None or row.folded is not None)

    def leave(self) -> bool:
        self.post_message(self.Left())
        return True

    def leaves(self) -> bool:
        return True

    def special(self) -> Sequence[str]:
        return (self.title,)

    def selected(self) -> str | None:
        row = self.row
        return f"{self._root}{JOINT}{row.key if row else ''}" if self._root else None

    def lineage_of(self) -> str | None:
        return self.node.id if self.node is not None and self.node.id != self._root else None

    def worked_on(self) -> str | None:
        return self.node.id if self.node is not None else None

    def no_lineage(self) -> str:
        if self.node is not None:
            return f"this is the lineage of {node_text(self.node)}"
        return f"{key_of('lineage')} on a thing of the tree shows its own lineage"

    def copy_id(self) -> str | None:
        return self.node.name if self.node is not None else None

    def copies(self) -> bool:
        return self._tree is not None

    def offers(self) -> Sequence[Offer]:
        if (tree := self._tree) is None:
            return ()
        folds, now, signs = self.folds, self.now, self.symbols

        def text() -> Copy:
            return Copy(lineage_markdown(tree, folds, now, signs), "the lineage as Markdown")

        return (Offer(MARKDOWN, "tree as Markdown", node_text(tree.lineage.root), text),)
