from __future__ import annotations

import pytest

from mltui.model.ages import age, age_ago, elapsed
from mltui.model.attention import value_text
from mltui.present.text import ago

HOUR, DAY = 3_600, 86_400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (89.9, "89 s"),
        (90, "1 min"),
        (5 * HOUR - 1, "4 h"),
        (36 * HOUR, "1 d"),
        (60 * DAY, "1 mo"),
        (2.65 * 365.25 * DAY, "2 y"),
        (1108 * DAY, "3 y"),
    ],
)
def test_no_more_is_said_than_has_passed(seconds, text) -> None:
    assert elapsed(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "now"), (59.9, "now"), (60, "1 min"), (119, "1 min"), (120, "2 min"), (36 * HOUR, "1 d")]
)
def test_no_age_has_seconds(seconds, text) -> None:
    """A screen that says ages anew once a minute would let them stand."""
    assert age(seconds) == text
    assert age_ago(seconds) == ("just now" if text == "now" else f"{text} ago")
    assert ago(1_000_000, 1_000_000 + int(seconds * 1000)) == text
    assert ago(1_000_000 + int(seconds * 1000), 1_000_000) == (text if text == "now" else f"in {text}")


def test_params_of_several_values_read_like_yaml() -> None:
    assert value_text({"val": 0.25, "by": ["a", 1]}) == "{val: 0.25, by: [a, 1]}"
