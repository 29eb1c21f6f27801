"""The catalogue itself: that it is the guideline, whole."""

import csv
from pathlib import Path

from kijun.catalog import Evidence, Frequency, Level, Relation, Role, Tier, Trait

ROWS = Path(__file__).with_name("controls_ids.tsv")


def expected():
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file, delimiter="\t")]


def test_every_control_is_there_with_its_role_and_place(catalog):
    rows = expected()
    assert len(rows) == 154
    found = {control.id: (control.id, control.role.value, control.place) for control in catalog.controls}
    assert [found.get(row[0]) for row in rows] == rows
    assert len(found) == 154


def test_ten_principles_and_nineteen_topics(catalog):
    assert [principle.id for principle in catalog.principles] == [str(number) for number in range(1, 11)]
    counts = [len(principle.topics) for principle in catalog.principles]
    assert counts == [5, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    assert sum(counts) == 19
    assert len(catalog.topics) == 20


def test_every_topic_names_its_risks_for_both_roles(catalog):
    for topic in catalog.topics[1:]:
        roles = {role for risk in topic.risks for role in risk.roles}
        assert roles >= {Role.PROVIDER, Role.USER}, topic.id


def test_every_control_lowers_a_risk(catalog):
    assert [control.id for control in catalog.controls if not control.risks] == []


def test_every_word_of_the_lists_is_used_or_deliberately_not(catalog):
    controls = catalog.controls
    assert {kind for control in controls for kind in control.evidence} == set(Evidence)
    assert {control.frequency for control in controls} == set(Frequency)
    assert {control.level for control in controls} == set(Level)
    assert {control.role for control in controls} == set(Role)
    assert {trait for risk in catalog.risks for trait in risk.applies.any_of} == set(Trait)
    assert {tier for control in controls for tier in control.tiers} == set(Tier)


def test_effort_grows_with_the_tier(catalog):
    counts = [sum(control.required_by(tier) for control in catalog.controls) for tier in Tier]
    assert counts == sorted(counts)
    assert 0 < counts[0] < counts[1] < counts[2] <= counts[3] == 154


def test_the_crosswalk_covers_six_frameworks_with_reasons(catalog):
    assert {framework.id for framework in catalog.frameworks} == {
        "aisi",
        "eu-ai-act",
        "iso42001",
        "nist-ai-rmf",
        "oecd",
        "owasp-llm-2025",
    }
    assert {edge.relation for edge in catalog.edges} <= set(Relation)
    for edge in catalog.edges:
        assert edge.rationale.ja, edge
        assert edge.rationale.en, edge
        assert edge.reviewer, edge


def test_the_full_lists_of_identifiers_are_there(catalog):
    assert len(catalog.framework("iso42001").items) >= 38
    assert len(catalog.framework("nist-ai-rmf").items) == 72
    assert len(catalog.framework("owasp-llm-2025").items) == 10
    assert len(catalog.framework("aisi").items) == 10
    assert len(catalog.framework("oecd").items) >= 5


def test_every_item_of_the_short_frameworks_is_met_by_a_control(catalog):
    for id in ("aisi", "owasp-llm-2025"):
        framework = catalog.framework(id)
        assert {item.id for item in framework.items} == {edge.item for edge in framework.edges}


def test_a_rationale_calls_the_control_a_control(catalog):
    """項目 is what the other framework's side is called; 本項目 would leave open which of the two is meant."""
    assert [edge for edge in catalog.edges if "本項目" in edge.rationale.ja] == []
