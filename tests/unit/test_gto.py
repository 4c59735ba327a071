"""GTO's tags: the grammar held against gto's own parser, and what one registry's tags come to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from gto.tag import parse_name
from gto.versions import SemVer
from hypothesis import example, given
from hypothesis import strategies as st

from mltui.model.gto import Artifact, GitTag, parse_tag, precedence, registered, standings
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run
from mltui.present.model_detail import version_detail
from mltui.present.models import alias_spans, held, version_rows
from mltui.present.run_scene import RunScene
from mltui.present.text import UNICODE, plain
from mltui.sources.dvc.tree import find
from mltui.sources.gto import GtoSource
from mltui.sources.gto.artifacts import Declared
from mltui.sources.gto.tags import parse
from mltui.sources.look import Shared, look
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

PIECES = ["model", "a", "-", "_", "/", ".", "=", ":", "#", "@", "v1.2.3", "v0.0.1-rc.1+b", "v01.2.3", "prod", "!", "#4"]
PIECES += ["deprecated", "created", "é", "\n", "#x", "@latest", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("sub/dir=model@v1.2.3#4")
@example("a/b#prod!#6")
@example("m@v1.2.3!")
@example("m@deprecated#2")
@example("m#dev#x")
def test_names_are_read_as_gto_reads_them(name: str) -> None:
    told, ours = parse_name(name, raise_on_fail=False), parse_tag(name)
    if "\n" in name:
        assert ours is None  # no ref can be called so
        return
    assert (ours is None) == (not told)
    if ours is None:
        return
    assert ours.artifact == told["name"]
    assert (ours.version, ours.stage) == (told.get("version", ""), told.get("stage", ""))
    assert ours.counter == told.get("counter")
    assert ours.action == (told["action"].value if "action" in told else "create")


NUMBERS = st.integers(0, 12).map(str)
WORDS = st.lists(st.sampled_from(["0", "1", "11", "2", "alpha", "beta", "x-1", "A"]), max_size=3).map(".".join)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, WORDS), min_size=2, max_size=6))
def test_versions_are_ordered_as_semver_orders_them(parts: list[tuple[str, str, str, str]]) -> None:
    names = [f"v{a}.{b}.{c}" + (f"-{rest}" if rest else "") for a, b, c, rest in parts]
    assert [precedence(name) for name in sorted(names, key=SemVer)] == sorted(map(precedence, names))


def tags(*names: str) -> list[GitTag]:
    """``m@v1.0.0 c1`` each, an hour apart."""
    pairs = [name.split() for name in names]
    return [GitTag(name, commit, at * 3_600_000, "Ada", f"says {name}") for at, (name, commit) in enumerate(pairs)]


def only(*names: str) -> RegisteredModel:
    (model,) = registered(tags(*names))
    return model


def test_a_version_is_its_registration() -> None:
    model = only("m@v1.0.0 c1", "m@v1.10.0 c2", "m@v1.9.0 c3", "m#prod#4 c1")
    assert [each.version for each in model.versions] == ["v1.10.0", "v1.9.0", "v1.0.0"]
    first = model.versions[-1]
    assert (first.created, first.commit, first.user, first.description) == (0, "c1", "Ada", "says m@v1.0.0")
    assert (first.aliases, first.tags) == (("prod",), {"tag": "m@v1.0.0", "#prod": "m#prod#4"})
    assert model.aliases == {"prod": "v1.0.0"}


def test_a_stage_that_was_taken_away_is_held_by_whoever_had_it_before() -> None:
    both = ("m@v1.0.0 c1", "m@v2.0.0 c2", "m#prod#3 c1", "m#prod#4 c2")
    assert only(*both).aliases == {"prod": "v2.0.0"}
    assert only(*both, "m#prod!#5 c2").aliases == {"prod": "v1.0.0"}
    assert only(*both, "m#prod!#5 c2", "m#prod!#6 c1").aliases == {}
    assert only(*both, "m#prod!#5 c2", "m#prod#6 c2").aliases == {"prod": "v2.0.0"}


def test_what_was_deregistered_is_no_version_and_holds_no_stage() -> None:
    model = only("m@v1.0.0 c1", "m#prod#2 c1", "m@v1.0.0!#3 c1")
    assert (model.versions, model.aliases) == ((), {})
    assert [each.version for each in only("m@v1.0.0 c1", "m@v1.0.0!#3 c1", "m@v1.0.0#4 c1").versions] == ["v1.0.0"]


def test_a_stage_without_a_version_is_held_by_its_commit() -> None:
    sha = "c" * 40
    model = only(f"m#dev {sha}")
    assert [(each.version, each.commit, each.aliases) for each in model.versions] == [(sha, sha, ("dev",))]
    assert only(f"m#dev {sha}", f"m#dev! {sha}").versions == ()


def test_a_deprecated_artifact_is_left_out_until_something_happens_to_it() -> None:
    assert registered(tags("m@v1.0.0 c1", "m@deprecated c1"), [Artifact("m")]) == ()
    assert only("m@v1.0.0 c1", "m@deprecated c1", "m@v1.1.0 c2").versions


NAMES = st.sampled_from(
    [
        *(f"churn@v1.{minor}.0{mark}" for minor in range(3) for mark in ("", "!")),
        *(f"churn#{stage}{mark}" for stage in ("prod", "dev") for mark in ("", "!")),
        "churn@deprecated",
    ]
)


@given(st.lists(st.tuples(NAMES, st.sampled_from("abc"), st.integers(0, 6)), max_size=12))
def test_standings_are_what_the_tags_up_to_then_say(made: list[tuple[str, str, int]]) -> None:
    every = [
        GitTag(f"{name}#{at}" if "#" in name else name, commit * 40, time * 1000)
        for at, (name, commit, time) in enumerate(made)
    ]
    found = list(standings(every))
    assert [{tag.time for tag in last} for last, _ in found] == [
        {time} for time in sorted({each.time for each in every})
    ]
    assert sorted(tag.name for last, _ in found for tag in last) == sorted(tag.name for tag in every)
    for last, holders in found:
        model = next(iter(registered(each for each in every if (each.time or 0) <= (last[0].time or 0))), None)
        assert {stage: version for stage, (version, _) in holders.items()} == (dict(model.aliases) if model else {})


def test_an_artifact_that_is_only_declared_is_a_model_without_versions() -> None:
    declared = Artifact("sub/dir:model", "${out}.pkl", "model", "What it does", ("nlp", "big"), {"k": "1"})
    first, second = registered(tags("other@v1.0.0 c1"), [declared])
    assert (first.name, second.name, second.source, second.versions) == ("other", "sub/dir:model", "gto", ())
    assert second.description == "What it does"
    wanted = {"type": "model", "path": "${out}.pkl", "labels": "nlp, big", "meta.k": "1", "declared in": "dvc.yaml"}
    assert second.tags == wanted


def test_git_tells_of_annotated_tags() -> None:
    records = [
        b"refs/tags/m@v1.0.0\0commit\0c1\0Ada\x001700000000\0one\nline\0and\n\nmore\n\0",
        b"\nrefs/tags/light\0\0\0\0\0subject of the commit\0\0",
        b"\nrefs/tags/of-a-blob\0blob\0b1\0Ada\x001700000000\0x\0\0",
        b"\nrefs/tags/old\0commit\0c2\0\0\0\0\0\n",
    ]
    first, old = parse(b"".join(records))
    assert first == GitTag("m@v1.0.0", "c1", 1_700_000_000_000, "Ada", "one\nline\n\nand\n\nmore")
    assert old == GitTag("old", "c2", None)


@pytest.fixture
def scene() -> RunScene:
    return RunScene(0, UNICODE, None)


def test_rows_say_who_keeps_a_model_and_two_of_one_name_are_two(scene: RunScene) -> None:
    gto = only("m@v1.0.0 c1", "m#prod#2 c1")
    models = [RegisteredModel("m", "mlflow", (), {}), *registered([], [Artifact("m")]), gto]
    runs: dict[str, Run] = {}
    rows = version_rows(models, runs, scene)
    assert len({rows.key_of(item) for item in rows.items}) == 3
    shown = [[plain(cell) for cell in rows.row(at).cells] for at in range(3)]
    kept = [each.key for each in rows.columns].index("source")
    assert [row[kept] for row in shown] == ["MLflow", "GTO", "GTO"]
    assert "kept by" not in [each.label for each in version_rows(models[:1], runs, scene).columns]


def test_stages_are_written_as_gto_writes_them(scene: RunScene) -> None:
    (row,) = held([only("m@v1.0.0 c1", "m#prod#2 c1")], {})
    assert plain(alias_spans(row)) == "#prod"
    told = "\n".join(map(plain, version_detail(row, scene)))
    assert "tags of git (GTO)" in told
    assert "m#prod#2" in told
    assert "not recorded" not in told  # GTO never names a run: that is no gap


def declared_in(root: Path) -> Declared:
    project = Project(root, root)
    return Declared(project, lambda: find(project, ProcessRunner()))


def test_what_dvc_yaml_declares(tmp_path: Path) -> None:
    declared = declared_in(tmp_path)
    assert declared.read(declared.files()) == ()
    (tmp_path / "sub").mkdir()
    (tmp_path / "dvc.yaml").write_text("artifacts:\n  m: {path: '${x}', labels: [1, a], meta: {n: {k: 1}}}\n  odd: 3\n")
    (tmp_path / "sub" / "dvc.yaml").write_text("artifacts: {m: {path: p}}\n")
    first, odd, nested = declared.read(("dvc.yaml", "sub/dvc.yaml", "gone/dvc.yaml"))
    assert first == Artifact("m", "${x}", labels=("1", "a"), meta={"n": '{"k": 1}'})
    assert (odd, nested) == (Artifact("odd"), Artifact("sub:m", "p", file="sub/dvc.yaml"))
    assert declared_in(tmp_path).read(("dvc.yaml",)) == (first, odd)


@pytest.mark.parametrize(
    "content", ["", "artifacts", "artifacts: [a]\n", "- artifacts\n", "artifacts: {\n", "\0artifacts"]
)
def test_a_broken_dvc_yaml_declares_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "dvc.yaml").write_text(content)
    assert declared_in(tmp_path).read(("dvc.yaml",)) == ()


def test_what_came_after_the_files_were_listed_is_seen_with_the_next_look(tmp_path: Path) -> None:
    """The listing of a look may be older than the index, which tells whether files are looked for again."""
    project, runner = Project(tmp_path, tmp_path), ProcessRunner()
    listed = Shared(lambda: find(project, runner))
    source, since = GtoSource(project, runner, listed), time.monotonic()
    with look(since):
        listed()  # as the pipeline does
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/dvc.yaml").write_text("artifacts: {m: {path: p}}\n")
    with look(since):
        mark, found = source.fingerprint(), source.load()
        assert source.fingerprint() == mark and found == ()
    with look(time.monotonic()):
        assert source.fingerprint() != mark
        assert [model.name for model in source.load()] == ["sub:m"]
