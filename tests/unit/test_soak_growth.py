"""What counts as growth in a soak: more than after warm-up, unless one that was just opened takes as much."""

from __future__ import annotations

from bench.soak.usage import Grown, Sample, grown


def samples(*memory: float) -> list[Sample]:
    return [Sample(float(at), each, each, 10, 5, 1) for at, each in enumerate(memory)]


def main(old: list[Sample], anew: list[Sample] | None) -> Grown:
    return next(each for each in grown(old, anew) if each.name == "main")


def test_memory_is_flat_below_a_twentieth() -> None:
    assert main(samples(*[100] * 6, *[104.9] * 6), None).flat
    assert not main(samples(*[100] * 6, *[105.1] * 6), None).flat


def test_what_a_new_one_takes_too_is_the_projects() -> None:
    old = samples(*[100] * 6, *[120] * 6)
    told = main(old, samples(110, 118, 500))
    assert (told.before, told.after, told.anew) == (100, 120, 118)
    assert told.by > 0.19  # and that stays said
    assert told.flat


def test_what_is_held_beyond_a_new_one_is_a_leak() -> None:
    old = samples(*[100] * 6, *[120] * 6)
    assert not main(old, samples(114, 114, 114)).flat


def test_a_new_one_excuses_no_descriptors() -> None:
    old = [Sample(0, 100, 100, 10, 5, 1)] * 6 + [Sample(1, 100, 100, 13, 5, 1)] * 6
    anew = [Sample(0, 100, 100, 13, 5, 1)]
    assert not next(each for each in grown(old, anew) if each.name == "descriptors").flat
