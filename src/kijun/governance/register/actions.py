"""All that changes the register. What residents read is written by :func:`publish` alone, from the approved copy."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.models import Approval
from kijun.governance.audit.actions import changes, record
from kijun.governance.inventory.models import AISystem
from kijun.governance.register import content
from kijun.governance.register.fields import LANGUAGES, Field, spec
from kijun.governance.register.models import Entry, Kind, NotPublic, Publication
from kijun.governance.register.words import ui_language
from kijun.web.punctuation import listed

SUBJECT = "register.entry"


def _allow(actor: Person, system: AISystem) -> None:
    if not actor.has_perm("register.edit", system):
        raise PermissionDenied


def _open(entry: Entry) -> None:
    if entry.state == Entry.State.SUBMITTED:
        raise ValidationError(
            _(
                "決裁の途中のため変更できません。直すときは、先に起案者が引き戻すか、差し戻しを受けてください。"
            ),
            code="submitted",
        )


def _write(actor: Person, entry: Entry, action: str, detail: dict[str, Any] | None = None) -> None:
    record(entry.municipality.chain, actor, f"register.{action}", entry, detail)


@transaction.atomic
def start_entry(actor: Person, system: AISystem) -> Entry:
    """The working copy for a system, filled with what the inventory and the risk assessment already say.

    An entry that exists is given back as it is.
    """
    _allow(actor, system)
    if system.is_draft:
        raise ValidationError(_("下書きのAIシステムです。先に台帳への登録を終えてください。"))
    entry, made = Entry.objects.get_or_create(
        system=system, defaults={"municipality": system.municipality, "texts": content.prefilled(system)}
    )
    if made:
        _write(actor, entry, "started", {"system": system.code})
    return entry


@transaction.atomic
def save_entry(
    actor: Person,
    entry: Entry,
    data: dict[str, Any],
    seen_revision: int | None,
    *,
    hidden: dict[str, bool] | None = None,
) -> Entry:
    """Save typed fields of the working copy; what was published stays as it is until it is approved anew.

    ``data``: values by field key as in ``Entry.texts``; keys that are not there stay. ``hidden``: automatic fields
    to leave out (True) or to show again. Raises Stale and ValidationError keyed by field.
    """
    _allow(actor, entry.system)
    _open(entry)
    values = {key: _clean(key, value) for key, value in data.items()}
    left_out = set(entry.hidden)
    for key, leave_out in (hidden or {}).items():
        one = _field(key)
        if one.required or not one.automatic:
            raise ValidationError({key: [_("この項目は省けません。")]})
        left_out = left_out | {key} if leave_out else left_out - {key}
    before = {**entry.texts, "hidden": entry.hidden}
    entry.claim(seen_revision)
    entry.texts = {
        key: value for key, value in (entry.texts | values).items() if value not in (None, "", {}, [])
    }
    entry.hidden = sorted(left_out)
    detail = changes(before, {key: entry.texts.get(key) for key in values} | {"hidden": entry.hidden})
    if not detail["after"]:
        return entry
    entry.kind = Kind.ENTRY
    if entry.state != Entry.State.RETURNED:
        entry.state = Entry.State.DRAFT
    entry.save()
    _write(actor, entry, "saved", detail)
    return entry


def _field(key: str) -> Field:
    try:
        return spec().field(key)
    except KeyError as error:
        raise ValidationError(_("公開台帳にない項目です：%(key)s"), params={"key": key}) from error


def _clean(key: str, value: Any) -> Any:
    """The value as it is kept; raises ValidationError when it does not fit the field."""
    one = _field(key)
    if not one.typed:
        raise ValidationError({key: [_("この項目は自動で入ります。")]})
    if value in (None, "", [], {}):
        return None
    if one.translated:
        if not isinstance(value, dict) or not set(value) <= set(LANGUAGES):
            raise ValidationError({key: [_("日本語、英語、やさしい日本語で入力してください。")]})
        texts = {language: str(text or "").replace("\r\n", "\n").strip() for language, text in value.items()}
        too_long = [text for text in texts.values() if len(text) > one.max]
        if too_long:
            raise ValidationError({key: [_too_long(one)]})
        return {language: text for language, text in texts.items() if text}
    if one.kind == "date":
        return _iso_day(key, value)
    if one.kind == "number":
        if int(value) < 0:
            raise ValidationError({key: [_("0以上の数を入力してください。")]})
        return int(value)
    if one.kind == "code" and value not in spec().codes[one.codes]:
        raise ValidationError({key: [_("一覧から選んでください。")]})
    if one.kind == "list":
        return [str(item).strip()[: one.max] for item in value if str(item).strip()]
    if one.max and len(str(value)) > one.max:
        raise ValidationError({key: [_too_long(one)]})
    return str(value).strip()


def _iso_day(key: str, value: Any) -> str:
    try:
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValidationError({key: [_("日付を入力してください。")]}) from error
    return day.isoformat()


def _too_long(one: Field) -> ValidationError:
    return ValidationError(_("%(max)s文字までにしてください。"), params={"max": one.max})


@transaction.atomic
def submit(
    actor: Person,
    entry: Entry,
    *,
    comment: str = "",
    document_number: str = "",
    seen_revision: int | None = None,
) -> Approval:
    """Put the entry forward for publication (起案), once nothing is missing. Raises ValidationError, Stale."""
    _allow(actor, entry.system)
    _open(entry)
    lacking = content.gaps(entry)
    if lacking:
        raise ValidationError(
            _("まだ入力が足りません：%(fields)s"),
            params={"fields": listed(dict.fromkeys(gap.field.label.get(ui_language()) for gap in lacking))},
            code="incomplete",
        )
    entry.claim(seen_revision)
    entry.kind = Kind.ENTRY
    return _put_forward(actor, entry, _("公開台帳に載せる：%(name)s"), comment, document_number)


@transaction.atomic
def submit_not_public(
    actor: Person,
    entry: Entry,
    *,
    category: str,
    reason: str,
    next_review_on: datetime.date,
    document_number: str = "",
    seen_revision: int | None = None,
) -> Approval:
    """Put forward that a system is not published. Residents will read the category of the reason and a number."""
    _allow(actor, entry.system)
    _open(entry)
    if category not in NotPublic.values:
        raise ValidationError({"category": [_("理由の区分を選んでください。")]})
    if not reason.strip():
        raise ValidationError({"reason": [_("公開しない理由を入力してください。")]})
    today = timezone.localdate()
    if not today < next_review_on <= today + content.LONGEST_REVIEW:
        raise ValidationError({"next_review_on": [_("明日から1年以内の日付を入力してください。")]})
    entry.claim(seen_revision)
    entry.kind = Kind.NOT_PUBLIC
    entry.not_public_category, entry.not_public_reason = category, reason.strip()
    entry.texts = {**entry.texts, "next_review_on": next_review_on.isoformat()}
    return _put_forward(actor, entry, _("公開台帳に載せない：%(name)s"), reason.strip(), document_number)


def _put_forward(
    actor: Person, entry: Entry, title: StrPromise, comment: str, document_number: str
) -> Approval:
    entry.save()
    approval = approvals.submit(
        actor,
        SUBJECT,
        entry,
        title=_titled(title, entry.system, "ja"),
        title_en=_titled(title, entry.system, "en"),
        comment=comment,
        document_number=document_number,
    )
    entry.approval, entry.state = approval, Entry.State.SUBMITTED
    entry.save()
    _write(actor, entry, "submitted", {"kind": entry.kind})
    return approval


def _titled(title: StrPromise, system: AISystem, language: str) -> str:
    """Whatever language the drafter works in, readers of both find the title in theirs."""
    with translation.override(language):
        return str(title) % {"name": system.shown_name}


@transaction.atomic
def publish(entry: Entry, approval: Approval, actor: Person) -> Publication:
    """Make the approved copy the version in force; the approvals machine calls it inside its transaction."""
    copy = approval.frozen
    last = entry.publications.aggregate(last=Max("version"))["last"] or 0
    now = timezone.now()
    if copy["kind"] == Kind.ENTRY:
        values = dict(copy["fields"])
        values |= {"version": last + 1, "updated_on": timezone.localdate(now).isoformat()}
        if approval.document_number:
            values["decision_number"] = approval.document_number
        frozen = {
            "spec": copy["spec"],
            "fields": {f.key: values[f.key] for f in spec().fields if f.key in values},
        }
        review = values["next_review_on"]
    else:
        frozen, review = {"category": copy["category"]}, copy["next_review_on"]
    publication = Publication.objects.create(
        municipality=entry.municipality,
        entry=entry,
        version=last + 1,
        kind=copy["kind"],
        content=frozen,
        approval=approval,
        published_at=now,
        published_by=actor,
    )
    entry.claim(None)
    entry.state = Entry.State.PUBLISHED if copy["kind"] == Kind.ENTRY else Entry.State.NOT_PUBLIC
    entry.next_review_on = datetime.date.fromisoformat(review)
    entry.save()
    _write(actor, entry, "published", {"version": publication.version, "kind": publication.kind})
    return publication


@transaction.atomic
def take_back(entry: Entry, state: str, actor: Person) -> None:
    """The approval was returned or withdrawn: the working copy can be changed again."""
    if entry.state != Entry.State.SUBMITTED:
        return
    entry.claim(None)
    entry.state = state
    entry.save()
    _write(actor, entry, "taken_back", {"state": state})


@transaction.atomic
def withdraw(actor: Person, entry: Entry, *, reason: str, seen_revision: int | None = None) -> Entry:
    """End publication at once: no version is in force any more. The reason stays inside the town hall.

    A revision that is on its way stays there: what is wrong must not be read until others have decided.
    """
    _allow(actor, entry.system)
    if not reason.strip():
        raise ValidationError({"reason": [_("公開をやめる理由を入力してください。")]})
    rows = entry.publications.filter(withdrawn_at=None)
    if not rows.exists():
        raise ValidationError(_("公開中の版がありません。"), code="nothing")
    entry.claim(seen_revision)
    rows.update(withdrawn_at=timezone.now(), withdrawn_by=actor, withdrawn_reason=reason.strip()[:300])
    entry.next_review_on = None
    if entry.state != Entry.State.SUBMITTED:
        entry.state = Entry.State.WITHDRAWN
    entry.save()
    _write(actor, entry, "withdrawn", {"reason": reason.strip()})
    return entry
