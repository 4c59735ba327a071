"""The beginning of a file as lines: text, JSON, tables and Markdown readable, anything else by its type and bytes."""

from mltui.present.previews.file import preview

__all__ = ["preview"]
