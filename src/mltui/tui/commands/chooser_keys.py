"""The keys that act while a chooser or Compare lies over the screen, for docs/keys.md; their last line tells them too.

They are no commands: each dialog has its own (`Dialog.keys`), and a test holds these tables against them.
"""

from __future__ import annotations

from typing import Final

#: Keys as people read them, and what they do.
Told = tuple[tuple[str, str], ...]

#: Any of them, which is no key to press as it stands.
LETTERS: Final = "letters"
_ANY: Final[Told] = (
    (LETTERS, "Type to find: only what holds the letters stays."),
    ("↑ ↓ pgup pgdn", "To another row."),
    ("esc", "Leave; everything stays as it was."),
)
COLUMNS: Final[Told] = (
    ("space", "Take the column under the cursor, or leave it out."),
    ("ctrl+s enter", "Show the columns that are taken."),
    *_ANY,
    ("tab", "Of a metric: latest, best, min, max, mean of the last points, the value at a step."),
    ("← →", "Narrower, wider."),
    ("shift+↑ shift+↓", "Further left, further right in the table."),
    ("ctrl+d", "Of a metric: its difference to the baseline, to the champion, or none."),
    ("ctrl+t", "Pin it: it stays in sight while the table goes sideways; again: not."),
    ("ctrl+n", "Of how many points a mean is, or at which step a value."),
    ("ctrl+o", "Back to the columns that mltui chooses by itself."),
)
ORDER: Final[Told] = (
    ("enter", "Order by the column under the cursor alone, or by what space made."),
    ("space", "Add the column as the next key of the order; again: turn it round; once more: take it out."),
    *_ANY,
)
ONE: Final[Told] = (("enter", "Take what the cursor is on."), *_ANY)
SEVERAL: Final[Told] = (
    ("space", "Mark what the cursor is on, or take its mark away."),
    ("enter", "Take what is marked."),
    *_ANY,
)
VIEWS: Final[Told] = (
    ("enter", "Look at the table as this view says, or keep the present one under a name."),
    ("ctrl+d", "Delete the view, after asking."),
    *_ANY,
)
COMPARE: Final[Told] = (
    ("x", "Only the rows in which the runs differ; again: all rows."),
    ("b", "Make the run under the cursor the baseline."),
    ("← →", "To the run before, to the next one."),
    ("enter", "The whole value under the cursor."),
    ("/", "Narrow to the keys that hold what is typed; ↓ goes down to the rows."),
    ("y", "Copy the value under the cursor."),
    ("Y", "Copy the whole comparison as Markdown."),
    ("l", "Leave, to the lineage of the run under the cursor."),
    ("?", "These keys and what they do."),
    ("esc", "Take back what was typed, then leave."),
    ("q c", "Leave."),
)
DIFFERENCE: Final[Told] = (
    ("x", "What is alike too; again: only what differs."),
    ("p", "Of the code only what the pipeline depends on; again: all of it."),
    ("s", "Turn it round: from the other one to this."),
    ("r", "Read both again."),
    ("↑ ↓", "Scroll."),
    ("y", "Copy the command line that prints it."),
    ("Y", "Copy it as Markdown."),
    ("?", "These keys and what they do."),
    ("esc q d", "Leave."),
)
TREND: Final[Told] = (
    ("← → h k j", "To the older, to the newer commit that was measured, tagged or that changed data."),
    ("shift+← shift+→ pgup pgdn", "Ten commits further."),
    ("home g end G", "To the oldest, to the newest commit."),
    ("n N", "To the next older regression, to the next newer one."),
    ("enter", "To the commit in History."),
    (
        "d",
        "Why the last good and the first bad commit of a regression differ; of any other commit it and the one before.",
    ),
    ("m", "Another metric."),
    ("t", "Look at all places as of the commit."),
    ("b", "The commits that merges brought in too, each branch before its merge; again: first parents only."),
    ("y", "Copy the commit."),
    ("Y", "Copy the regressions and the newest points as Markdown."),
    ("?", "These keys and what they do."),
    ("esc q T", "Leave."),
)

WORK: Final[Told] = (
    ("ctrl+s", "Make the worktree, with the commands that are shown."),
    ("enter", "Leave: cancel has the focus first, and no enter ever begins anything."),
    ("tab", "To the place of the worktree, the steps, cancel."),
    ("↑ ↓ pgup pgdn", "Scroll the steps."),
    ("?", "These keys and what they do."),
    ("esc", "Leave; nothing was done. While it is being made it stays."),
)
_LISTED: Final[Told] = (
    ("enter", "The whole of what the cursor is on."),
    ("y", "Copy the command under the cursor, in the journal all commands of the action."),
    ("/", "Only what holds the words that are typed; ↓ goes to the rows, esc takes it back."),
    ("r", "Read again."),
    ("↑ ↓ pgup pgdn home end g G", "To another row; the newest is the last."),
    ("?", "These keys and what they do."),
)
LOG: Final[Told] = (*_LISTED, ("J", "The journal."), ("esc q @", "Leave."))
JOURNAL: Final[Told] = (*_LISTED, ("@", "The command log."), ("esc q J", "Leave."))

CONFIRM: Final[Told] = (
    ("ctrl+s", "Do it, with the commands that are shown."),
    ("enter", "Leave: cancel has the focus first, and no enter ever begins anything."),
    ("tab", "To the text, to cancel."),
    ("↑ ↓ pgup pgdn", "Scroll."),
    ("y", "Copy the commands."),
    ("?", "These keys and what they do."),
    ("esc", "Leave; nothing was done. While it is being done it stays."),
)

STOP: Final[Told] = (
    ("ctrl+s", "Stop it as shown; of what outlives SIGTERM: kill it."),
    ("t", "Don't wait for the end of the grace: the next signal now."),
    ("z", "When it is over: put back the files that it left different."),
    ("y", "Copy the commands."),
    ("enter", "Leave: cancel has the focus first, and no enter ever begins anything."),
    ("tab", "To the text, to cancel."),
    ("↑ ↓ pgup pgdn", "Scroll."),
    ("?", "These keys and what they do."),
    ("esc", "Leave; nothing was done. Of what is asked to kill: let it live."),
)

RETRAIN: Final[Told] = (
    ("ctrl+s", "Start it, with the command that is shown."),
    ("e", "Change a param: which one, then its new value. Those of the stages that run come first."),
    ("t", "Only what the stage under the cursor needs; again: the whole pipeline."),
    ("f", "Run stages that are fresh, too; again: not."),
    ("i", "In a copy of the worktree, so that the result is an experiment; again: in place."),
    ("x", "Who runs it: this box, DVC's queue, a cluster."),
    ("g", "On which GPU, where there are some."),
    ("c", "Copy runs home that the code logs beside itself; again: not."),
    ("y", "Copy the command."),
    ("enter", "Leave: cancel has the focus first, and no enter ever begins anything."),
    ("↑ ↓ pgup pgdn", "Scroll."),
    ("?", "These keys and what they do."),
    ("esc", "Leave; nothing was started."),
)

_MOVING: Final[Told] = (
    ("e", "A reason, which the journal and the registry keep for all to see."),
    ("g", "Run the gates that are commands, in a clean worktree of the version's commit; esc stops them."),
    ("t", "Show the commands of the gates, to trust them: a repository's commands do not run unasked."),
    ("o", "What the command of a gate printed."),
    ("f", "Past the gates, for a reason; again: not. Of what is protected only the command line does that."),
    ("d", "Why the version that is there now and this one differ."),
    ("r", "Look at everything again."),
    ("y", "Copy the command."),
    ("enter", "Leave: cancel has the focus first, and no enter ever begins anything."),
    ("tab", "To the text, to cancel."),
    ("↑ ↓ pgup pgdn", "Scroll."),
    ("?", "These keys and what they do."),
    ("esc", "Leave; nothing was done. While it is being done it stays, and then it may be left at any time."),
)
PROMOTE: Final[Told] = (
    ("ctrl+s", "Do it. Of what is protected model and version are asked for first, and typed."),
    *_MOVING,
)
ROLLBACK: Final[Told] = (
    ("ctrl+s", "Do it. Of what is protected model and version are asked for first, and typed."),
    ("v", "Another version of those that held it."),
    *(each for each in _MOVING if each[0] != "f"),
)

_ONE_BY: Final = "`M`, `P`, `B`, `S`, `X`, `e`, `o`, `ctrl+r`, `ctrl+t`, `ctrl+y`, `ctrl+p`"
#: The tables of the page, in its order.
CHOOSERS: Final[tuple[tuple[str, Told], ...]] = (
    ("Columns (`v`)", COLUMNS),
    ("Order (`s`)", ORDER),
    ("Groups (`ctrl+g`) and whatever else takes one: " + _ONE_BY, ONE),
    ("Experiments (`E`), the metrics of the charts (`v` in Charts)", SEVERAL),
    ("Views (`V`)", VIEWS),
    ("Compare (`c`)", COMPARE),
    ("Trend (`T`)", TREND),
    ("Why different (`d`)", DIFFERENCE),
    ("Work on it (`W`)", WORK),
    ("Retrain (`R`)", RETRAIN),
    ("Stop (`K`)", STOP),
    ("Promote (`P`)", PROMOTE),
    ("Roll back (`B`)", ROLLBACK),
    ("What changes something", CONFIRM),
    ("Command log (`@`)", LOG),
    ("Journal (`J`)", JOURNAL),
)
