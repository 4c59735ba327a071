"""A project as it was at another time: which moment is meant, and a workspace that answers as of then."""

from mltui.sources.as_of.resolving import resolve
from mltui.sources.as_of.view import WorkspaceThen, then

__all__ = ["WorkspaceThen", "resolve", "then"]
