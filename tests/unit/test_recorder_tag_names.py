"""Names of the recorder's tags, against MLflow's own rules and those of a file store."""

from __future__ import annotations

import os
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_tag_name

from mltui_recorder.tag_names import PREFIX, dep_tags

HASH = "md5:0123456789abcdef0123456789abcdef"

segments = st.text(st.sampled_from("ab.é -+@~:#\n\udc80界"), min_size=1, max_size=8) | st.sampled_from(
    [".", "..", "more"]
)
paths = st.lists(segments, min_size=1, max_size=5).map("/".join) | st.text("x/", min_size=200, max_size=300)


def paths_of(tags: dict[str, str]) -> dict[str, str]:
    """Path -> hash, as a reader gets them back: what stands behind a space in the value is the path."""
    found = {}
    for name, value in tags.items():
        hash_, space, path = value.partition(" ")
        found[path if space else name.removeprefix(PREFIX)] = hash_
    return found


@settings(max_examples=300, deadline=None)
@given(st.sets(paths, min_size=1, max_size=6))
def test_every_store_takes_them_and_a_reader_gets_the_paths_back(made: set[str]) -> None:
    tags = dep_tags((path, HASH) for path in made)
    for name in tags:
        _validate_tag_name(name)
        assert len(name) <= 250
        assert all(len(part.encode()) <= 255 for part in name.split("/"))
        name.encode()
    for one, other in permutations(tags, 2):
        assert not other.startswith(one + "/"), "a file can't be a folder"
    shown = {path.encode("utf-8", "replace").decode() for path in made}
    assert set(paths_of(tags)) == shown


def test_plain_paths_stand_in_the_name() -> None:
    assert dep_tags([("data/raw é.csv", HASH), ("more", HASH), ("data", HASH), ("../x", HASH), ("/abs/x", HASH)]) == {
        f"{PREFIX}data": HASH,
        f"{PREFIX}{_digest('data/raw é.csv')}": f"{HASH} data/raw é.csv",
        f"{PREFIX}{_digest('more')}": f"{HASH} more",
        f"{PREFIX}../x": HASH,
        f"{PREFIX}/abs/x": HASH,
    }
    assert os.sep == "/"


def _digest(path: str) -> str:
    import hashlib

    return hashlib.sha1(path.encode()).hexdigest()[:12]
