"""What stands in the way of making a run stand on disk again, and the commands that do: read, nothing is changed."""

from mltui.sources.reproducing.source import Reproducing
from mltui.sources.reproducing.wanted import Wanted

__all__ = ["Reproducing", "Wanted"]
