"""What git prints, and the files of its own that are read as files."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.harness import at, reader

from mltui.model.alias_history import moves_of
from mltui.model.gto import registered, standings
from mltui.sources.git import detail, files, graph, history, index, refs, state
from mltui.sources.git.blobs import read_answer
from mltui.sources.gto import tags
from mltui.sources.sides.code import parse_changes

SHA, PARENT = "a" * 40, "b" * 40
LOG = "\0".join([SHA, PARENT, "Ada", "ada@x", "1600000000", "1600000001", "why: é", ""]) * 2
REFS = "\0".join(["refs/heads/main", "", "*", SHA, "commit", "", ""]) + "\n"
TAG = "\0".join(["refs/tags/churn@v1.0.0", "commit", SHA, "Ada <ada@x>", "1600000000", "it", "body", ""])
STATUS = "\0".join(
    [
        f"# branch.oid {SHA}",
        "# branch.head main",
        "# branch.upstream origin/main",
        "# branch.ab +1 -2",
        f"1 .M N... 100644 100644 100644 {SHA} {SHA} a b",
        f"2 R. N... 100644 100644 100644 {SHA} {SHA} R100 new",
        "old",
        f"u UU N... 100644 100644 100644 100644 {SHA} {SHA} {SHA} c",
        "? d",
        "",
    ]
)
CHANGE = f":100644 100644 {SHA} {PARENT}"
RAW = f"{files._MARK.decode()}{SHA}\0Ada\0ada@x\x001600000000\x001600000001\0\n{CHANGE} M\0dvc.lock\0"


def _real_index() -> Iterable[bytes]:
    """Of real repositories, in each of the forms that git writes."""
    for version in ("2", "3", "4"):
        with TemporaryDirectory() as top:
            ask = ["git", "-C", top, "-c", "core.fsmonitor=false"]
            subprocess.run([*ask, "init", "-q"], check=True)
            for name in ("a", "b", "bin"):
                (at("x", b"").parent / name).write_text("x")
                subprocess.run(["cp", at("x", name.encode()), f"{top}/{name}"], check=True)
            subprocess.run([*ask, "add", "a", "b"], check=True)
            subprocess.run([*ask, "add", "-N", "bin"], check=True)  # makes it version 3
            subprocess.run([*ask, "update-index", "--index-version", version], check=True)
            yield (Path(top) / ".git" / "index").read_bytes()


@reader("git log", LOG, RAW)
def log(data: bytes) -> None:
    list(history.parse_commits(data))
    detail.parse_detail(data)
    files.parse_log(data)


@reader("git log --raw", RAW, RAW * 3)
def raw(data: bytes) -> None:
    files.parse_log(data)


@reader("git rev-list", f"1600000000 {SHA} {PARENT}\n1500000000 {PARENT}\n")
def rev_list(data: bytes) -> None:
    graph.parse_graph(data, frozenset([PARENT]))


@reader("git status", STATUS)
def status(data: bytes) -> None:
    state.parse_status(data, "/x")


@reader("git for-each-ref", REFS, TAG)
def for_each_ref(data: bytes) -> None:
    refs.parse_refs(data)


@reader("git diff", "1\t2\ta\0-\t-\tb\0", f"{CHANGE} M\0a\0{CHANGE} R90\0a\0b\0")
def diff(data: bytes) -> None:
    list(detail.parse_numstat(data))
    parse_changes(data)


@reader("git cat-file", f"{SHA} blob 3\nabc\n", f"{SHA} missing\n", f"{SHA} tree 0\n\n")
def cat_file(data: bytes) -> None:
    pipe = io.BytesIO(data)
    while read_answer(pipe) is not None:
        pass


@reader("git's index", _real_index)
def git_index(data: bytes) -> None:
    index.entries(at("index", data), b"bin", b"a")


@reader("GTO's tags", TAG, TAG.replace("@v1.0.0", "#prod#1"), TAG.replace("@v1.0.0", "#prod!#2"))
def gto_tags(data: bytes) -> None:
    found = tags.parse(data)
    models = registered(found)
    list(standings(found))
    moves_of(models, (), found)
