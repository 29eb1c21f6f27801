"""What a person decides about an answer, and what is asked for it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kijun.governance.access import actions as access
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.governance.reviews import actions, answers, checklist, leaving, queries, sources
from kijun.governance.reviews.models import Decision, Review
from kijun.governance.reviews.sources import Source
from kijun.ledger.model import Entry as Told
from kijun.ledger.model import Kind
from kijun.web.versions import Stale
from tests.governance.reviews.made import confirmation


def test_it_works(confirm: Any, staff: Person) -> None:
    review = confirm(staff)
    assert review.decision == Decision.ADOPT
    assert (review.state, review.level, review.text) == ("confirmed", "normal", "")
    assert review.department == staff.department
    entry = Entry.objects.get(action="reviews.confirmed")
    assert entry.actor_id == str(staff.pk)
    assert entry.detail["decision"] == "adopt"


def test_what_was_changed_is_kept_and_counted(confirm: Any, staff: Person) -> None:
    review = confirm(staff, text="案です。\n\nもう少し足しました。\r\n")
    assert review.decision == Decision.EDIT
    assert review.text == "案です。\n\nもう少し足しました。"
    assert 0 < review.changed_share <= 100


def test_line_ends_and_blanks_are_no_change(confirm: Any, say: Any, staff: Person) -> None:
    told = say(staff, "箇条書きで", "一つ目\n二つ目")
    assert not confirm(staff, told, text="一つ目  \r\n二つ目\r\n\r\n").changed


def test_nothing_of_question_or_answer_is_kept(confirm: Any, say: Any, staff: Person) -> None:
    told = say(staff, "広報の秘密の企画を考えて", "とても特別な回答です。")
    review = confirm(staff, told)
    kept = str(Review.objects.filter(pk=review.pk).values().get())
    assert "秘密の企画" not in kept
    assert "特別な回答" not in kept


def test_values_that_the_ledger_guards_are_not_kept_here(
    record: Any, staff: Person, system: AISystem, purpose: Purpose
) -> None:
    """The person sees and writes names; what is stored has the ledger's placeholders, so that erasing them there erases them here."""
    from tests.governance.interactions.made import exchange

    entries = exchange(
        staff,
        "差出人は氏名：山本 和子です。返事を書いて。",
        "⟦氏名1⟧様 ありがとうございます。",
        system=system,
        purpose=purpose,
    )
    record(entries)
    answer = answers.own(staff, entries[0].interaction)
    assert answer is not None
    assert "山本 和子様" in answer.shown
    said = confirmation(answer, text="山本 和子様 お便りをありがとうございます。")
    review = actions.confirm(staff, answer, said)
    assert "山本" not in review.text
    assert "⟦氏名1⟧様" in review.text
    assert answers.final(review, answer) == "山本 和子様 お便りをありがとうございます。"


@pytest.mark.parametrize(
    ("review", "power", "tier", "destination", "level"),
    [
        ("light", False, "", "inside", "light"),
        ("light", False, "low", "inside", "light"),
        ("light", False, "medium", "inside", "normal"),
        ("light", False, "high", "inside", "strict"),
        ("light", False, "critical", "inside", "strict"),
        ("light", False, "low", "outside", "normal"),
        ("normal", False, "low", "inside", "normal"),
        ("strict", False, "low", "inside", "strict"),
        ("light", True, "low", "inside", "strict"),
    ],
)
def test_how_strict_it_is(review: str, power: bool, tier: str, destination: str, level: str) -> None:
    assert checklist.level(Purpose(review=review, public_power=power), tier, destination) == level


def test_without_a_purpose_it_is_normal() -> None:
    assert checklist.level(None, "", "inside") == "normal"


def _with(purpose: Purpose, it_staff: Person, **changes: Any) -> Purpose:
    return access.save_purpose(it_staff, purpose.municipality, purpose, changes)


def test_light_is_three_ticks(confirm: Any, purpose: Purpose, it_staff: Person, staff: Person) -> None:
    _with(purpose, it_staff, review="light")
    review = confirm(staff, level="light", reason="")
    assert review.level == "light"
    assert len(review.checks) == 3
    assert not leaving.why_not(review)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"ground": ""}, "ground"),
        ({"ground": "draft", "destination": "outside"}, "ground"),
        ({"reason": " "}, "reason"),
        ({"checks": {}}, "check-will"),
        ({"destination": "moon"}, "destination"),
        ({"title": "長" * 121}, "title"),
    ],
)
def test_what_is_missing_is_told_by_its_field(
    confirm: Any, say: Any, staff: Person, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        confirm(staff, say(staff), **changes)
    assert field in refused.value.error_dict
    assert not Review.objects.exists()


def test_strict_asks_for_a_word_each(confirm: Any, purpose: Purpose, it_staff: Person, staff: Person) -> None:
    _with(purpose, it_staff, review="strict")
    checks = {one.key: ("yes", "") for one in checklist.items("strict", "inside")}
    with pytest.raises(ValidationError) as refused:
        confirm(staff, level="strict", checks=checks)
    assert "word-will" in refused.value.error_dict
    review = confirm(staff, level="strict")
    assert "決裁" in str(leaving.why_not(review))


def test_the_purpose_asks_its_own_questions(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person
) -> None:
    _with(purpose, it_staff, checklist=["最新の要綱の版と合っているか"])
    with pytest.raises(ValidationError) as refused:
        confirm(staff)
    assert "own-0" in refused.value.error_dict
    review = confirm(staff, own=[("none", "")])
    assert review.checks[-1]["label"] == "最新の要綱の版と合っているか"


def test_sources_are_opened_before_they_are_ticked(
    confirm: Any, say: Any, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = [False]
    sources.register(lambda person, interaction: [Source("手引", "/x", opened=opened[0])])
    told = say(staff)
    with pytest.raises(ValidationError) as refused:
        confirm(staff, told)
    assert "check-sources" in refused.value.error_dict
    opened[0] = True
    review = confirm(staff, told)
    assert (review.sources, review.sources_opened) == (1, 1)


def _flagged(record: Any, say: Any, staff: Person) -> str:
    """An answer in which the inspection flagged an insult."""
    from kijun.ledger.model import new_id

    told = new_id()
    same: dict[str, Any] = {
        "interaction": told,
        "municipality": staff.municipality.code,
        "person": str(staff.pk),
        "department": str(staff.department.pk) if staff.department else "",
    }
    finding = {
        "type": "discrimination",
        "action": "allow",
        "where": "x",
        "start": 0,
        "end": 2,
        "why": {"ja": "侮辱", "en": "insult"},
    }
    record(
        [
            Told(
                kind=Kind.INPUT,
                content={"request": {"messages": [{"role": "user", "content": "下書き"}]}},
                **same,
            ),
            Told(
                kind=Kind.OUTPUT,
                findings=("discrimination",),
                content={"texts": [{"where": "x", "text": "ばかな案です。"}], "findings": [finding]},
                **same,
            ),
        ]
    )
    return told


def test_flags_are_a_persons_to_judge(confirm: Any, record: Any, say: Any, staff: Person) -> None:
    told = _flagged(record, say, staff)
    answer = answers.own(staff, told)
    assert answer is not None
    assert [one.type for one in answer.flags] == ["discrimination"]
    with pytest.raises(ValidationError) as refused:
        confirm(staff, told)
    assert "flag-discrimination" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:  # said to be mended, and is not
        confirm(staff, told, flags={"discrimination": ("mended", "言い換えた")})
    assert "flag-discrimination" in refused.value.error_dict
    review = confirm(staff, told, text="別の案です。", flags={"discrimination": ("mended", "言い換えた")})
    assert review.flags == [{"type": "discrimination", "decision": "mended", "word": "言い換えた"}]


def test_not_used_needs_a_reason_and_no_ticks(confirm: Any, staff: Person) -> None:
    review = confirm(staff, use=False, checks={}, ground="", text="", reason="誤りが多い。")
    assert (review.decision, review.state) == ("reject", "rejected")
    assert "使わない" in str(leaving.why_not(review))


def test_public_power_needs_a_human_decision(
    confirm: Any, say: Any, purpose: Purpose, it_staff: Person, staff: Person, approver: Person
) -> None:
    _with(purpose, it_staff, public_power=True)
    told = say(staff)
    with pytest.raises(ValidationError) as refused:
        confirm(staff, told, level="strict")
    assert {"human_decision", "legal_basis", "official"} <= set(refused.value.error_dict)
    review = confirm(
        staff,
        told,
        level="strict",
        human_decision="減免を認める。",
        legal_basis="市税条例第51条",
        official=approver,
    )
    assert review.public_power
    assert not leaving.without_decision(review)
    assert leaving.why_not(review)  # the approval comes next


def test_a_purpose_that_becomes_public_power_stops_what_was_confirmed_before(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person
) -> None:
    review = confirm(staff)
    assert not leaving.why_not(review)
    _with(purpose, it_staff, public_power=True)
    assert "公権力" in str(leaving.why_not(Review.objects.get(pk=review.pk)))


def test_a_purpose_that_becomes_stricter_asks_again(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person
) -> None:
    review = confirm(staff)
    _with(purpose, it_staff, review="strict")
    assert "確認し直して" in str(leaving.why_not(Review.objects.get(pk=review.pk)))


def test_confirming_again_changes_the_same_row(confirm: Any, say: Any, staff: Person) -> None:
    told = say(staff)
    first = confirm(staff, told)
    answer = answers.own(staff, told)
    assert answer is not None
    second = actions.confirm(staff, answer, confirmation(answer, text="直した。"), first.revision)
    assert second.pk == first.pk
    with pytest.raises(Stale):
        actions.confirm(staff, answer, confirmation(answer), first.revision)


def test_only_ones_own(confirm: Any, say: Any, staff: Person, approver: Person, outsider: Person) -> None:
    told = say(staff)
    assert answers.own(approver, told) is None
    assert answers.own(outsider, told) is None
    answer = answers.own(staff, told)
    assert answer is not None
    with pytest.raises(PermissionDenied):
        actions.confirm(approver, answer, confirmation(answer))


def test_an_official_of_another_town_is_refused(
    confirm: Any, purpose: Purpose, it_staff: Person, staff: Person, outsider: Person
) -> None:
    _with(purpose, it_staff, public_power=True)
    with pytest.raises(ValidationError) as refused:
        confirm(staff, level="strict", human_decision="認める", legal_basis="条例", official=outsider)
    assert "official" in refused.value.error_dict


def test_what_is_erased_cannot_be_confirmed(say: Any, staff: Person) -> None:
    answer = answers.own(staff, say(staff))
    assert answer is not None
    gone = dataclasses.replace(answer, erased=True, text="")
    with pytest.raises(ValidationError, match="消去"):
        actions.confirm(staff, gone, confirmation(answer))


def test_states_beside_answers(
    confirm: Any, say: Any, staff: Person, approved: Review, django_assert_num_queries: Any
) -> None:
    fresh, done = say(staff), say(staff)
    confirm(staff, done)
    with django_assert_num_queries(1):
        found = queries.states(staff, [fresh, done, approved.interaction])
    assert [str(one.label) for one in found.values()] == ["未確認", "確認済", "公開可"]


def test_who_sees_whose(
    confirm: Any, staff: Person, approver: Person, owner: Person, neighbour: Person, auditor: Person, outsider: Person,
    welfare: Department,
) -> None:  # fmt: skip
    review = confirm(staff)
    for person in (staff, approver, owner, auditor):
        assert list(queries.visible(person)) == [review], person
    for person in (neighbour, outsider):
        assert not queries.visible(person).exists(), person
