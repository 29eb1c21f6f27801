import copy

import pytest

from kijun.catalog.build import build
from kijun.catalog.sources import CatalogError, read_folder


@pytest.fixture(scope="module")
def whole():
    return read_folder()


@pytest.fixture
def sources(whole):
    return copy.deepcopy(whole)


def test_it_works(sources):
    catalog = build(sources)
    assert len(catalog.principles) == 10
    assert len(catalog.topics) == 20
    assert catalog.guideline.ja == "自治体向けAIガバナンスガイドライン"
    control = catalog.control("P6.1.1")
    assert len(control.done_when) >= 2
    assert control.done_when[0].ja
    assert control.done_when[0].en


def test_words_come_in_the_order_of_their_list(sources):
    topic = sources.topics["topics/06-1-security-measures.yaml"]
    topic["controls"][0]["tiers"] = ["critical", "high"]
    topic["controls"][0]["evidence"] = ["link", "automatic"]
    control = build(sources).control(topic["controls"][0]["id"])
    assert control.tiers == ("high", "critical")
    assert control.evidence == ("automatic", "link")


FILE = "topics/06-1-security-measures.yaml: controls[1]"


@pytest.mark.parametrize(
    ("key", "value", "place", "message"),
    [
        ("role", "boss", ".role", "'boss' is not one of provider, user, organisation"),
        ("tiers", ["low", "tiny"], ".tiers[1]", "'tiny' is not one of low"),
        ("tiers", "low", ".tiers", "a list is expected"),
        ("id", 6.1, ".id", "a text is expected, not 6.1"),
        ("title", "text", ".title", "a mapping is expected"),
        ("title", {"ja": "名"}, ".title", "en is missing"),
        ("done_when", {"ja": ["一", "二"], "en": ["one"]}, ".done_when", "2 in Japanese but 1 in English"),
        ("risks", [1], ".risks[0]", "a text is expected"),
    ],
)
def test_what_does_not_fit_is_named_with_file_and_path(sources, key, value, place, message):
    sources.topics["topics/06-1-security-measures.yaml"]["controls"][1][key] = value
    with pytest.raises(CatalogError) as raised:
        build(sources)
    assert raised.value.problem.place == FILE + place
    assert message in raised.value.problem.message


def test_a_missing_key_is_named(sources):
    del sources.topics["topics/06-1-security-measures.yaml"]["controls"][1]["frequency"]
    with pytest.raises(CatalogError, match="frequency is missing"):
        build(sources)


def test_a_principle_without_name_is_named(sources):
    del sources.principles[3]["name"]
    with pytest.raises(CatalogError, match=r"principles\.yaml\[3\]: name is missing"):
        build(sources)


def test_a_place_for_each_role_of_a_risk(sources):
    del sources.topics["topics/06-1-security-measures.yaml"]["risks"][0]["places"]["user"]
    with pytest.raises(CatalogError, match=r"risks\[0\]\.places: user is missing"):
        build(sources)


def test_always_is_true_or_false(sources):
    sources.topics["topics/06-1-security-measures.yaml"]["risks"][0]["applies"]["always"] = "maybe"
    with pytest.raises(CatalogError, match="true or false"):
        build(sources)
