"""fields.yaml: whole, and refused with the place named when it is not."""

from __future__ import annotations

import pytest
import yaml
from django.utils import translation

from kijun.catalog import load
from kijun.governance.inventory.fields import FIELDS_OF_WORK
from kijun.governance.inventory.models import AISystem, DataKind, Function, Network, Stage, Training
from kijun.governance.register import content, fields, principles
from kijun.governance.register.models import NotPublic
from kijun.governance.risks import rule
from kijun.governance.risks.models import RiskAssessment, Tier

DOCUMENT = yaml.safe_load(fields.FILE.read_text(encoding="utf-8"))


def test_it_works() -> None:
    spec = fields.spec()
    assert len(spec.fields) >= 55
    assert {one.category for one in spec.fields} == {one.key for one in spec.categories}
    assert spec.field("not_used_for").required
    assert spec.field("not_used_for").tier == 1
    assert spec.field("description").max == 400
    with pytest.raises(KeyError):
        spec.field("nothing")


def test_codes_are_those_of_the_models() -> None:
    codes = fields.spec().codes
    for name, choices in {
        "status": Stage.values,
        "function": Function.values,
        "data_kind": DataKind.values,
        "training": Training.values,
        "network": Network.values,
        "risk_level": Tier.values,
        "not_public": NotPublic.values,
        "public_authority": [key for key, _label in RiskAssessment._meta.get_field("public_authority").flatchoices],
    }.items():  # fmt: skip
        assert set(codes[name]) == set(choices), name
    labels = {words.ja for words in codes["field_of_work"].values()}
    with translation.override("ja"):
        assert {str(word) for word in FIELDS_OF_WORK} <= labels
    assert set(content.AXES.values()) == {axis.key for axis in rule.AXES}


def test_prefills_are_attributes_of_a_system() -> None:
    for one in fields.spec().fields:
        for name in filter(None, (one.prefill, one.prefill_en)):
            AISystem._meta.get_field(name)


def test_every_typed_field_is_on_one_page_of_the_form() -> None:
    shown = [one.key for topic in content.TOPICS for one in topic.typed]
    assert sorted(shown) == sorted(one.key for one in fields.spec().fields if one.typed)


def test_the_ten_principles_are_told_in_three_languages() -> None:
    for language in fields.LANGUAGES:
        found = principles.sentences(load(), language)
        assert len(found) == 10
        assert len({name for name, _text in found}) == 10
    assert "《" in principles.sentences(load(), "ja-easy")[9][1]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("tier", 3, "tier"),
        ("type", "picture", "type"),
        ("source", "rumour", "source"),
        ("category", "elsewhere", "category"),
        ("codes", "unknown", "codes"),
        ("required", "yes", "required"),
        ("max", 0, "max"),
        ("label", {"ja": "名前", "en": "Name"}, "ja-easy"),
        ("label", "名前", "write it as"),
        ("colour", "red", "unknown colour"),
        ("key", "description", "twice"),
    ],
)
def test_mistakes_are_named(key: str, value: object, message: str) -> None:
    rows = [dict(row) for row in DOCUMENT["fields"]]
    next(row for row in rows if row["key"] == "name")[key] = value
    with pytest.raises(fields.FieldsError, match=message):
        fields.read(yaml.safe_dump(DOCUMENT | {"fields": rows}))


def test_a_document_without_codes_is_refused() -> None:
    with pytest.raises(fields.FieldsError, match="codes"):
        fields.read(yaml.safe_dump({"version": "1", "categories": [], "fields": []}))
    row = {key: value for key, value in DOCUMENT["fields"][0].items() if key != "example"}
    with pytest.raises(fields.FieldsError, match="lacks example"):
        fields.read(yaml.safe_dump(DOCUMENT | {"fields": [row]}))
