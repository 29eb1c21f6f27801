"""What the sample town's people made of AI's answers: confirmed, changed, returned, approved and labelled, each by somebody who may."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.approvals.models import Step
from kijun.governance.organisation.models import Municipality
from kijun.governance.reviews import actions, answers, checklist, queries
from kijun.governance.reviews.models import Review
from kijun.sites.sample import records
from kijun.sites.sample.approving import approve_next


@functools.cache
def content() -> dict[str, Any]:
    """What ``reviews.yaml`` says."""
    import yaml

    text = Path(__file__).with_name("reviews.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def tell(town: Municipality) -> None:
    """Once the records stand in the ledger. Raises `LedgerError`."""
    for wanted in content()["reviews"]:
        number = records.content()["records"][wanted["record"]]["who"]
        person = Person.objects.get(municipality=town, staff_number=number)
        _review(person, records.interaction(town, wanted["record"]), wanted)


def _review(person: Person, interaction: str, wanted: Mapping[str, Any]) -> None:
    answer = answers.own(person, interaction)
    if answer is None or Review.objects.filter(person=person, interaction=interaction).exists():
        return
    about = answers.rows_of(person.municipality, answer)
    level = checklist.level(about["purpose"], queries.tier_of(about["system"]), wanted["destination"])
    word = wanted.get("word", "") if level == checklist.STRICT else ""
    said = actions.Confirmation(
        destination=wanted["destination"],
        use=wanted.get("use", True),
        title=wanted["title"],
        text=wanted.get("text", answer.shown),
        ground=wanted.get("ground", ""),
        reason=wanted["reason"],
        checks={one.key: ("yes", word) for one in checklist.items(level, wanted["destination"])},
    )
    review = actions.confirm(person, answer, said)
    _go_on(person, review, wanted)


def _go_on(person: Person, review: Review, wanted: Mapping[str, Any]) -> None:
    goes = wanted.get("goes", "")
    if not goes:
        return
    approval = actions.submit(person, review, comment="見本の起案です。")
    step = Step.objects.select_related("approval").filter(approval=approval).order_by("order")[0]
    people = Person.objects.of(person.municipality).exclude(pk=person.pk).order_by("staff_number")
    decider = next(one for one in people if eligibility.owns(one, step))
    if goes == "returned":
        approvals.return_(decider, step, comment=wanted["comment"])
    elif goes == "labelled":
        review = Review.objects.select_related("municipality", "approval", "department").get(pk=review.pk)
        answer = answers.answer_of(person.municipality, review.interaction, masked=True)
        actions.open_material(decider, review, answer, "決裁のため（見本）")
        approve_next(approval)
        review = Review.objects.select_related("municipality", "purpose", "approval__decided_by").get(
            pk=review.pk
        )
        actions.make_label(person, review, kind=wanted["kind"], parts=wanted["parts"])
        actions.take(person, review, answers.own(person, review.interaction), "docx")
