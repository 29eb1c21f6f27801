from dataclasses import replace

import pytest

from kijun.catalog import Frequency, Level, Role, Text, Tier, carry, compare, compare_risks


def test_it_works(catalog, changed, own):
    new = changed("P6.1.1", statement=Text("別の文。", "Another sentence.")).with_own([own])
    difference = compare(catalog, new)
    assert difference
    assert [control.id for control in difference.added] == ["L5.1.1"]
    assert [change.id for change in difference.changed] == ["P6.1.1"]
    assert difference.changed[0].fields == ("statement",)
    assert len(difference.unchanged) == 153
    answers = {"P6.1.1": "yes", "P6.1.2": "no", "P0.0.0": "gone"}
    carried = carry(answers, difference)
    assert carried.carried == {"P6.1.2": "no"}
    assert carried.again == {"P6.1.1": "yes"}
    assert carried.dropped == {"P0.0.0": "gone"}
    assert "L5.1.1" in carried.new
    assert len(carried.new) == 153


def test_nothing_changed(catalog):
    difference = compare(catalog, catalog)
    assert not difference
    assert len(difference.unchanged) == 154
    answers = {control.id: 1 for control in catalog.controls}
    carried = carry(answers, difference)
    assert carried.carried == answers
    assert (carried.again, carried.dropped, carried.new) == ({}, {}, ())


@pytest.mark.parametrize(
    "fields",
    [
        {"statement": Text("別の文。", "x")},
        {"done_when": (Text("別の事実", "x"),)},
        {"tiers": (Tier.CRITICAL,)},
        {"role": Role.USER},
        {"level": Level.ORGANISATION},
    ],
)
def test_another_question_is_asked_again(catalog, changed, fields):
    (change,) = compare(catalog, changed("P6.1.1", **fields)).changed
    assert change.fields == tuple(fields)
    assert change.asks_again


@pytest.mark.parametrize(
    "fields",
    [
        {"title": Text("別の名", "x")},
        {"place": "9-9"},
        {"frequency": Frequency.ONCE},
        {"risks": ()},
        {"capability": Text("別の機能", "x")},
    ],
)
def test_the_same_question_carries(catalog, changed, fields):
    difference = compare(catalog, changed("P6.1.1", **fields))
    assert not difference.changed[0].asks_again
    assert carry({"P6.1.1": 1}, difference).carried == {"P6.1.1": 1}


def test_a_corrected_translation_or_line_break_carries(catalog, changed):
    control = catalog.control("P6.1.1")
    text = Text(control.statement.ja + "\n", "Better English.")
    facts = tuple(Text(fact.ja, "Better English.") for fact in control.done_when)
    (change,) = compare(catalog, changed("P6.1.1", statement=text, done_when=facts)).changed
    assert change.fields == ("statement", "done_when")
    assert not change.asks_again


def test_a_removed_control_drops_its_answer(catalog, own):
    difference = compare(catalog.with_own([own]), catalog)
    assert [control.id for control in difference.removed] == ["L5.1.1"]
    assert carry({"L5.1.1": 1}, difference).dropped == {"L5.1.1": 1}


def test_ids_come_in_natural_order(catalog, own):
    many = [replace(own, id=f"L5.1.{number}") for number in (10, 2, 1)]
    assert [control.id for control in compare(catalog, catalog.with_own(many)).added] == [
        "L5.1.1",
        "L5.1.2",
        "L5.1.10",
    ]


def test_risks_are_compared_too(catalog):
    topic = catalog.topic("6.1")
    risk = replace(topic.risks[0], name=Text("別の名", "x"))
    new = replace(
        catalog,
        topics=tuple(replace(one, risks=(risk,)) if one.id == "6.1" else one for one in catalog.topics),
    )
    (change,) = compare_risks(catalog, new).changed
    assert (change.id, change.fields) == ("R6.1.1", ("name",))
