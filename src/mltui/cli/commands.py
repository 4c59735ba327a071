"""Every command and flag, for click. Each command imports its work when it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from mltui import __version__
from mltui.cli.app import open_app
from mltui.cli.asked import AGGREGATES, RunsAsked
from mltui.cli.exits import INTERRUPTED, OK
from mltui.cli.options import Options, is_database, is_server
from mltui.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

#: The commands that read a project or a server.
# Each needs the group, and adds itself to it.
from mltui.cli import command_data, command_lineage, command_reproduce  # noqa: E402, F401
