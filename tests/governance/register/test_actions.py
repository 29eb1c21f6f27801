"""Starting, filling, putting forward, publishing, withdrawing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.audit.models import Entry as Line
from kijun.governance.inventory.models import AISystem
from kijun.governance.register import actions, content, queries
from kijun.governance.register.models import Entry, Publication
from kijun.web.versions import Stale
from tests.governance.register.conftest import Decide, full_texts

pytestmark = pytest.mark.django_db


def test_it_works(it_staff: Person, entry: Entry, decide: Decide) -> None:
    approval = actions.submit(it_staff, entry, document_number="デ戦第120号")
    assert entry.state == "submitted"
    assert queries.published(entry.municipality).count() == 0
    decide(approval)
    one = queries.published(entry.municipality).get()
    assert one.version == 1
    assert one.fields["not_used_for"]["ja"] == "何には使わないかの文。"
    assert one.fields["decision_number"] == "デ戦第120号"
    assert one.fields["risk_level"] == "medium"
    assert one.fields["axis_data"] == "3"
    assert one.fields["languages"] == ["ja", "en", "ja-easy"]
    entry.refresh_from_db()
    assert entry.state == "published"
    assert entry.next_review_on == timezone.localdate() + datetime.timedelta(days=200)
    verbs = set(Line.objects.filter(chain__key=entry.municipality.chain).values_list("action", flat=True))
    assert {"register.started", "register.saved", "register.submitted", "register.published"} <= verbs


def test_a_new_entry_knows_what_the_inventory_knows(it_staff: Person, system: AISystem) -> None:
    found = actions.start_entry(it_staff, system)
    assert found.texts["name"] == {"ja": "介護予防の早期発見", "en": "System 1"}
    assert found.texts["field_of_work"] == "welfare"
    assert actions.start_entry(it_staff, system).pk == found.pk


def test_what_is_missing_is_named(it_staff: Person, system: AISystem) -> None:
    found = actions.start_entry(it_staff, system)
    keys = {(gap.field.key, gap.language) for gap in content.gaps(found)}
    assert ("not_used_for", "") in keys
    assert ("name", "ja-easy") in keys
    assert ("alternatives", "en") not in keys
    with pytest.raises(ValidationError, match="何には使わないか"):
        actions.submit(it_staff, found)


def test_not_used_for_can_not_be_left_out(it_staff: Person, entry: Entry) -> None:
    actions.save_entry(it_staff, entry, {"not_used_for": {}}, entry.revision)
    with pytest.raises(ValidationError, match="何には使わないか"):
        actions.submit(it_staff, entry)


def test_a_system_without_risk_assessment_is_not_published(it_staff: Person, entry: Entry) -> None:
    entry.system.risk_assessments.all().delete()
    assert {"risk_level", "public_authority", "assessed_on"} == {g.field.key for g in content.gaps(entry)}


def test_what_is_decided_is_the_copy_and_not_what_came_later(
    it_staff: Person, entry: Entry, decide: Decide
) -> None:
    approval = actions.submit(it_staff, entry)
    Entry.objects.filter(pk=entry.pk).update(texts={"name": {"ja": "すり替え"}})
    AISystem.objects.filter(pk=entry.system_id).update(vendor_name="すり替え")
    decide(approval)
    one = queries.published(entry.municipality).get()
    assert one.fields["name"]["ja"] == "名称の文。"
    assert one.fields["vendor"] == "みらい健康株式会社"


def test_a_submitted_entry_is_locked(it_staff: Person, entry: Entry) -> None:
    actions.submit(it_staff, entry)
    with pytest.raises(ValidationError, match="決裁の途中"):
        actions.save_entry(it_staff, entry, {"name": {"ja": "あ"}}, None)
    with pytest.raises(ValidationError, match="決裁の途中"):
        actions.submit(it_staff, entry)


def test_returned_and_taken_back(it_staff: Person, entry: Entry, decide: Decide, executive: Person) -> None:
    approval = actions.submit(it_staff, entry)
    approvals.withdraw(it_staff, approval)
    entry.refresh_from_db()
    assert entry.state == "draft"
    approval = actions.submit(it_staff, entry)
    step = approval.steps.order_by("order").first()
    assert step is not None
    person = next(one for one in Person.objects.of(entry.municipality) if eligibility.owns(one, step))
    approvals.return_(person, step, comment="説明を短く")
    entry.refresh_from_db()
    assert entry.state == "returned"
    actions.save_entry(it_staff, entry, {"name": {"ja": "短い名前", "en": "Short", "ja-easy": "名前"}}, None)
    assert entry.state == "returned"
    decide(actions.submit(it_staff, entry))
    assert queries.published(entry.municipality).get().fields["name"]["ja"] == "短い名前"


def test_a_revision_is_a_new_version(it_staff: Person, publication: Publication, decide: Decide) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    actions.save_entry(it_staff, entry, {"name": {"ja": "新しい名前", "en": "New", "ja-easy": "新"}}, None)
    assert entry.state == "draft"
    assert queries.published(entry.municipality).get().fields["name"]["ja"] == "名称の文。"
    decide(actions.submit(it_staff, entry))
    one = queries.published(entry.municipality).get()
    assert (one.version, one.fields["name"]["ja"]) == (2, "新しい名前")
    changed = content.differences(publication.fields, one.fields)
    assert [field.key for field, _old, _new in changed] == ["name"]


def test_what_is_public_can_be_taken_down_while_a_revision_is_on_its_way(
    it_staff: Person, publication: Publication, decide: Decide
) -> None:
    """What is wrong must not be read until others have decided; the revision stays with those who decide."""
    entry = publication.entry
    entry.refresh_from_db()
    approval = actions.submit(it_staff, entry)
    actions.withdraw(it_staff, entry, reason="電話番号が違っていたため")
    entry.refresh_from_db()
    assert (entry.state, entry.next_review_on) == ("submitted", None)
    assert not queries.published(entry.municipality).exists()
    decide(approval)
    assert queries.published(entry.municipality).get().version == 2


def test_withdrawn_versions_do_not_come_back(
    it_staff: Person, publication: Publication, decide: Decide
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    decide(actions.submit(it_staff, entry))
    entry.refresh_from_db()
    with pytest.raises(ValidationError, match="理由"):
        actions.withdraw(it_staff, entry, reason=" ")
    actions.withdraw(it_staff, entry, reason="誤りが見つかったため")
    assert not queries.in_force(entry.municipality).exists()
    with pytest.raises(ValidationError, match="ありません"):
        actions.withdraw(it_staff, entry, reason="もう一度")
    entry.refresh_from_db()
    decide(actions.submit(it_staff, entry))
    assert queries.published(entry.municipality).get().version == 3


def test_not_public_is_decided_too(it_staff: Person, publication: Publication, decide: Decide) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    day = timezone.localdate() + datetime.timedelta(days=100)
    approval = actions.submit_not_public(
        it_staff, entry, category="security", reason="カメラの位置が分かる", next_review_on=day
    )
    assert queries.published(entry.municipality).exists()
    decide(approval)
    assert not queries.published(entry.municipality).exists()
    assert queries.not_public(entry.municipality) == {"security": 1}
    one = queries.in_force(entry.municipality).get()
    assert one.content == {"category": "security"}  # the reason in words stays inside
    entry.refresh_from_db()
    assert (entry.state, entry.next_review_on) == ("not_public", day)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"description": {"ja": "あ" * 401}}, "400文字"),
        ({"name": "名前"}, "日本語、英語"),
        ({"name": {"fr": "nom"}}, "日本語、英語"),
        ({"status": "operation"}, "自動"),
        ({"nothing": "x"}, "ない項目"),
        ({"field_of_work": "space"}, "一覧から"),
        ({"uses": -1}, "0以上"),
        ({"figures_on": "昨日"}, "日付"),
        ({"legal_basis": "条" * 301}, "300文字"),
    ],
)
def test_bad_input(it_staff: Person, entry: Entry, data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        actions.save_entry(it_staff, entry, data, None)
    assert message in " ".join(caught.value.messages)


def test_optional_facts_may_be_left_out(it_staff: Person, entry: Entry) -> None:
    actions.save_entry(it_staff, entry, {}, None, hidden={"contract_yen": True})
    assert "contract_yen" not in content.values(entry)
    actions.save_entry(it_staff, entry, {}, None, hidden={"contract_yen": False})
    assert content.values(entry)["contract_yen"] == 8_800_000
    with pytest.raises(ValidationError):
        actions.save_entry(it_staff, entry, {}, None, hidden={"status": True})


def test_a_review_date_is_within_a_year(it_staff: Person, entry: Entry) -> None:
    far = timezone.localdate() + datetime.timedelta(days=800)
    actions.save_entry(it_staff, entry, {"next_review_on": far}, None)
    assert [(gap.field.key, gap.invalid) for gap in content.gaps(entry)] == [("next_review_on", True)]


def test_drift_between_page_and_inventory_is_seen(publication: Publication) -> None:
    system = publication.entry.system
    assert content.drift(system, publication) == []
    system.vendor_name, system.stage = "別の会社", "operation"
    assert {one.key for one in content.drift(system, publication)} == {"vendor", "status"}


def test_stale(it_staff: Person, entry: Entry) -> None:
    seen = entry.revision
    actions.save_entry(it_staff, entry, {"uses": 5}, seen)
    with pytest.raises(Stale):
        actions.save_entry(it_staff, entry, {"uses": 6}, seen)
    with pytest.raises(Stale):
        actions.submit(it_staff, entry, seen_revision=seen)


def test_who_may(
    staff: Person,
    auditor: Person,
    owner: Person,
    outsider: Person,
    system: AISystem,
    publication: Publication,
) -> None:
    entry = publication.entry
    entry.refresh_from_db()
    for person in (staff, auditor, outsider):
        with pytest.raises(PermissionDenied):
            actions.start_entry(person, system)
        with pytest.raises(PermissionDenied):
            actions.save_entry(person, entry, full_texts(), None)
        with pytest.raises(PermissionDenied):
            actions.submit(person, entry)
        with pytest.raises(PermissionDenied):
            actions.withdraw(person, entry, reason="x")
    actions.save_entry(owner, entry, {"uses": 99}, None)


def test_unregistered_systems_have_no_entry(it_staff: Person, system: AISystem) -> None:
    system.registered_at = None
    with pytest.raises(ValidationError, match="下書き"):
        actions.start_entry(it_staff, system)
