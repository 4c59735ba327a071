"""What an error of mlflow, SQLAlchemy or requests means, in the writer's child.

Kinds: `refused`; `missing` (no such model, version, run, store); `usage` (mlflow does not take that value); `denied`;
`throttled` (`seconds`); `busy`; `unreachable` (nothing was done); `unanswered` (it may have been done); `replaced` (the
database is another file now: start anew); `absent` (no mlflow, or no driver).
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any, Dict, Iterator, Optional

#: What mlflow calls an error (mlflow/protos/databricks.proto), by what it means here.
CODES = {
    "RESOURCE_DOES_NOT_EXIST": "missing",
    "NOT_FOUND": "missing",
    "INVALID_PARAMETER_VALUE": "usage",
    "RESOURCE_ALREADY_EXISTS": "usage",
    "ALREADY_EXISTS": "usage",
    "RESOURCE_CONFLICT": "usage",
    "INVALID_STATE": "usage",
    "BAD_REQUEST": "usage",
    "MALFORMED_REQUEST": "usage",
    "NOT_IMPLEMENTED": "usage",
    "PERMISSION_DENIED": "denied",
    "UNAUTHENTICATED": "denied",
    "CUSTOMER_UNAUTHORIZED": "denied",
    "REQUEST_LIMIT_EXCEEDED": "throttled",
    "RESOURCE_EXHAUSTED": "throttled",
    "ENDPOINT_NOT_FOUND": "unreachable",
}
#: What databases say, by what it means (psycopg2, pymysql, pyodbc, sqlite3).
DATABASE = (
    (r"database (?:table )?is locked|lock timeout|Lock wait timeout|deadlock", "busy"),
    (r"read-?only|permission denied|command denied|Access denied|authentication failed|not permitted", "denied"),
    (r"unable to open database file", "denied"),
    (r"connection to server .* failed|could not (?:connect|translate)|Can't connect|Unknown database", "unreachable"),
    (r"disk is full|No space left", "unreachable"),
)


class Said(Exception):
    """An error that says by itself what it means."""

    def __init__(self, kind: str, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.kind, self.hint = kind, hint


class Http:
    """The last answer that came over HTTP, or why none came."""

    status: Optional[int] = None
    after = ""
    error: Optional[BaseException] = None
    asked = False
    wrote = False  # whether anything else than a question went out for this request of ours


def forget() -> None:
    """What came before belongs to another request."""
    Http.status, Http.after, Http.error = None, "", None
    Http.asked = Http.wrote = False


def one_try() -> None:
    """Every request goes out once, and its answer comes back whatever its status is.

    mlflow would try again for minutes, a write too, and then tell no more than that there were too many errors.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.util.retry import Retry

    send = HTTPAdapter.send

    def once(self: Any, request: Any, *args: Any, **options: Any) -> Any:
        self.max_retries = Retry(0, read=False)
        Http.asked, Http.status, Http.error = True, None, None
        try:
            answer = send(self, request, *args, **options)
        except Exception as error:
            Http.error = error
            Http.wrote |= request.method != "GET" and not _unsent(error)
            raise
        Http.wrote |= request.method != "GET"
        Http.status, Http.after = answer.status_code, answer.headers.get("Retry-After", "")
        return answer

    HTTPAdapter.send = once  # type: ignore[method-assign]


def meaning(error: BaseException, write: bool) -> Dict[str, Any]:
    """Kind and words of `error`, as a request answers it; `write`: it may have been done."""
    lost = "unanswered" if write and (Http.wrote or not Http.asked) else "unreachable"
    told = _told(error)
    if isinstance(error, Said):
        return {"kind": error.kind, "text": told, "hint": error.hint}
    if isinstance(error, ImportError):
        return {"kind": "absent", "text": told}
    if Http.error is not None:
        return {"kind": lost, "text": one_line(Http.error)}
    if Http.status is not None and Http.status >= 300:
        return _answered(Http.status, _code(error), told, lost)
    for each in _chain(error):
        if isinstance(each, (PermissionError, FileNotFoundError)):
            return {"kind": "denied" if isinstance(each, PermissionError) else "missing", "text": one_line(each)}
        if isinstance(each, sqlite3.Error) or type(each).__module__.startswith("sqlalchemy"):
            return {"kind": _of_database(each, lost), "text": one_line(getattr(each, "orig", None) or each)}
    return {"kind": CODES.get(_code(error), lost), "text": told}


def _answered(status: int, code: str, told: str, lost: str) -> Dict[str, Any]:
    kind = {401: "denied", 403: "denied", 429: "throttled", 405: "unreachable"}.get(status)
    if kind is None and status == 404:
        kind = CODES.get(code, "unreachable")
    if kind is None:
        kind = _kind_by_text(told) or lost if status >= 500 else CODES.get(code, "usage")
    seconds = float(Http.after) if Http.after.isdigit() else 0.0
    return {"kind": kind, "text": told, "status": status, "seconds": seconds}


#: What requests and urllib3 call it when no connection was made, or nobody knows to where.
UNCONNECTED = frozenset(
    ["NewConnectionError", "ConnectTimeoutError", "ConnectTimeout", "NameResolutionError", "SSLCertVerificationError"]
)
NOWHERE = frozenset(["InvalidURL", "MissingSchema", "InvalidSchema", "LocationParseError"])


def _unsent(error: BaseException) -> bool:
    """Whether nothing can have reached the server."""
    names = {type(each).__name__ for each in _reasons(error)}
    return bool(names & UNCONNECTED) or names <= NOWHERE


def _reasons(error: Any) -> Iterator[BaseException]:
    """`error`, and what urllib3 wrapped in it."""
    while isinstance(error, BaseException):
        yield error
        inner = getattr(error, "reason", None)
        error = inner if isinstance(inner, BaseException) else next(iter(error.args), None)


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _of_database(error: BaseException, lost: str) -> str:
    kind = _kind_by_text(str(error))
    if kind is None and type(error).__name__ in ("IntegrityError", "DataError", "StatementError"):
        return "usage"
    return kind or lost


def _kind_by_text(text: str) -> Optional[str]:
    return next((kind for pattern, kind in DATABASE if re.search(pattern, text, re.IGNORECASE)), None)


def _code(error: BaseException) -> str:
    """mlflow's name for it; of one that wraps another the inner one's, since the outer has none of its own."""
    codes = [str(code) for each in _chain(error) if (code := getattr(each, "error_code", None))]
    return next((code for code in codes if code != "INTERNAL_ERROR"), codes[0] if codes else "")


def _told(error: BaseException) -> str:
    code = _code(error)
    words = next((each for each in _chain(error) if code and getattr(each, "error_code", None) == code), error)
    text = one_line(words)
    return text[len(code) + 2 :] if code and text.startswith(f"{code}: ") else text


def one_line(error: BaseException) -> str:
    text = re.sub(r"\s*\(Background on this error at:.*", "", " ".join(str(error).split()))
    return (text[:400] or type(error).__name__) if text else type(error).__name__
