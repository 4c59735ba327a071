"""What makes no sense to do, though MLflow might do it: asked right before each chore."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from mltui.actions.chores.values import Now
from mltui.model.chore import NOTE_TAG, SYSTEM, Wish
from mltui.model.key_names import key_of
from mltui.model.life import Life

#: MLflow's own rule for keys (mlflow/utils/validation.py), as all its versions since 2.0 have it.
_KEY: Final = re.compile(r"[/\w.\- :]*")
#: Characters of a key, and of a registered model's name.
LONGEST: Final = 250, 256
#: Of a run's tags MLflow cuts what is longer, and says nothing.
LONGEST_VALUE: Final = 8000


def trouble(wish: Wish, now: Now, life: Life | None) -> str:
    """Why this can't be done to what is there `now`, "" if it can. `life` is of a run that is judged gone or silent."""
    if wish.undoes is not None and wish.undoes.withheld:
        return "what was there before looked like a secret, and the journal keeps none"
    if wish.aspect == "tag" and (why := _of_key(wish)):
        return why
    if wish.subject.kind == "run":
        return _of_run(wish, now, life)
    if wish.aspect == "name":
        return _of_name(wish.after or "") if wish.subject.kind == "model" else "a version has no name of its own"
    return ""


def _of_key(wish: Wish) -> str:
    key = wish.key
    if key.startswith(SYSTEM):
        if key == NOTE_TAG:
            return "" if wish.subject.kind == "run" else "of a model the note is its description"
        return f"{key} is MLflow's or mltui's own, and written by nobody else"
    unclear = key == "." or (key and posixpath.normpath(key) != key)
    if not key.strip() or len(key) > LONGEST[0] or not _KEY.fullmatch(key) or unclear or key.startswith(("..", "/")):
        return f"MLflow takes no tag {key!r}: letters, digits, _ - . / : and blanks, at most {LONGEST[0]}"
    return ""


def _of_run(wish: Wish, now: Now, life: Life | None) -> str:
    deleted = now.lifecycle == "deleted"
    if wish.aspect != "lifecycle" and deleted:
        return "it is deleted: restore it first"
    if wish.aspect in ("tag", "note") and len(wish.after or "") > LONGEST_VALUE:
        return f"MLflow keeps {LONGEST_VALUE:,} characters of it, and cuts the rest"
    if wish.aspect == "name" and not (wish.after or "").strip() and wish.undoes is None:
        return "a run without a name is hard to find again"
    alive = now.status == "RUNNING" and life is None
    if wish.aspect == "lifecycle" and wish.after == "deleted" and not deleted and alive:
        return f"it runs, and its training would fail at its next metric: {key_of('stop')} or mltui stop ends it"
    if wish.aspect == "status" and wish.undoes is None:
        if now.status != "RUNNING":
            return f"it is {now.status}: only what is RUNNING and gone is ended so"
        if alive:
            return f"it is neither gone nor silent: {key_of('stop')} or mltui stop ends what runs"
    return ""


def _of_name(name: str) -> str:
    if not name.strip() or len(name) > LONGEST[1] or re.search(r"[/:]", name):
        return f"MLflow takes no model {name!r}: no / and no :, at most {LONGEST[1]} characters"
    return ""
