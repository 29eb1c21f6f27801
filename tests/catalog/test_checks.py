from dataclasses import replace

import pytest

from kijun.catalog import Applies, Evidence, Level, Role, Text, Tier, check


def messages(catalog):
    return [str(problem) for problem in check(catalog)]


def with_topic(catalog, id, **fields):
    return replace(
        catalog,
        topics=tuple(replace(topic, **fields) if topic.id == id else topic for topic in catalog.topics),
    )


def test_it_works(catalog, own):
    assert check(catalog) == []
    assert check(catalog.with_own([own])) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": Role.USER}, "role is user, the id says provider"),
        ({"tiers": (Tier.LOW, Tier.HIGH)}, "tiers: a higher tier must not require less"),
        ({"tiers": ()}, "tiers: a higher tier must not require less"),
        ({"evidence": (Evidence.FILE,)}, "evidence: neither automatic nor attestation"),
        ({"done_when": ()}, "done_when is empty"),
        ({"risks": ("R6.1.9",)}, "risks: there is no R6.1.9"),
        ({"related": ("U6.1.99",)}, "related: there is no U6.1.99"),
        ({"related": ("P6.1.2",)}, "related: names itself"),
        ({"related": ("U6.1.1", "U6.1.1")}, "related: U6.1.1 stands twice"),
        ({"title": Text("名", "")}, "title lacks en"),
        ({"title": Text("", "name")}, "title lacks ja"),
        ({"statement": Text("English only", "English only")}, "statement.ja is not Japanese"),
        ({"statement": Text("日本語", "日本語")}, "statement.en is not English"),
        ({"done_when": (Text("事実", ""),)}, "done_when[0] lacks en"),
    ],
)
def test_a_control_that_is_wrong_is_named(changed, fields, message):
    assert f"P6.1.2: {message}" in messages(changed("P6.1.2", **fields))


def test_a_control_of_the_organisation_is_answered_once(changed):
    assert "G.3: a control of the organisation is answered at level organisation" in messages(
        changed("G.3", level=Level.SYSTEM)
    )


@pytest.mark.parametrize("field", ["statement", "title"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_same_words_twice_are_named(catalog, changed, field, lang):
    text = getattr(catalog.control("P6.1.1"), field)
    same = (
        Text(text.ja, "Something else altogether")
        if lang == "ja"
        else Text("まったく別の文", text.en.upper())
    )
    assert f"P6.1.2: {field}.{lang} is the same as in P6.1.1" in messages(changed("P6.1.2", **{field: same}))


def test_ids_that_stand_twice_are_named(catalog):
    topic = catalog.topic("6.1")
    spoilt = with_topic(
        catalog, "6.1", controls=(*topic.controls, topic.controls[0]), risks=(*topic.risks, topic.risks[0])
    )
    assert {"P6.1.1: the control stands twice", "R6.1.1: the risk stands twice"} <= set(messages(spoilt))
    twice = replace(catalog, frameworks=(*catalog.frameworks, catalog.frameworks[0]))
    assert f"{catalog.frameworks[0].id}: the framework stands twice" in messages(twice)


def test_the_structure_holds_together(catalog):
    topic = catalog.topic("6.1")
    assert "principle 6: topic 6.1 is listed but has no file" in messages(
        replace(catalog, topics=tuple(one for one in catalog.topics if one.id != "6.1"))
    )
    unlisted = [replace(one, topics=()) if one.id == "2" else one for one in catalog.principles]
    assert "principle 2: topic 2.1 has a file but is not listed" in messages(
        replace(catalog, principles=tuple(unlisted))
    )
    assert "topics: the topic G of the organisation is missing" in messages(
        replace(catalog, topics=catalog.topics[1:])
    )
    assert "topic 6.1: belongs to principle 7" in messages(with_topic(catalog, "6.1", principle="7"))
    moved = with_topic(catalog, "6.2", controls=(*catalog.topic("6.2").controls, topic.controls[0]))
    assert "P6.1.1: stands in the file of topic 6.2" in messages(moved)
    providers = tuple(control for control in topic.controls if control.role == Role.PROVIDER)
    spoilt = messages(with_topic(catalog, "6.1", controls=providers, risks=()))
    assert {"topic 6.1: has no control for the user", "topic 6.1: has no risk"} <= set(spoilt)


def test_a_left_out_number_is_named(catalog):
    topic = catalog.topic("6.1")
    spoilt = with_topic(
        catalog, "6.1", controls=tuple(control for control in topic.controls if control.id != "P6.1.2")
    )
    assert "P6.1.2: the number is left out" in messages(spoilt)


def test_a_risk_that_is_wrong_is_named(catalog):
    risk = catalog.risk("R6.1.1")
    for fields, message in (
        ({"places": ()}, "places: every role of the risk needs one"),
        ({"roles": ()}, "places: every role of the risk needs one"),
        ({"applies": Applies(always=False)}, "applies: either always, or any of some traits"),
        ({"name": Text("名")}, "name lacks en"),
        ({"id": "R6.1.7"}, "no control lowers it"),
    ):
        wrong = replace(risk, **fields)
        assert f"{wrong.id}: {message}" in messages(with_topic(catalog, "6.1", risks=(wrong,)))


def test_a_crosswalk_that_is_wrong_is_named(catalog):
    first = catalog.frameworks[0]
    edge = first.edges[0]

    def spoilt(**fields):
        return messages(replace(catalog, frameworks=(replace(first, **fields), *catalog.frameworks[1:])))

    assert f"{first.id}: no control maps to it" in spoilt(edges=())
    assert f"{first.id}: edges: there is no control P9.9.9" in spoilt(
        edges=(replace(edge, control="P9.9.9"),)
    )
    assert f"{first.id}: edges: {edge.control} maps to Z, which is not an item" in spoilt(
        edges=(replace(edge, item="Z"),)
    )
    assert f"{first.id}: edges: {edge.control} → {edge.item} stands twice" in spoilt(edges=(edge, edge))
    assert f"{first.items[0].id}: the item of {first.id} stands twice" in spoilt(
        items=(*first.items, first.items[0])
    )
    assert f"{first.id}: name lacks en" in spoilt(name=Text("名"))
