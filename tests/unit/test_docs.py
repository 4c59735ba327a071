"""The docs held against the code and each other (the idea is simonw/sqlite-utils' tests/test_docs.py)."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from mltui.config.files import read_file
from mltui.config.keys import KEYS
from mltui.config.reference import MEANING, page
from mltui.tui.places.registry import PLACES

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
SOURCES = sorted((ROOT / "src" / "mltui").rglob("*.py"))


def anchors(text: str) -> set[str]:
    """The anchors of headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(found.read_text()), f"{path.name}: {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    left = [ROOT / "README.md"]
    while left:
        path = left.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        left += [(path.parent / name).resolve() for name in re.findall(r"\]\(([^)#\s]+\.md)[^)]*\)", path.read_text())]
    assert {path.name for path in DOCS} <= {path.name for path in seen}


def test_every_place_has_a_page() -> None:
    names = {path.stem for path in DOCS}
    assert {each.title.lower() for each in PLACES.values()} <= names


def test_the_table_of_settings_is_made_from_the_keys() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert text == page(text), "python -m mltui.config.reference writes it anew"
    assert set(MEANING) == {key.name for key in KEYS}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_configuration_in_the_docs_is_valid(path: Path, tmp_path: Path) -> None:
    """Each block of TOML, read as a project's file would be; those of keys.toml are held by its own test."""
    for at, block in enumerate(re.findall(r"^```toml\n(.*?)^```", path.read_text(), flags=re.M | re.S)):
        tomllib.loads(block)
        if path.name == "rebinding.md" or re.match(r"#[^\n]*\n\[project|\[custom", block):  # other programs' files
            continue
        file = tmp_path / f"{at}.toml"
        file.write_text(block)
        _, problems = read_file(file)
        assert not problems, f"{path.name}: {block}\n{problems}"


def texts() -> str:
    """Every string of the program, with "…" for what an f-string fills in, and help for none."""
    found: list[str] = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values]
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_troubleshooting_has_words_that_mltui_says() -> None:
    said = texts()
    page = (ROOT / "docs" / "troubleshooting.md").read_text()
    told = [code for bold in re.findall(r"\*\*(.+?)\*\*", page, flags=re.S) for code in re.findall(r"`(.+?)`", bold)]
    assert len(told) > 20
    for text in told:
        pieces = [piece for piece in re.split(r"…", text) if len(piece.strip()) > 2]
        assert pieces, text
        for piece in pieces:
            assert piece.strip() in said, f"{text}: mltui says nothing like {piece!r}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_variables_in_the_docs_are_read_by_somebody(path: Path) -> None:
    others = [ROOT / "recorder", ROOT / "tests", ROOT / "bench"]
    rest = [file for room in others for file in room.rglob("*.py")]
    code = "\n".join(source.read_text() for source in (*SOURCES, *rest))
    for name in set(re.findall(r"\bMLTUI_[A-Z_]+\b", path.read_text())):
        assert name in code, f"{path.name}: {name}"


def test_pictures_are_there() -> None:
    named = set(re.findall(r"screenshots/([\w.-]+)", (ROOT / "README.md").read_text()))
    assert named and named <= {path.name for path in (ROOT / "screenshots").iterdir()}
