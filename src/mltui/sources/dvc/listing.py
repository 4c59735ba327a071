"""What git is asked for to find DVC's files. Imports nothing: a start-up passes here."""

from __future__ import annotations

#: ``.dvcignore`` and ``.dvc/config`` decide what the others mean.
PATTERNS = ("*dvc.yaml", "*.dvc", "*Dvcfile", "*dvc.lock", "*.dvcignore", ":(glob)**/.dvc/config")
#: Tracked files and those that could be, as names separated by NUL.
LISTING = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PATTERNS)
