"""Choosing columns, without a screen: what is found, taken, moved and shown how."""

from __future__ import annotations

from mltui.model.columns import ColumnSpec
from mltui.model.run_attributes import ColumnChoice
from mltui.present.fuzzy import fuzzy
from mltui.present.picking import Picking, next_against, next_pick, shown_as, widened

AUC, LOSS, LR = ColumnSpec("metrics", "auc"), ColumnSpec("metrics", "val/loss"), ColumnSpec("params", "lr")
CHOICES = (ColumnChoice(LR, 3, False), ColumnChoice(AUC, 3, True), ColumnChoice(LOSS, 2, True))


def begin(*chosen: ColumnSpec) -> Picking:
    return Picking.begin(CHOICES, (AUC,), chosen)


def at(picking: Picking, key: str):
    return next(each for each in picking.candidates() if each.key == key)


def test_what_stands_as_it_is_goes_before_letters_apart() -> None:
    names = ["model/validation_loss", "vxaxl", "val/loss", "interval", "nothing"]
    assert [names[index] for index in fuzzy("val", names)] == ["val/loss", "model/validation_loss", "interval", "vxaxl"]
    assert [names[index] for index in fuzzy("loss VAL", names)] == ["val/loss", "model/validation_loss"]
    assert fuzzy(" ", names) == list(range(5))
    assert fuzzy("a.l", names) == [], "a dot is a dot"


def test_nothing_chosen_is_mltuis_own_choice() -> None:
    picking = begin()
    assert picking.is_own
    assert picking.result() == ()
    taken = picking.toggled(at(picking, LR.id))
    assert taken.result() == (AUC, LR)
    assert taken.as_own().result() == ()
    assert taken.toggled(at(taken, LR.id)).result() == ()


def test_the_list_stays_while_things_are_taken() -> None:
    picking = begin(LR)
    keys = [each.key for each in picking.candidates()]
    assert keys == [LR.id, AUC.id, LOSS.id], "what is taken first, then those in which runs differ"
    assert [each.key for each in picking.toggled(at(picking, LOSS.id)).candidates()] == keys


def test_order_and_its_ends() -> None:
    picking = begin(AUC, LR)
    assert picking.moved(at(picking, AUC.id), 1).result() == (LR, AUC)
    assert picking.moved(at(picking, LR.id), 1) is picking
    assert picking.moved(at(picking, LOSS.id), -1) is picking, "what is not taken has no place"


def test_a_metric_can_be_taken_twice_in_two_ways() -> None:
    picking = begin(AUC)
    best = next_pick(AUC)
    picking = picking.changed(at(picking, AUC.id), best)
    assert picking.chosen == (best,)
    typed = picking.typed("auc")
    assert [(each.key, each.nth) for each in typed.candidates()] == [(AUC.id, 0), (best.id, 1)]
    both = typed.toggled(at(typed, AUC.id))
    assert both.chosen == (best, AUC)
    assert both.changed(at(both, AUC.id), best) is both, "that one is there"


def test_a_width_changes_nothing_else() -> None:
    picking = begin(AUC, LR)
    wide = picking.changed(at(picking, AUC.id), widened(AUC, 1))
    assert [each.key for each in wide.candidates()] == [AUC.id, LR.id, LOSS.id]
    assert wide.chosen[0].width == 12
    spec = AUC
    for _ in range(10):
        spec = widened(spec, -1)
    assert spec.width is None or spec.width >= 4


def test_a_column_that_no_run_has_any_more_can_be_left() -> None:
    gone = ColumnSpec("metrics", "gone")
    picking = begin(gone, AUC)
    assert at(picking, gone.id).choice is None
    assert picking.toggled(at(picking, gone.id)).chosen == (AUC,)


def test_words() -> None:
    picks = [AUC]
    while (following := next_pick(picks[-1])) != AUC:
        picks.append(following)
    assert [shown_as(each) for each in picks] == ["latest", "best", "min", "max", "mean of 5", "at step 0"]
    assert shown_as(next_against(picks[4])) == "mean of 5 - baseline"
    assert shown_as(LR) == ""
