"""The journal, read: who acts here (`who`), what was done (`source`), what became of what nobody noted (`finding`)."""

from mltui.sources.journal.source import JournalSource

__all__ = ["JournalSource"]
