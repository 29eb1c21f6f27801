"""Changes of collections and documents: permission, transition, audit entry, one transaction; the index follows when it is committed."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kijun.governance.access.models import Purpose
from kijun.governance.access.publishing import publish
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals.actions.routes import ensure_route
from kijun.governance.approvals.models import Approval, StepKind
from kijun.governance.approvals.routes import StepData
from kijun.governance.audit.actions import changes, record
from kijun.governance.chat.documents import indexing, reading
from kijun.governance.chat.documents.models import (
    Collection,
    Document,
    DocumentVersion,
    Opened,
    PurposeReading,
)
from kijun.governance.organisation.models import Department

SUBJECT = "reference_document"
ROUTE = gettext_noop("参考文書の決裁ルート")
STEPS = (StepData(StepKind.DECIDE, Role.APPROVER, order=1),)
"""The department's approver decides, unless the municipality has another route."""
State = DocumentVersion.State


def _allow(person: Person, permission: str, thing: Any = None) -> None:
    if thing is not None and thing.municipality_id != person.municipality_id:
        raise PermissionDenied
    if not person.has_perm(permission, thing):
        raise PermissionDenied


def _same_town(person: Person, *things: Any) -> None:
    if any(one.municipality_id != person.municipality_id for one in things):
        raise PermissionDenied


@transaction.atomic
def save_collection(
    person: Person, row: Collection | None, values: dict[str, Any], seen_revision: int | None = None
) -> Collection:
    """Make or change a collection."""
    _allow(person, "chat.manage_collections", row)
    _same_town(person, values["department"], values["owner"])
    made = row is None
    if row is None:
        row = Collection(municipality=person.municipality)
    else:
        row.claim(seen_revision)
    for name in ("name", "department", "owner", "is_open"):
        setattr(row, name, values[name])
    row.clean_fields(exclude=["revision"])
    if Collection.objects.of(person.municipality).filter(name=row.name).exclude(pk=row.pk).exists():
        raise ValidationError({"name": [_("同じ名称の文書集があります。別の名称にしてください。")]})
    row.save()
    action = "chat.collection_made" if made else "chat.collection_changed"
    record(row.municipality.chain, person, action, row, {"open": row.is_open})
    indexing.soon(row.municipality)
    return row


def pass_on_collection(actor: Any, row: Collection, department: Department) -> None:
    """To the successor of a closed department; organisation checked that ``actor`` may and where to."""
    row.claim(None)
    before, row.department = row.department, department
    row.save(update_fields=["department"])
    detail = changes({"department": before}, {"department": department})
    record(row.municipality.chain, actor, "chat.collection_changed", row, detail)
    indexing.soon(row.municipality)


@transaction.atomic
def upload(
    person: Person,
    collection: Collection,
    document: Document | None,
    *,
    title: str,
    file_name: str,
    content: bytes,
    dated: datetime.date,
    review_by: datetime.date,
) -> DocumentVersion:
    """A new document, or a new version of one. Raises ValidationError with words for what cannot be read."""
    _allow(person, "chat.write_documents", collection)
    if review_by <= timezone.localdate():
        raise ValidationError({"review_by": [_("これから来る日を入力してください。")]})
    read = reading.read(file_name, content)
    if document is None:
        document = Document(
            municipality=person.municipality, collection=collection, owner=person, title=title.strip()
        )
        document.clean_fields(exclude=["revision"])
        try:
            with transaction.atomic():
                document.save(force_insert=True)
        except IntegrityError as error:
            raise ValidationError(
                {"title": [_("同じ名前の文書があります。新しい版は、その文書の画面から登録してください。")]}
            ) from error
    else:
        document = Document.objects.select_for_update(of=("self",)).get(
            pk=document.pk, municipality=person.municipality
        )
    last = DocumentVersion.objects.filter(document=document).order_by("-number").first()
    if last is not None and last.state == State.SUBMITTED:
        raise ValidationError(
            {"file": [_("前の版が決裁中です。決裁が終わるのを待つか、引き戻してください。")]}
        )
    version = DocumentVersion(
        municipality=person.municipality,
        document=document,
        number=last.number + 1 if last is not None else 1,
        file_name=file_name[:200],
        digest=hashlib.sha256(content).hexdigest(),
        dated=dated,
        review_by=review_by,
        made_by=person,
        **read,
    )
    version.save(force_insert=True)
    detail = {"version": version.number, "digest": version.digest, "findings": version.findings}
    record(document.municipality.chain, person, "chat.document_uploaded", document, detail)
    return version


@transaction.atomic
def submit(person: Person, version: DocumentVersion, *, comment: str = "") -> Approval:
    """起案. What was found in it must have been looked at: the page shows it, the frozen copy holds it."""
    _allow(person, "chat.write_documents", version.document.collection)
    version = (
        DocumentVersion.objects.select_for_update(of=("self",))
        .select_related("document__collection__department", "municipality")
        .get(pk=version.pk)
    )
    if version.state not in (State.DRAFT, State.RETURNED):
        raise ValidationError(_("今の状態では提出できません。画面を開き直して、状態を確かめてください。"))
    ensure_route(person.municipality, SUBJECT, ROUTE, STEPS)
    title = _("参考文書「%(title)s」第%(n)s版") % {"title": version.document.title, "n": version.number}
    approval = approvals.submit(
        person,
        SUBJECT,
        version,
        title=str(title),
        title_en=f"Reference document “{version.document.title}”, version {version.number}",
        comment=comment,
    )
    _turn(version, State.SUBMITTED)
    return approval


def _turn(version: DocumentVersion, state: str, **more: Any) -> None:
    version.state = state
    for name, value in more.items():
        setattr(version, name, value)
    version.save(update_fields=["state", *more])


def approved(version: DocumentVersion, actor: Person) -> None:
    """The effect of an approval: this version is served, the one before no longer."""
    document = Document.objects.select_for_update(of=("self",)).get(pk=version.document_id)
    if document.current_id is not None:
        DocumentVersion.objects.filter(pk=document.current_id).update(state=State.REPLACED)
    _turn(version, State.CURRENT, approved_at=timezone.now())
    document.current, document.withdrawn_at, document.withdrawn_why = version, None, ""
    document.save(update_fields=["current", "withdrawn_at", "withdrawn_why"])
    record(
        document.municipality.chain, actor, "chat.document_approved", document, {"version": version.number}
    )
    indexing.soon(document.municipality)


def taken_back(version: DocumentVersion, state: str) -> None:
    """The effect of 差戻し and 引戻し."""
    _turn(version, state)


@transaction.atomic
def withdraw(person: Person, document: Document, *, why: str) -> Document:
    """Take it out of what is served, at once."""
    _allow(person, "chat.write_documents", document.collection)
    why = why.strip()
    if not why:
        raise ValidationError({"why": [_("取り下げる理由を書いてください。")]})
    document = Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
    if document.current_id is None:
        raise ValidationError(_("使用中の版がありません。画面を開き直して、状態を確かめてください。"))
    DocumentVersion.objects.filter(pk=document.current_id).update(state=State.WITHDRAWN)
    document.current, document.withdrawn_at, document.withdrawn_why = None, timezone.now(), why[:300]
    document.save(update_fields=["current", "withdrawn_at", "withdrawn_why"])
    record(document.municipality.chain, person, "chat.document_withdrawn", document, {"reason": why})
    indexing.soon(document.municipality)
    return document


@transaction.atomic
def save_reading(
    person: Person, purpose: Purpose, values: dict[str, Any], seen_revision: int | None = None
) -> PurposeReading:
    """Say which documents a purpose reads; the gateway is told."""
    _allow(person, "chat.manage_collections")
    _same_town(person, purpose, *values["collections"])
    row: PurposeReading
    row, made = PurposeReading.objects.get_or_create(municipality=person.municipality, purpose=purpose)
    if not made:
        row.claim(seen_revision)
    row.for_models, row.overdue = values["for_models"], values["overdue"]
    row.save()
    row.collections.set(values["collections"])
    detail = {
        "collections": [one.name for one in values["collections"]],
        "for_models": row.for_models,
        "overdue": row.overdue,
    }
    record(person.municipality.chain, person, "chat.reading_saved", purpose, detail)
    publish(f"documents of purpose {purpose.pk} saved")
    return row


def opened(person: Person, interaction: str, version: DocumentVersion, passage: int) -> None:
    """Note that a source was opened; the first time counts."""
    _same_town(person, version)
    Opened.objects.get_or_create(
        person=person,
        interaction=interaction,
        version=version,
        passage=passage,
        defaults={"municipality": person.municipality},
    )
