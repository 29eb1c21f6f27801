import dataclasses

import pytest

from kijun.catalog import (
    Applies,
    Catalog,
    Control,
    Item,
    Level,
    Role,
    Text,
    Tier,
    Trait,
    UnknownId,
    natural_key,
)


def test_it_works(catalog):
    control = catalog.control("P6.1.1")
    assert control.role == "provider"
    assert control.topic == "6.1"
    assert control.principle == "6"
    assert control.urn == "urn:kijun:control:P6.1.1"
    assert catalog.topic(control.topic).principle == "6"
    assert catalog.principle("6").name.ja == "セキュリティ確保"
    assert catalog.risk("R6.1.1").topic == "6.1"
    assert not control.is_own


def test_controls_stand_in_natural_order(catalog):
    ids = [control.id for control in catalog.controls]
    assert ids == sorted(ids, key=natural_key)
    assert ids[:2] == ["G.1", "G.2"]
    assert ids.index("P2.1.1") < ids.index("P10.1.1") < ids.index("U1.1.1")
    assert [topic.id for topic in catalog.topics][:3] == ["G", "1.1", "1.2"]


def test_every_element_has_a_urn_of_its_own(catalog):
    elements = [*catalog.principles, *catalog.topics, *catalog.risks, *catalog.controls, *catalog.frameworks]
    elements += [item for framework in catalog.frameworks for item in framework.items]
    urns = [element.urn for element in elements]
    assert len(set(urns)) == len(urns)
    assert all(urn.startswith("urn:kijun:") and " " not in urn for urn in urns)
    assert Item("MAP 1.1", "nist-ai-rmf", Text("名")).urn == "urn:kijun:item:nist-ai-rmf:MAP%201.1"


def test_a_text_falls_back_to_japanese():
    text = Text("はい", "yes")
    assert [text.get(lang) for lang in ("ja", "en", "en-GB", "ja-easy", "fr")] == [
        "はい",
        "yes",
        "yes",
        "はい",
        "はい",
    ]
    assert Text("はい").get("en") == "はい"


def test_a_risk_knows_the_systems_it_concerns(catalog):
    assert Applies().holds([])
    some = Applies(always=False, any_of=(Trait.GENERATIVE, Trait.PERSONAL_DATA))
    assert some.holds(["personal_data"])
    assert not some.holds({Trait.EXECUTION})
    risk = catalog.risk("R5.1.1")
    assert risk.place("provider") == "5-1 ⑤ ①"
    assert risk.place(Role.ORGANISATION) == ""


def test_the_digest_follows_the_content_only(catalog, changed, own):
    assert catalog.digest.startswith("sha256:")
    assert dataclasses.replace(catalog, version="2099.1.0").digest == catalog.digest
    assert changed("P6.1.1", place="x").digest != catalog.digest
    assert catalog.with_own([own]).digest != catalog.digest


def test_own_controls_are_added_and_replaced(catalog, own):
    with_own = catalog.with_own([own])
    assert with_own.control("L5.1.1") == own
    assert len(with_own.controls) == len(catalog.controls) + 1
    assert own.is_own
    other = dataclasses.replace(own, id="L5.1.2")
    assert [control.id for control in with_own.with_own([other]).controls if control.is_own] == ["L5.1.2"]
    assert with_own.with_own([]) == catalog
    assert hash(catalog) != hash(with_own)


def test_nothing_can_be_changed_in_place(catalog):
    with pytest.raises(dataclasses.FrozenInstanceError):
        catalog.control("P6.1.1").place = "x"


@pytest.mark.parametrize("kind", ["control", "risk", "topic", "principle", "framework"])
def test_an_unknown_id_is_named(catalog, kind):
    with pytest.raises(UnknownId) as raised:
        getattr(catalog, kind)("X1")
    assert raised.value.kind == kind
    assert str(raised.value) == f"no {kind} 'X1' in the catalogue"


def test_an_unknown_item_is_named(catalog):
    with pytest.raises(UnknownId):
        catalog.frameworks[0].item("none")


def test_an_own_control_needs_an_own_id_and_a_topic(catalog, own):
    with pytest.raises(ValueError, match="P5"):
        catalog.with_own([dataclasses.replace(own, id="P5.1.9")])
    with pytest.raises(UnknownId):
        catalog.with_own([dataclasses.replace(own, topic="5.9")])


def test_an_empty_catalog_is_possible():
    empty = Catalog("1", "2026-01-01", Text("空"), (), (), ())
    assert empty.controls == ()
    assert empty.edges_of("P1.1.1") == ()


def test_required_by(catalog):
    control: Control = catalog.control("P6.1.4")
    assert control.required_by("critical")
    assert not control.required_by(Tier.LOW)
    assert control.level in Level
