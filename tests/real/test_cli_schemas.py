"""What every command with --json prints, of a real project, is what its schema says, and nothing besides."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from closed_schema import closed
from mltui.cli import run
from mltui.schema import SCHEMAS

pytestmark = pytest.mark.real

RUN = "alpha=0.01"
MODEL = "tumour-screening"
#: A command -> what is behind it, with all that only shows what it would do.
LINES = {
    "status": "",
    "history": "HEAD",
    "data": "data/tumours.csv",
    "pipeline": "train",
    "runs": "",
    "run show": RUN,
    "run files": RUN,
    "run cat": f"{RUN} train.log",
    "compare": f"{RUN} alpha=0.001",
    "chart": f"auc {RUN}",
    "models": MODEL,
    "jobs": "",
    "log": RUN,
    "lineage": f"{MODEL}@champion",
    "why": f"{MODEL}@champion",
    "diff": "HEAD~1",
    "trend": "auc",
    "journal": f"--model {MODEL}",
    "experiments": "",
    "projects": "",
    "exp list": "",
    "doctor": "",
    "keys": "",
    "retrain": "--dry-run",
    "reproduce": f"{RUN} --print",
    "promote": f"{MODEL} 4 --to champion --dry-run",
    "rollback": f"{MODEL} --to 2 --dry-run",
    "trust": "--show",
    "clean": "--dry-run",
    "hash": "--dry-run",
    "exp apply": "more-decay --dry-run --force",
    "exp branch": "more-decay new --dry-run",
    "exp remove": "more-decay --dry-run",
    "exp queue": "-S train.epochs=2 --dry-run",
    "exp start": "--dry-run",
    "run tag": f"{RUN} --tag team=credit --dry-run",
    "model tag": f"{MODEL}/3 --tag team=credit --dry-run",
}
#: What else the same command prints.
MORE = (
    ("history", "history --at v1.0"),
    ("data", "data --at v1.0"),
    ("pipeline", "pipeline --at v1.0"),
    ("models", "models --at v1.0"),
    ("lineage", f"lineage {MODEL}/1 --at v1.0"),
    ("runs", "runs --at v1.0"),
    ("runs", "runs --group-by experiment"),
    ("run", "run show more-decay"),
    ("journal", "journal"),
)
#: These need something to act on: they are refused before there is a document, and tests of their own see it.
ELSEWHERE = {"stop", "restore", "undo", "run restore", "exp stop"}
#: Printed by the same door as a tag's (`cli.doing`), and each starts the project's mlflow: seconds.
CHORES = {"run note", "run rename", "run delete", "run end", "model note", "model rename"}


@pytest.fixture(scope="module")
def project(demo_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("schemas") / "project"
    shutil.copytree(demo_project, path, symlinks=True)
    yield path


def test_every_command_is_asked() -> None:
    assert {*LINES, *ELSEWHERE, *CHORES} == set(SCHEMAS)
    assert {SCHEMAS[words] for words in (*ELSEWHERE, *CHORES)} == {"action"}


@pytest.mark.parametrize(
    ("schema", "line"),
    [*((SCHEMAS[words], f"{words} {more}") for words, more in LINES.items()), *MORE],
    ids=lambda word: word.strip() if " " in word else "",
)
def test_a_document_is_what_its_schema_says(
    project: Path, schema: str, line: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code = run(["-C", str(project), *line.split(), "--json"])
    said, err = capfdbinary.readouterr()
    assert code in (0, 4), err.decode()
    document = json.loads(said.decode("utf-8"), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert next(iter(document)) == "schema"
    jsonschema.Draft202012Validator(closed(schema)).validate(document)
