"""What git knows, read quietly: state, history, refs, the history of files, blobs, one commit's detail."""

from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.detail import commit_detail
from mltui.sources.git.files import file_changes, still_reached
from mltui.sources.git.history import HistorySource
from mltui.sources.git.locate import open_project
from mltui.sources.git.refs import read_refs, refs_fingerprint
from mltui.sources.git.state import GitSource

__all__ = [
    "BlobReader",
    "GitSource",
    "HistorySource",
    "commit_detail",
    "file_changes",
    "open_project",
    "read_refs",
    "refs_fingerprint",
    "still_reached",
]
