"""What the SQL reader asks of a database, whichever it is. SQL is written once, with ``?`` and ``"quoted"`` names."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from mltui.model.part import Problem
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.schema import Schema

Row = Sequence[Any]
#: (run_uuid, {key: value}) of a table of keys and texts; one run may come in several pieces.
Pair = tuple[str, Mapping[str, str]]
#: (run_uuid, {key: value}) of latest metrics; likewise.
Numbers = tuple[str, Mapping[str, float]]


class Database(Protocol):
    """A database with MLflow's tables. Each page is one short read-only transaction of its own.

    Every method raises `SourceError`. Rows are sequences in the order of the columns asked for; text that is not
    UTF-8 comes with replacement characters.
    """

    def schema(self) -> Schema:
        """The tables that are there now. Raises `Unreadable` if they are not MLflow's."""

    def rows(
        self, table: str, columns: Sequence[str], where: str = "", args: Sequence[Any] = ()
    ) -> Iterator[list[Row]]:
        """Every row of `table` that satisfies `where`, in pages, in no order one may rely on."""

    def rows_in(
        self,
        table: str,
        columns: Sequence[str],
        column: str,
        values: Collection[Any],
        *,
        where: str = "",
        args: Sequence[Any] = (),
    ) -> Iterator[list[Row]]:
        """The rows whose `column` is one of `values`, in pages."""

    def newest(self, limit: int, where: str = "", args: Sequence[Any] = ()) -> list[str]:
        """Ids of the runs that started last, newest first; equal starts by id."""

    def counts(self) -> list[tuple[str, int, int | None]]:
        """(experiment id, runs that are not deleted, the latest start of one) per experiment that has some."""

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        """``params`` or ``tags`` by run, in pages. None is all keys, all runs."""

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        """``latest_metrics`` by run, in pages, nan and infinities as such. None is all keys, all runs."""

    def selected_in(
        self, table: str, columns: Sequence[str], select: str, args: Sequence[Any], runs: Collection[str]
    ) -> Iterator[list[Row]]:
        """The rows of `select` for these runs, in pages: ``{inside}`` in it stands for the condition that they are."""

    def distinct(self, table: str, column: str) -> set[str]:
        """The different values of a text column."""

    def series(self, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
        """(value, timestamp, step, is_nan) of one metric, in pages; with `limit` at least the newest so many."""

    def columns(self, run_id: str, key: str, former: Read | None) -> Read:
        """All points of one metric as columns, or what came to `former`, an earlier answer to the same question."""

    def fingerprint(self) -> Hashable:
        """Equal as long as nothing was written."""

    def problems(self) -> tuple[Problem, ...]:
        """Rows that could not be read so far."""

    def close(self) -> None:
        """Let go of what is open."""
