"""What AI may be used for, and what happens to what is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kijun.governance.access import handling, limits, queries
from kijun.governance.access.actions.common import allow_in, check_fields, same_town, switch
from kijun.governance.access.models import PERSONAL_CLASSES, DataClass, Purpose
from kijun.governance.access.plain import check_names
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.acting import Actor, allow
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import changes, record
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import RETENTIONS

FIELDS: Final = (
    "name",
    "name_en",
    "description",
    "legal_basis",
    "consent_scope",
    "owner",
    "data_classes",
    "input_handling",
    "output_handling",
    "retention",
    "networks",
    "hours",
    "uninspected",
    "review",
    "public_power",
    "checklist",
)
MOST_QUESTIONS: Final = 10
_PLAIN: Final = ("name", "name_en", "description", "legal_basis", "consent_scope", "retention", "review")


@transaction.atomic
def save_purpose(
    actor: Actor,
    municipality: Municipality,
    purpose: Purpose | None,
    data: Mapping[str, Any],
    seen_revision: int | None = None,
) -> Purpose:
    """Make a purpose (``purpose`` None) or change one. ``data`` holds any of `FIELDS`; what a new one leaves open is the default."""
    if purpose is None:
        allow_in(actor, "access.change", municipality)
    else:
        allow(actor, "access.change", purpose)
    row = purpose or Purpose(
        municipality=municipality,
        data_classes=[DataClass.PUBLIC, DataClass.INTERNAL],
        input_handling=handling.default(handling.INPUT),
        output_handling=handling.default(handling.OUTPUT),
    )
    values = {name: data[name] for name in FIELDS if name in data}
    same_town(municipality.pk, values)
    before = {} if purpose is None else {name: getattr(row, name) for name in values}
    if purpose is not None:
        row.claim(seen_revision)
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check(row, new_owner="owner" in values)
    row.input_handling = handling.tidy(handling.INPUT, row.input_handling)
    row.output_handling = handling.tidy(handling.OUTPUT, row.output_handling)
    row.save()
    detail = changes(before, {name: getattr(row, name) for name in values})
    if detail["after"]:
        action = "access.purpose_added" if purpose is None else "access.purpose_changed"
        record(municipality.chain, actor, action, row, detail)
    publish(f"purpose {row.pk} saved")
    return row


def _check(row: Purpose, *, new_owner: bool) -> None:
    check_fields(row, _PLAIN)
    check_names({"name": row.name, "name_en": row.name_en})
    wrong: dict[str, list[Any]] = {}
    others = Purpose.objects.of(row.municipality).exclude(pk=row.pk)
    if others.filter(name=row.name).exists():
        wrong["name"] = [_("同じ名称の利用目的があります。別の名称にしてください。")]
    if not row.owner_id:
        wrong["owner"] = [_("目的の責任者を選んでください。")]
    elif new_owner and not row.owner.is_active:
        wrong["owner"] = [_("有効な職員から選んでください。")]
    if row.retention not in RETENTIONS:
        wrong["retention"] = [_("記録の保存期間を選んでください。")]
    if wrong_classes := _wrong_classes(row):
        wrong["data_classes"] = [wrong_classes]
    elif PERSONAL_CLASSES & set(row.data_classes) and not (row.legal_basis or row.consent_scope):
        wrong["legal_basis"] = [_("個人情報を扱う目的には、法令・条例の根拠か、本人の同意の範囲が必要です。")]
    elif DataClass.MY_NUMBER in row.data_classes and not row.legal_basis:
        wrong["legal_basis"] = [
            _("特定個人情報を扱えるのは、法令・条例が定める事務だけです。根拠を入力してください。")
        ]
    for name, direction in (("input_handling", handling.INPUT), ("output_handling", handling.OUTPUT)):
        found = handling.problems(direction, getattr(row, name), row.data_classes)
        if found:
            wrong[name] = list(found)
    if (
        not isinstance(row.networks, list)
        or limits.networks("\n".join(map(str, row.networks))) != row.networks
    ):
        wrong["networks"] = [_("ネットワークは 10.12.0.0/16 の形で指定してください。")]
    if not _is_checklist(row.checklist):
        wrong["checklist"] = [
            _("確かめることは%(most)s個まで、1つ200文字以内で入力してください。") % {"most": MOST_QUESTIONS}
        ]
    if not limits.check_hours([list(one) for one in row.hours]):
        wrong["hours"] = [_("使える時間の形が正しくありません。例：月-金 8:30-17:15")]
    if wrong:
        raise ValidationError(wrong)
    _check_services(row)


def _is_checklist(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_QUESTIONS
        and all(isinstance(one, str) and one.strip() and len(one) <= 200 for one in value)
    )


def _wrong_classes(row: Purpose) -> Any:
    if not row.data_classes:
        return _("入力してよい情報を1つ以上選んでください。")
    if set(row.data_classes) - set(DataClass.values):
        return _("入力してよい情報を一覧から選んでください。")
    row.data_classes = [one for one in DataClass.values if one in row.data_classes]
    return None


def _check_services(row: Purpose) -> None:
    """A purpose does not become one for personal data while it is used on a system that is not for them."""
    if row.pk is None or not row.has_personal_data:
        return
    for grant in queries.grants(row.municipality).filter(purpose=row, revoked_at=None):
        if why_not := queries.why_not_personal(grant.system, row):
            raise ValidationError({"data_classes": [why_not]})


def switch_purpose(
    actor: Actor, purpose: Purpose, enabled: bool, seen_revision: int | None = None, *, why: str = ""
) -> Purpose:
    """Nobody may use AI for it any more, or again; grants stay as they are."""
    switch(actor, purpose, enabled, seen_revision, why)
    return purpose


def hand_over_purpose(actor: Person, purpose: Purpose, old: Person, new: Person) -> None:
    """Give a purpose to the successor of a person who moves; accounts checked that ``actor`` may."""
    if purpose.owner_id != old.pk:
        return
    same_town(purpose.municipality_id, {"owner": new})
    purpose.claim(None)
    purpose.owner = new
    purpose.save(update_fields=["owner"])
    detail = changes({"owner": old}, {"owner": new})
    record(purpose.municipality.chain, actor, "access.purpose_owner_set", purpose, detail)
    publish(f"purpose {purpose.pk} handed over")
