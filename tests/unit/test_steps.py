"""Steps in a series: none in noise, the planted one where it is, nothing of outliers."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.steps import FEWEST, SHORTEST, Step, steps

NOISES: dict[str, Callable[[random.Random], float]] = {
    "normal": lambda chance: chance.gauss(0.9, 0.01),
    "uniform": lambda chance: chance.random(),
    "laplace": lambda chance: chance.expovariate(1) * chance.choice((-1, 1)),
    "rounded": lambda chance: round(chance.gauss(0.9, 0.01), 2),
}


def noise(kind: str, count: int, seed: int) -> list[float]:
    chance = random.Random(f"{kind} {count} {seed}")
    return [NOISES[kind](chance) for _ in range(count)]


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize(("count", "series"), [(6, 400), (12, 400), (30, 400), (200, 200), (1000, 200)])
def test_noise_alone_is_taken_for_a_step_in_less_than_one_of_fifty(kind: str, count: int, series: int) -> None:
    alarms = sum(bool(steps(noise(kind, count, seed))) for seed in range(series))
    assert alarms / series < 0.02


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize(("before", "after"), [(5, 5), (12, 3), (3, 12), (40, 40), (300, 200)])
def test_a_planted_step_is_found_where_it_is(kind: str, before: int, after: int) -> None:
    found = 0
    for seed in range(50):
        values = noise(kind, before + after, seed)
        spread = 0.01 if kind == "normal" else 0.29
        values[before:] = [value - 15 * spread for value in values[before:]]
        match steps(values):
            case (Step(last, first, high, low),):
                found += (last, first) == (before - 1, before) and high > low
            case more:
                assert len(more) < 2, values
    assert found >= 45


def test_steps_up_and_down_are_told_in_order_with_their_levels() -> None:
    values = [*noise("normal", 20, 1), *(value - 0.2 for value in noise("normal", 20, 2)), *noise("normal", 20, 3)]
    down, up = steps(values)
    assert (down.first, up.first) == (20, 40)
    assert down.change == pytest.approx(-0.2, abs=0.01)
    assert up.after == pytest.approx(0.9, abs=0.01)
    assert min(down.score, up.score) > 1


@pytest.mark.parametrize("outliers", [1, 2])
def test_one_outlier_and_two_are_no_step(outliers: int) -> None:
    for seed in range(50):
        values = noise("normal", 40, seed)
        values[17 : 17 + outliers] = [0.1] * outliers
        assert steps(values) == ()


def test_an_outlier_beside_a_step_does_not_move_it() -> None:
    values = [*noise("normal", 15, 1), *(value - 0.3 for value in noise("normal", 15, 2))]
    values[12] = 0.1
    values[20] = 2.0
    (step,) = steps(values)
    assert (step.last, step.first) == (14, 15)


def test_values_that_are_no_numbers_are_left_out_and_keep_their_places() -> None:
    values = [0.9, math.nan, 0.91, 0.9, math.inf, 0.9, math.nan, 0.5, -math.inf, 0.5, 0.51, 0.5, math.nan]
    (step,) = steps(values)
    assert (step.last, step.first) == (5, 7)
    assert (step.before, step.after) == (0.9, 0.5)


def test_without_noise_a_step_is_a_step() -> None:
    (step,) = steps([0.9] * 6 + [0.8] * 6)
    assert (step.last, step.first, step.before, step.after) == (5, 6, 0.9, 0.8)


@pytest.mark.parametrize("values", [[], [1.0], [0.9, 0.8, 0.7], [0.9] * 50, [math.nan] * 20, [0.9] * 4 + [0.1]])
def test_too_few_values_and_constant_ones_have_none(values: list[float]) -> None:
    assert steps(values) == ()


def test_rounding_is_no_step() -> None:
    assert steps([0.9] * 20 + [0.9 + 1e-12] * 20) == ()


def test_the_largest_doubles_do_not_overflow() -> None:
    (step,) = steps([1.7e308, 1.6e308, 1.7e308] * 4 + [-1.7e308, -1.6e308, -1.7e308] * 4)
    assert step.first == 12
    assert step.before == 1.7e308


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=80))
def test_whatever_the_values_steps_lie_apart_between_finite_ones(values: list[float]) -> None:
    found = steps(values)
    finite = [at for at, value in enumerate(values) if math.isfinite(value)]
    ends = [-1, *(finite.index(step.first) for step in found), len(finite)]
    if found:
        assert len(finite) >= FEWEST
        assert all(later - max(former, 0) >= SHORTEST for former, later in itertools.pairwise(ends))
    for step in found:
        assert finite.index(step.first) == finite.index(step.last) + 1
        assert step.score > 1


@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=60), st.sampled_from([0.5, 2.0, 4.0]))
def test_the_unit_does_not_matter_nor_does_the_sign(values: list[int], factor: float) -> None:
    once = [(step.last, step.first) for step in steps([float(value) for value in values])]
    assert [(step.last, step.first) for step in steps([value * factor for value in values])] == once
    assert [(step.last, step.first) for step in steps([-float(value) for value in values])] == once
