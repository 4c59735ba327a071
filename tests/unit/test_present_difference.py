"""A difference as lines, as Markdown, as a document: whatever its names are."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.data_files import ChangedFile, DirectoryChanges
from mltui.model.difference import Between, CodeChange, NotRead, TableChange, differences
from mltui.model.side import Datum, Side
from mltui.present.difference import Shown, difference_lines, visible
from mltui.present.difference_document import as_document, as_markdown
from mltui.present.difference_words import code_text, detail_words
from mltui.present.layout import width_of
from mltui.present.text import ASCII, UNICODE, plain

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("diff.schema.json").read_text("utf-8"))

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_names = st.sampled_from(["train.csv", "a" * 90, "[red]x", "esc\x1b[31m", "two\nlines", "データ.csv", "a|b"]) | _texts
_pairs = st.dictionaries(_names, _texts, max_size=3)
_details = st.sampled_from(
    [
        TableChange((1, 2), 1, 0, ("z",), (), 3),
        NotRead("no"),
        DirectoryChanges({"added": 1}, (ChangedFile("added", "x"),), 2),
    ]
)
_data = st.dictionaries(
    _names,
    st.builds(
        Datum,
        path=_names,
        hash=st.sampled_from([None, "md5:aaaaaaaa", "md5:bbbbbbbb"]),
        basis=st.sampled_from(["recorded", "inferred", "in the tree", "unknown"]),
        how=_texts,
        size=st.none() | st.integers(0, 10**10),
        version=st.none() | st.integers(1, 999),
        made_by=st.sampled_from(["", "train"]),
    ),
    max_size=3,
)
_sides = st.builds(
    Side,
    kind=st.sampled_from(["run", "model", "alias", "commit", "worktree"]),
    id=_names,
    label=_names,
    commit=st.none() | st.just("a" * 40),
    dirty=st.none() | st.booleans(),
    run=st.sampled_from(["", "r" * 32]),
    data=st.none() | _data,
    tree=_data,
    params=_pairs,
    metrics=st.dictionaries(_names, st.floats(allow_nan=True, allow_infinity=True), max_size=3),
    commands=st.none() | _pairs,
    required=st.none() | st.dictionaries(_names, _pairs, max_size=2),
    unknowns=st.lists(_texts, max_size=2).map(tuple),
)
_betweens = st.builds(
    Between,
    code=st.none()
    | st.lists(
        st.builds(CodeChange, _names, st.sampled_from("AMDTR?"), st.none() | st.integers(0, 99), st.integers(0, 99)),
        max_size=8,
        unique_by=lambda each: each.path,
    ).map(tuple),
    code_unknown=_texts,
    contents=st.dictionaries(_names, _details, max_size=3),
)


@given(
    _sides, _sides, _betweens, st.sampled_from([40, 78, 118, None]), st.booleans(), st.sampled_from([UNICODE, ASCII])
)
def test_lines_have_no_control_characters_and_room(old, new, between, width, only, symbols) -> None:
    found = differences(old, new, between)
    for line in difference_lines(found, Shown(only, width, symbols)):
        assert plain(line).isprintable()
        assert width is None or width_of(line) <= width


@given(_sides, _sides, _betweens)
def test_documents_are_as_their_schema_says(old, new, between) -> None:
    document = as_document(differences(old, new, between))
    jsonschema.validate(json.loads(json.dumps(document, allow_nan=False)), SCHEMA)


@given(_sides, _sides, _betweens)
def test_every_row_of_markdown_has_five_cells(old, new, between) -> None:
    table = [line for line in as_markdown(differences(old, new, between)).splitlines() if line.startswith("| ")]
    assert all(len(line.replace("\\|", "").split(" | ")) == 5 for line in table)


def test_of_many_files_that_are_no_dependency_some_are_counted() -> None:
    code = tuple(CodeChange(f"{at}.md", "M", 1, 0) for at in range(12))
    section = differences(Side("commit", "a", "a"), Side("commit", "b", "b"), Between(code)).of("code")
    rows, rest = visible(section, Shown())
    assert (len(rows), rest) == (5, "and 7 more files that are no dependencies")
    assert len(visible(section, Shown(only=False))[0]) == 12


def test_what_changed_in_words() -> None:
    assert detail_words(TableChange((10, 1214), 1204, 0, columns_same=3)) == ["+1,204 rows", "3 columns unchanged"]
    assert detail_words(TableChange((3, 2), 0, 1, ("a", "b"), ("c",), 1)) == [
        "-1 row",
        "2 columns added",
        "column c removed",
        "1 column unchanged",
    ]
    assert detail_words(TableChange((3, 4), 2, 1)) == ["2 rows added, 1 removed (3 before, 4 now)"]
    assert detail_words(TableChange((3, 3), 0, 0, order=True)) == ["the same rows in another order"]
    assert detail_words(TableChange((3, 3), 0, 1, unit="key", edited=2)) == ["1 key removed", "2 keys changed"]
    assert code_text(CodeChange("b", "R", 1, 2, 1, "a")) == "renamed from a, 2 lines in 1 hunk"
    assert code_text(CodeChange("b", "A", 3, 0, 1)) == "new, 3 lines"
    assert code_text(CodeChange("b", "M", binary=True)) == "binary"
