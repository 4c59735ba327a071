"""Every command of mltui, declared once: key, footer, palette, help and docs all come from these classes.

`COMMANDS` is in the order of the help screen, which begins with what is special in the place in front. A later part
adds its module here.
"""

from __future__ import annotations

from mltui.tui.commands.as_of import AS_OF
from mltui.tui.commands.base import Command
from mltui.tui.commands.charts import CHARTS
from mltui.tui.commands.choosing import CHOOSING
from mltui.tui.commands.chores import CHORES
from mltui.tui.commands.comparing import COMPARING
from mltui.tui.commands.copying import COPYING
from mltui.tui.commands.data import DATA
from mltui.tui.commands.experiments import EXPERIMENTS
from mltui.tui.commands.files import FILES
from mltui.tui.commands.lineage import LINEAGE
from mltui.tui.commands.looking import LOOKING
from mltui.tui.commands.moving import MOVING
from mltui.tui.commands.outside import OUTSIDE
from mltui.tui.commands.pages import PAGES
from mltui.tui.commands.pipeline import PIPELINE
from mltui.tui.commands.promoting import PROMOTING
from mltui.tui.commands.retraining import RETRAINING
from mltui.tui.commands.stopping import STOPPING
from mltui.tui.commands.table import TABLE
from mltui.tui.commands.trend import TREND
from mltui.tui.commands.writing import WRITING

COMMANDS: tuple[type[Command], ...] = (
    *MOVING,
    *LOOKING,
    *AS_OF,
    *LINEAGE,
    *PIPELINE,
    *COPYING,
    *OUTSIDE,
    *CHOOSING,
    *DATA,
    *TABLE,
    *COMPARING,
    *TREND,
    *PAGES,
    *CHARTS,
    *FILES,
    *RETRAINING,
    *PROMOTING,
    *EXPERIMENTS,
    *STOPPING,
    *CHORES,
    *WRITING,
)
BY_ID: dict[str, type[Command]] = {command.id: command for command in COMMANDS}

__all__ = ["BY_ID", "COMMANDS", "Command"]
