"""The filter language over runs that are made up; tests/real compares it with MLflow's own answers."""

from __future__ import annotations

import math
from datetime import datetime

import pytest

from mltui.errors import FilterError, UsageError
from mltui.model.filters import Facts, Needs, is_expression, parse
from mltui.model.filters.as_text import meant_as_numbers
from mltui.model.filters.completing import completed
from mltui.model.runs import Run, RunInput
from mltui.present.filter_text import marked

HOUR = 3_600_000
NOW = 1_700_000_000_000


def run(run_id: str, **given: object) -> Run:
    usual: dict[str, object] = {
        "name": "", "kind": "run", "experiment": "churn", "experiment_id": "1", "status": "FINISHED",
        "lifecycle": "active", "start": NOW - 2 * HOUR, "end": NOW - HOUR, "commit": None,
    }  # fmt: skip
    return Run(run_id, **{**usual, **given})  # type: ignore[arg-type]


RUNS = (
    run(
        "a",
        name="lr-0.1",
        commit="0123456789" * 4,
        metrics={"acc": 0.95, "val/loss [x]": 1.0, "nan": math.nan, "up": math.inf},
        params={"lr": "0.1", "model": "rf", "note": "two\nlines", "empty": ""},
        tags={"mlflow.runName": "lr-0.1", "mlflow.user": "Ada", "team": "red"},
    ),
    run(
        "b", name="lr-10", status="FAILED", start=NOW - 72 * HOUR, end=NOW - 72 * HOUR + 1000,
        metrics={"acc": 0.5, "nan": 0.0, "up": 2.0}, params={"lr": "10", "model": "svm"}, tags={"team": "x"},
    ),
    run("c", name="é%_", status="RUNNING", end=None, params={"lr": "many"}),
    run("d", kind="exp", name="exp-d", start=None, end=None, metrics={"acc": -1}),
)  # fmt: skip
FACTS = Facts(
    {"a": [RunInput("wine", "d1", "local", "", "training"), RunInput("rose", "d2", "local", "", "")]}, {"b": "Bob"}
)


def found(text: str) -> str:
    """The ids of the runs that match."""
    matches = parse(text).predicate(NOW, FACTS)
    return "".join(each.run_id for each in RUNS if matches(each))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", "abcd"),
        ("  \n", "abcd"),
        ("metrics.acc > 0.9", "a"),
        ("metrics.acc>-1", "ab"),
        ("metric.acc >= -1e0", "abd"),
        ("metrics.acc != 0.5", "ad"),
        ("not metrics.acc = 0.5", "acd"),
        ("metrics.`val/loss [x]` = 1", "a"),
        ('metrics."val/loss [x]" = 1', "a"),
        ("metrics.acc > 0.9 and (params.model = 'rf' or tags.team != 'x') and status = FINISHED", "a"),
        ("params.model = 'rf' or params.model = 'svm' and metrics.acc < 0", "a"),
        ("(params.model = 'rf' or params.model = 'svm') and metrics.acc < 0.9", "b"),
        ("not (metrics.acc > 0.9 or status = FAILED)", "cd"),
        ("not not status = FAILED", "b"),
        ("status = failed", "b"),
        ("status = 'failed'", ""),
        ("status in (FAILED, running)", "bc"),
        ("status not in ('FAILED', 'RUNNING')", "ad"),
        ("STATUS = 'x' or 1", None),
        ("params.lr = 0.1", "a"),
        ("params.lr > '1'", "bc"),
        ("num(params.lr) > 0.05", "ab"),
        ("num(params.lr) < 10", "a"),
        ("params.empty = ''", "a"),
        ("params.note = 'two\nlines'", "a"),
        ("params.note like 'two%'", "a"),
        ("params.note like '%o_l%'", "a"),
        ("params.model LIKE 'R%'", ""),
        ("params.model ILIKE 'R%'", "a"),
        ("params.model not like 'r%'", "b"),
        ("name like 'é%'", "c"),
        ("name ilike 'É%'", ""),
        ("name ~ 'lr.*'", "ab"),
        ("name ~ '^lr-\\d+$'", "b"),
        ("name not ~ 'lr'", "cd"),
        ("attributes.run_name = 'lr-0.1'", "a"),
        ("`run name` = 'exp-d'", "d"),
        ("has metrics.acc", "abd"),
        ("not has metrics.acc", "c"),
        ("has commit and has end", "a"),
        ("metrics.acc is not null", "abd"),
        ("params.model is null", "cd"),
        ("params.model in ('rf', svm)", "ab"),
        ("params.model not in ('rf')", "b"),
        ("metrics.acc in (0.5, -1)", "bd"),
        ("metrics.nan != 0", "a"),
        ("metrics.nan = 0", "b"),
        ("metrics.nan = nan", "a"),
        ("metrics.nan > 1 or metrics.nan <= 1", "b"),
        ("metrics.up = inf", "a"),
        ("metrics.up < inf", "b"),
        ("metrics.up = 1.7976931348623157e308", "a"),
        ("metrics.up > 1.7976931348623157e308", ""),
        ("age < 3h", "ac"),
        ("age > 2d12h", "b"),
        ("duration = 1s", "b"),
        ("duration >= 2h", "c"),
        ("user = 'Ada'", "a"),
        ("user_id = 'Bob'", "b"),
        ("commit = 0123456", "a"),
        ("commit != '0123456'", ""),
        ("commit = 01234567890", "a"),
        ("dataset.name = 'wine'", "a"),
        ("dataset.name != 'wine'", "a"),
        ("not dataset.name = 'wine'", "bcd"),
        ("datasets.context != 'x' and dataset.digest in ('d2')", "a"),
        ("dataset.context not in ('training')", ""),
        (f"start_time <= {NOW - 72 * HOUR}", "b"),
        ("start > 2000-01-01 and start < '2099-12-31T10:00:00Z'", "abc"),
        ("run_id in ('a', 'c')", "ac"),
        ("kind = exp", "d"),
        ("experiment = churn and lifecycle = active", "abcd"),
        # as MLflow has it
        ("params.model = 'rf' and", "a"),
        ("and params.model = 'rf' and and metrics.acc > 0", "a"),
        ("params.model = 'rf' metrics.acc > 0", "a"),
    ],
)
def test_what_matches(text: str, ids: str | None) -> None:
    if ids is None:
        with pytest.raises(FilterError):
            parse(text)
    else:
        assert found(text) == ids


def test_quotes_are_taken_off_and_nothing_else() -> None:
    one = run("q", params={"it''s": "it''s", "b": 'say "x"', "c": "C:\\new"})
    for text in ("params.`it''s` = 'it''s'", """params.b = 'say "x"'""", "params.c = 'C:\\new'"):
        assert parse(text).predicate(NOW)(one), text
    assert parse("params.c in ('C:\\new')").predicate(NOW)(one)
    tab = Facts({"q": [RunInput("a\tb", "", "", "", "")]})
    assert parse("dataset.name in ('a\\tb')").predicate(NOW, tab)(one), "MLflow reads lists as Python's"


def test_a_date_is_a_whole_day_of_local_time() -> None:
    noon = int(datetime(2024, 5, 6, 12).timestamp() * 1000)
    day = (run("before", start=noon - 24 * HOUR), run("on", start=noon), run("after", start=noon + 24 * HOUR))

    def ids(text: str) -> list[str]:
        return [each.run_id for each in filter(parse(text).predicate(NOW), day)]

    assert ids("start = 2024-05-06") == ["on"]
    assert ids("start != 2024-05-06") == ["before", "after"]
    assert ids("start > 2024-05-06") == ["on", "after"]
    assert ids("start <= 2024-05-06") == ["before", "on"]
    assert ids("start < 2024-05-06") == ["before"]
    assert ids("start = 2024-05") == ["before", "on", "after"]
    assert ids("start >= '2024-05-06 12:00'") == ["on", "after"]


@pytest.mark.parametrize(
    ("text", "blamed", "why"),
    [
        ("metrics.acc", "", "expected an operator"),
        ("metrics.acc >", "", "expected a value"),
        ("metrics.acc > 'x'", "'x'", "expected a number"),
        ("metrics.acc > '0.5'", "'0.5'", "expected a number"),
        ("metrics.acc ~ 'x'", "'x'", "numbers are not compared with ~"),
        ("metrics. > 1", "", "a key lacks"),
        ("status = DONE", "DONE", "there is no status DONE"),
        ("stats = 'x'", "stats", "a run has no attribute stats"),
        ("(status = FAILED", "(", "this ( is not closed"),
        ("status = FAILED)", ")", "this ) closes nothing"),
        ("status = 'FAILED", "'FAILED", "the quote ' is not closed"),
        ("status = FAILED or", "", "expected a comparison"),
        ("status = FAILED foo", "foo", "foo is out of place"),
        ("not", "", "expected a comparison"),
        ("name ~ 'a(b'", "(b'", "not a regular expression"),
        ("age < 3", "3", "expected a span of time"),
        ("age < 3y", "3y", "expected a span of time"),
        ("start > 3d", "3d", "expected a date"),
        ("start > 2024-13-01", "2024-13-01", "expected a date"),
        ("dataset.size > 1", "dataset.size", "a dataset has no size"),
        ("status in ()", ")", "expected a value"),
        ("status in ('a' 'b')", "'b'", "expected a comma or )"),
        ("params.a ! 'x'", "!", "! alone means nothing"),
        ("num(status) > 1", "status", "num() is for params and tags"),
        ("(" * 5000, "(", "too many parentheses"),
        ("not " * 5000, "not", "too many parentheses"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, blamed: str, why: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    error = caught.value
    assert isinstance(error, UsageError)
    assert why in error.summary
    assert text[error.start : error.end] == blamed


def test_a_hint_says_what_was_meant() -> None:
    def hint(text: str) -> str:
        with pytest.raises(FilterError) as caught:
            parse(text)
        return caught.value.hint

    assert hint("stats = 'x'") == "did you mean status?"
    assert hint("acc > 1").startswith("a key is metrics.acc")
    assert hint("start > 3d") == "how long ago it was is age: age < 3d"
    assert hint("metrics.a > '1'") == "without quotes: 1"


def test_the_mark_stands_below_what_is_wrong() -> None:
    with pytest.raises(FilterError) as caught:
        parse("name = 'é字' and\tstatus = DONE")
    assert marked(caught.value) == ("name = 'é字' and␉status = DONE", " " * 26 + "^^^^")
    with pytest.raises(FilterError) as caught:
        parse(f"name = '{'x' * 400}' and status = DONE and age < 3d")
    line, mark = marked(caught.value)
    assert len(line) <= 100
    assert line[mark.index("^") :].startswith("DONE")
    assert line.startswith("…")


def test_needs() -> None:
    asked = parse("metrics.a > 1 and not (num(params.`b c`) > 1 or has tags.t) and run_name = 'x'").needs
    assert asked == Needs(frozenset("a"), frozenset({"b c"}), frozenset({"t", "mlflow.runName"}))
    asked = parse("dataset.name = 'x' or user = 'x'").needs
    assert (asked.inputs, asked.users) == (True, True)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("metrics.", True),
        ("metrics.acc > 0.9", True),
        ("`params`.`a b` = 'x'", True),
        ("status = FAILED", True),
        ("status=", True),
        ("status in (FAILED", True),
        ("commit is null", True),
        ("(status = x or", True),
        ("not (has metrics.a", True),
        ("has tags.x", True),
        ("num(params.lr) > 1", True),
        ("name ~ lr", True),
        ("acc > 0.9", True),
        ("auc>0.9", True),
        ("auc>=.9", True),
        ("loss<-1", True),
        ("a->b", False),
        ("run.py", False),
        ("dataset.csv", False),
        ("param.yaml is here", False),
        ("run.status = 'FINISHED'", True),
        ("metric.`val loss`>1", True),
        ("dataset.name in ('x'", True),
        ("param.lr is null", True),
        ("tags.", True),
        ("age < 3d", True),
        ("status", False),
        ("statusbar = x", False),
        ("not found", False),
        ("has it all", False),
        ("lr=0.1,bs=32", False),
        ("name", False),
        ("run", False),
        ("(draft)", False),
        ("start again", False),
        ("", False),
        ("random-forest", False),
    ],
)
def test_words_stay_words(text: str, filters: bool) -> None:
    assert is_expression(text) is filters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("status = FA", ("status = FAILED", ())),
        ("metrics.a > 1 and status != ki", ("metrics.a > 1 and status != KILLED", ())),
        ("status in (FAILED, RU", ("status in (FAILED, RUNNING", ())),
        ("lifecycle =", ("lifecycle =", ("active", "deleted"))),
        ("status = X", ("status = X", ())),
    ],
)
def test_values_of_which_there_are_few_are_completed(text: str, found: tuple[str, tuple[str, ...]]) -> None:
    assert completed(text, {}) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("params.epochs > 5", "params compare as text; num(params.epochs) > 5 as numbers"),
        ("params.epochs > '5' and metrics.auc > 0", "params compare as text; num(params.epochs) > 5 as numbers"),
        ("tags.`a b` <= 9", "tags compare as text; num(tags.`a b`) <= 9 as numbers"),
        ("num(params.epochs) > 50", ""),  # it is told apart already
        ("params.epochs > 90", ""),  # as numbers it finds nothing either
        ("params.epochs > 20", ""),  # true of some: another comparison is in the way
        ("params.epochs > 'x'", ""),
        ("params.model > 5", ""),
        ("params.epochs = 5", ""),
        ("not params.epochs > 5", ""),
        ("metrics.auc > 5", ""),
    ],
)
def test_numbers_that_compare_as_text(text: str, told: str) -> None:
    runs = [
        run(f"r{at}", params={"epochs": epochs, "model": "None"}, tags={"a b": "9.0"})
        for at, epochs in enumerate(("32", "16"))
    ]
    assert meant_as_numbers(parse(text), runs) == told


def test_the_key_at_the_end_of_a_longer_filter_is_completed() -> None:
    keys = {"metrics": ("auc",), "params": ("degree", "a b"), "tags": ()}
    assert completed("metrics.auc > 0.96 and params.d", keys) == ("metrics.auc > 0.96 and params.degree", ())
    assert completed("metrics.auc > 0.96 and params.`a", keys) == ("metrics.auc > 0.96 and params.`a b`", ())
    assert completed("metrics.auc > 0.96 and ta", keys)[0] == "metrics.auc > 0.96 and tags."
    assert completed("params.degree = '2' and params.none", keys) == ("params.degree = '2' and params.none", ())
