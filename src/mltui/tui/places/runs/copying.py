"""What of the table of runs can be copied: as text for people, as values for a spreadsheet, as code that goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mltui.errors import FilterError
from mltui.model.columns import ColumnSpec, TableView, parse_column
from mltui.model.filters import is_expression, parse
from mltui.model.key_names import key_of
from mltui.model.runs import Run, Store
from mltui.model.runs_command import RunsLooked, named, runs_command
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.run_groups import grouped
from mltui.present.run_link import page_of
from mltui.present.run_scene import RunScene
from mltui.present.run_values import exact, keys_of, runs_tsv
from mltui.present.runs_markdown import runs_markdown
from mltui.tui.places.offers import MARKDOWN, MOST_ROWS, Copy, Offer, markdown_copy, value_offer

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CopiedRuns:
    """The table as it is looked at when somebody copies.

    `rows` are those that the filter `typed` lets through, in their order and without headings; `run` is the one under
    the cursor. `looked` says where they are, without their filter.
    """

    rows: Rows[Run]
    run: Run | None
    marks: frozenset[str]
    typed: str
    view: TableView
    scene: RunScene
    store: Store | None
    looked: RunsLooked

    def offers(self) -> tuple[Offer, ...]:
        """Everything that can be copied, what people want most often first."""
        total = count(len(self.marks or self.rows), "marked run" if self.marks else "run")
        found = [
            Offer(MARKDOWN, "table as Markdown", total, self._markdown),
            Offer("tsv", "table as TSV", f"{total}, all digits", self._tsv),
        ]
        if self.store is not None and any(run.kind == "run" for run in self.rows.items):
            found.append(Offer("search", "mlflow.search_runs(…)", "Python that gives the same runs", self._search))
        found.append(Offer("command", "mltui runs …", "the command that prints the same", self._command))
        if self.run is not None:
            found += [Offer("row", "row as TSV", "with its header, all digits", self._row), *self._values(self.run)]
        return tuple(found)

    # Which runs

    def chosen(self) -> Rows[Run]:
        """The marked runs in the order of the table, those that the filter hides last; without marks all shown."""
        rows = self._in_groups()
        if not self.marks:
            return rows
        order = rows.order if rows.order is not None else tuple(range(len(rows.items)))
        shown = [at for at in order if rows.items[at].run_id in self.marks]
        seen = set(shown)
        hidden = [at for at, run in enumerate(rows.items) if run.run_id in self.marks and at not in seen]
        return replace(rows, order=(*shown, *hidden))

    def _in_groups(self) -> Rows[Run]:
        """In the order in which groups stand, those that are folded away too."""
        if not self.view.group:
            return self.rows
        at = {run.run_id: number for number, run in enumerate(self.rows.items)}
        found = grouped(self.rows, self.view.group, self.scene).items
        return replace(self.rows, order=tuple(at[each.run_id] for each in found if isinstance(each, Run)))

    def _runs(self) -> list[Run]:
        rows = self.chosen()
        return [rows.item(at) for at in range(len(rows))]

    def _columns(self) -> tuple[ColumnSpec, ...]:
        return tuple(parse_column(column.key) for column in self.rows.columns)

    def _expression(self) -> tuple[str, str]:
        """The filter that lets these runs through, and what it can't say: too many marks, or words."""
        if not self.marks and not self.typed:
            return "", ""
        if not self.marks and is_expression(self.typed):
            try:
                return parse(self.typed).text, ""
            except FilterError:
                pass  # it was taken for words
        one_by_one = named([run.run_id for run in self._runs()])
        left = f"{len(self.marks):,} marks" if self.marks else f"the words {self.typed!r}"
        return (one_by_one, "") if one_by_one else ("", left)

    # What is made of them

    def _markdown(self) -> Copy:
        rows, store = self.chosen(), self.store
        short = replace(rows, order=(rows.order or tuple(range(len(rows.items))))[:MOST_ROWS])
        table = runs_markdown(short, (lambda run: page_of(run, store)) if store else lambda run: "")
        return markdown_copy(table, len(rows), "run", _instead())

    def _tsv(self) -> Copy:
        runs = self._runs()
        return Copy(runs_tsv(runs, self._columns(), self.scene), f"{count(len(runs), 'run')} as TSV", _instead())

    def _row(self) -> Copy:
        runs = [self.run] if self.run is not None else []
        return Copy(runs_tsv(runs, self._columns(), self.scene), "the run as TSV")

    def _search(self) -> Copy:
        from mltui.model.search_call import search_call

        said, left = self._expression()
        experiments = sorted({run.experiment_id for run in self.rows.items if run.kind == "run"})
        address = self.store.uri if self.store else ""
        code = search_call(address, experiments, parse(said) if said else None, self.view.order, self.scene.now)
        note = f"# left out: {left}\n" if left else ""
        return Copy(note + code, f"a call of mlflow.search_runs{_without(left)}")

    def _command(self) -> Copy:
        said, left = self._expression()
        own = bool(self.view.columns or self.view.varying)
        columns = self._columns() if own else ()
        base = self.scene.baseline.run_id if self.scene.baseline else ""
        looked = replace(self.looked, filter=said, columns=columns, order=self.view.order, baseline=base)
        left = " and ".join(filter(None, (left, "the groups" if self.view.group else "")))
        return Copy(runs_command(looked), f"a command of mltui runs{_without(left)}")

    def _values(self, run: Run) -> list[Offer]:
        """The values of a run: first those in the table, then all that it has besides."""
        shown = (each.plain() for each in self._columns())
        specs = dict.fromkeys((*shown, ColumnSpec("attributes", "run_id"), *keys_of(run)))
        pairs = [(spec, exact(run, spec, self.scene)) for spec in specs]
        return [value_offer(f"value {spec.id}", spec.id, value) for spec, value in pairs if value]


def _instead() -> str:
    """Where all of a table can be had that is too long for a clipboard."""
    return f"{key_of('copy.as')} has the command that prints it"


def _without(left: str) -> str:
    return f", without {left}" if left else ""


def looked(workspace: Workspace, store: Store | None) -> RunsLooked:
    """Where the runs are, for a command line: a store and a scope are named that only this session has."""
    config, project = workspace.config, workspace.project
    named_here = store is not None and (config.store_origin == "flag" or project.server is not None)
    everywhere = config.experiments == ("*",)
    return RunsLooked(
        str(project.root),
        store.uri if store is not None and named_here else "",
        experiments=config.experiments if everywhere else (),
    )
