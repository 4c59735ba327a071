"""A mapping that shares its keys is a mapping like any other."""

from __future__ import annotations

import pickle

import pytest

from mltui.model.key_sharing import KeySharing, keys_of, places

SHAPE = places(("acc", "loss"))


def test_it_says_what_the_dictionary_says() -> None:
    one, same = KeySharing(SHAPE, (0.5, 2.0)), {"acc": 0.5, "loss": 2.0}
    assert one == same
    assert same == one
    assert dict(one.items()) == same
    assert (list(one), list(one.keys()), list(one.values()), len(one)) == (
        ["acc", "loss"],
        ["acc", "loss"],
        [0.5, 2.0],
        2,
    )
    assert (one.get("loss"), one.get("f1"), one.get("f1", 0.0), "f1" in one, "acc" in one) == (
        2.0,
        None,
        0.0,
        False,
        True,
    )
    assert {**one, "f1": 1.0} == {**same, "f1": 1.0}
    assert repr(one) == repr(same)
    with pytest.raises(KeyError, match="f1"):
        one["f1"]


def test_values_and_keys_both_make_it_equal() -> None:
    assert KeySharing(SHAPE, (1, 2)) == KeySharing(SHAPE, (1, 2)) == KeySharing(places(("loss", "acc")), (2, 1))
    assert KeySharing(SHAPE, (1, 2)) != KeySharing(SHAPE, (1, 3))
    assert KeySharing(SHAPE, (1, 2)) != KeySharing(places(("acc", "f1")), (1, 2))


def test_it_survives_a_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(KeySharing(SHAPE, ("a", "b")))) == {"acc": "a", "loss": "b"}


def test_all_keys_of_some_that_share_and_one_that_does_not() -> None:
    mappings = [KeySharing(SHAPE, (1, 2)), KeySharing(SHAPE, (3, 4)), {"f1": 5}, KeySharing(places(("auc",)), (6,))]
    assert keys_of(mappings) == {"acc", "loss", "f1", "auc"}
    assert keys_of(iter(())) == set()
