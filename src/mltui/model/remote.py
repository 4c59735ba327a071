"""What a DVC remote said it has, and when it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """Whether an object was `there` when the remote was asked, epoch ms."""

    there: bool
    asked: int


@dataclass(frozen=True, slots=True)
class RemoteAnswers:
    """The default remote of a DVC project, and what it answered by content hash (``md5:<hex>[.dir]``).

    `name` is "" where none is configured; `address` is its URL without secrets.
    """

    name: str = ""
    address: str = ""
    answers: Mapping[str, RemoteAnswer] = field(default_factory=dict)
