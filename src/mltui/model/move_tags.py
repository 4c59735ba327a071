"""A move as the registry's tags and the journal's facts have it, written and read (docs/promotion.md).

What is read may be of another version of mltui, torn, or somebody else's: it is read as far as it is understood, or it
is no move.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final, get_args

from mltui.model.documents import LATEST, from_json
from mltui.model.gates import Verdict
from mltui.model.journal import JournalEntry
from mltui.model.moves import FORCED_TAG, MOVE_TAG, GateSaid, Move, MoveKind

SCHEMA: Final = 1
#: A tag's value has room for 5,000 characters in databases of MLflow before 3.2 (migration bda7b8c39065).
MOST: Final = 4_900
#: What is read: MLflow takes no longer value.
MOST_READ: Final = 100_000
CUT: Final = "…"
_KINDS: Final = get_args(MoveKind)
_VERDICTS: Final = get_args(Verdict)


def tag_key(move: Move) -> str:
    """``mltui.move.<id>``."""
    return f"{MOVE_TAG}{move.id}"


def tag_text(move: Move, most: int = MOST) -> str:
    """The tag's value: one JSON object in ASCII of at most `most` characters; `MOST` is always enough.

    What has no room is cut with a mark or counted: first what gates say, then gates that passed and figures, then the
    reason.
    """
    for document in _shorter(dict(facts_of(move))):
        text = json.dumps(document, separators=(",", ":"))
        if len(text) <= most:
            return text
    raise ValueError("no registry takes a target or a version of such a name")


def forced_key(move: Move) -> str:
    """``mltui.forced.champion``; of a legacy stage ``mltui.forced.Production``."""
    return f"{FORCED_TAG}{move.target.removeprefix('@').removeprefix('stage:')}"


def forced_text(move: Move, day: str) -> str:
    """``by ada on 2026-11-30: <reason>; failed: <gates>``, for everybody who looks at the version."""
    failed = [gate.text for gate in move.gates if gate.verdict == "failed"]
    untold = [f"{gate.text} ({gate.verdict})" for gate in move.gates if gate.verdict in ("unknown", "not run")]
    gates = f"; failed: {', '.join((*failed, *untold))}" if failed or untold else ""
    return f"by {move.who} on {day}: {_cut(move.reason, 1_000)}{_cut(gates, 1_000)}"


def facts_of(move: Move) -> Mapping[str, object]:
    """The move as plain JSON: the `Note.facts` of its journal entry, and its tag."""
    facts: dict[str, object] = {
        "schema": SCHEMA,
        "kind": move.kind,
        "model": move.model,
        "target": move.target,
        "from": move.before,
        "to": move.after,
        "at": move.at,
        "who": move.who,
        "host": move.host,
        "reason": move.reason,
        "forced": move.forced,
        "run_id": move.run_id,
        "commit": move.commit,
        "figures": {key: value for key, value in (move.figures or {}).items() if isfinite(value)},
        "gates": [
            {"gate": gate.text, "verdict": gate.verdict, "figure": gate.figure, "why": gate.why} for gate in move.gates
        ],
    }
    return facts | ({"gates_cut": move.gates_cut} if move.gates_cut else {})


def move_of_tag(model: str, key: str, text: str) -> Move | None:
    """What the tag `key` of a version of `model` says; None if it is no move that can be understood."""
    if not key.startswith(MOVE_TAG) or len(key) == len(MOVE_TAG) or len(text) > MOST_READ:
        return None
    try:
        document = from_json(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    return _move({"model": model, **document}, key.removeprefix(MOVE_TAG), "registry")


def move_of_entry(entry: JournalEntry) -> Move | None:
    """The move that an action of the journal is about, whatever came of it; None if it is about none."""
    note = entry.note
    given = {"from": note.before, "to": note.after, "at": entry.at, "who": entry.who.name, "host": entry.who.host}
    given |= {"reason": note.reason}
    given |= {key: value for key, value in note.facts.items() if value not in (None, "")}
    said = given.get("id")
    return _move(given, said if isinstance(said, str) else entry.id, "journal")


def _move(said: Mapping[str, Any], id: str, told: str) -> Move | None:
    kind: MoveKind | None = next((one for one in _KINDS if one == said.get("kind")), None)
    model, target, at = said.get("model"), said.get("target"), said.get("at")
    before, after = _version(said.get("from")), _version(said.get("to"))
    if kind is None or not isinstance(model, str) or not isinstance(target, str) or not model or not target:
        return None
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at < LATEST or (before is None and after is None):
        return None
    cut = said.get("gates_cut")
    return Move(
        model,
        target,
        before,
        after,
        at,
        id,
        kind,
        _text(said, "who"),
        _text(said, "reason"),
        said.get("forced") is True,
        tuple(_gates(said.get("gates"))),
        _text(said, "run_id"),
        _text(said, "commit"),
        _figures(said.get("figures")),
        (told,),
        gates_cut=cut if isinstance(cut, int) and cut > 0 else 0,
        host=_text(said, "host"),
    )


def _gates(said: object) -> Iterator[GateSaid]:
    for each in said if isinstance(said, list) else ():
        if isinstance(each, dict) and _text(each, "gate"):
            verdict: Verdict = next((one for one in _VERDICTS if one == each.get("verdict")), "unknown")
            yield GateSaid(_text(each, "gate"), verdict, _text(each, "figure"), _text(each, "why"))


def _figures(said: object) -> dict[str, float]:
    if not isinstance(said, dict):
        return {}
    return {
        key: float(value)
        for key, value in said.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e308 and isfinite(value)
    }


def _version(said: object) -> str | None:
    """A number is one too: somebody else's JSON may have it so."""
    if isinstance(said, int) and not isinstance(said, bool):
        return str(said)
    return said if isinstance(said, str) and said else None


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


# Shorter and shorter


def _shorter(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same with ever less in it."""
    yield facts
    gates = [{key: _cut(value, 120) for key, value in gate.items()} for gate in facts["gates"]]
    yield facts | {"gates": gates}
    kept = sorted(range(len(gates)), key=lambda at: (gates[at]["verdict"] == "passed", at))
    figures = list(facts["figures"].items())
    for some in (50, 20, 8):
        yield facts | _some(gates, kept[:some]) | {"figures": dict(figures[:some])}
    least = _some(gates, kept[:4]) | {"figures": {}, "reason": _cut(facts["reason"], 1_000)}
    yield facts | least
    yield facts | least | _some(gates, ())
    names = {key: _cut(facts[key], 60) for key in ("who", "host", "reason", "run_id", "commit")}
    shortest = facts | least | _some(gates, ()) | names
    yield shortest
    del shortest["model"]
    yield shortest


def _some(gates: list[dict[str, str]], kept: Any) -> dict[str, Any]:
    left_out = len(gates) - len(kept)
    return {"gates": [gates[at] for at in sorted(kept)]} | ({"gates_cut": left_out} if left_out else {})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + CUT
