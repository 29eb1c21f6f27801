"""Pages of collections, documents and sources."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kijun.governance.approvals.models import Approval
from kijun.governance.chat import queries as chat_queries
from kijun.governance.chat import sources
from kijun.governance.chat.documents import actions, indexing, queries
from kijun.governance.chat.documents.forms import (
    CollectionForm,
    ReadingForm,
    SearchForm,
    UploadForm,
    WhyForm,
    first_of,
)
from kijun.governance.chat.documents.models import Collection, Document, DocumentVersion, PurposeReading
from kijun.governance.chat.documents.queries import SOON_DAYS
from kijun.governance.organisation.tenancy import StaffRequest
from kijun.inspection.vocabulary import LABELS, Words
from kijun.web.who_may import require, signed_in, who_may

TONES = {
    "draft": "",
    "submitted": "info",
    "returned": "warning",
    "current": "success",
    "replaced": "",
    "withdrawn": "",
}


@lru_cache(maxsize=4)
def _shelf_at(home: str) -> Any:
    from kijun.gateway.reference.shelf import Shelf  # what searches is loaded with the first search

    return Shelf(Path(home))


def _shelf() -> Any:
    return _shelf_at(str(settings.HOME))


def _collection(request: StaffRequest, pk: int) -> Collection:
    row = queries.collections(request.municipality).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _document(request: StaffRequest, pk: int) -> Document:
    row = queries.documents(request.municipality).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _version(request: StaffRequest, pk: int, number: int) -> DocumentVersion:
    rows = DocumentVersion.objects.filter(municipality=request.municipality)
    rows = rows.select_related("document__collection__department", "document__current", "made_by")
    row: DocumentVersion | None = rows.filter(document=pk, number=number).first()
    if row is None:
        raise Http404
    return row


def _state(row: Document, today: datetime.date) -> tuple[str, str]:
    """(words, tone) of a document as it is served."""
    if row.current is None:
        return (_("取下げ"), "") if row.withdrawn_at else (_("未承認"), "warning")
    if row.current.overdue(today):
        return _("見直し期限切れ（引用されません）"), "danger"
    if row.current.review_by <= today + datetime.timedelta(days=SOON_DAYS):
        return _("まもなく見直し期限"), "warning"
    return _("使用中"), "success"


@signed_in
def documents(request: StaffRequest) -> HttpResponse:
    """The collections, and a search over what is served."""
    form = SearchForm(request.GET or None)
    found = None
    if request.GET and form.is_valid():
        index = _shelf().index(request.municipality.code)
        today = timezone.localdate().isoformat()
        found = index.search(form.cleaned_data["q"], today=today, most=10) if index is not None else None
    context = {
        "rows": queries.collections(request.municipality),
        "form": form,
        "found": found,
        "asked": bool(request.GET),
        "may_manage": request.user.has_perm("chat.manage_collections"),
    }
    return render(request, "chat/documents/documents.html", context)


@signed_in
def collection(request: StaffRequest, pk: int) -> HttpResponse:
    """One collection and its documents."""
    row = _collection(request, pk)
    today = timezone.localdate()
    rows = queries.documents(request.municipality).filter(collection=row)
    context = {
        "collection": row,
        "rows": [(one, *_state(one, today)) for one in rows],
        "may_write": request.user.has_perm("chat.write_documents", row),
        "may_manage": request.user.has_perm("chat.manage_collections"),
    }
    return render(request, "chat/documents/collection.html", context)


def _save_collection(request: StaffRequest, row: Collection | None) -> HttpResponse:
    first: dict[str, Any] = {"is_open": True}
    if row is not None:
        first = {name: getattr(row, name) for name in ("name", "department", "owner", "is_open", "revision")}
    form = CollectionForm(request.POST or None, municipality=request.municipality, initial=first)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data.get("revision") if row is not None else None
        try:
            made = actions.save_collection(request.user, row, form.cleaned_data, seen)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("chat:collection", made.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "collection": row}
    return render(request, "chat/documents/collection_form.html", context, status=status)


@who_may("chat.manage_collections")
def add_collection(request: StaffRequest) -> HttpResponse:
    """Make one."""
    return _save_collection(request, None)


@who_may("chat.manage_collections")
def change_collection(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one."""
    return _save_collection(request, _collection(request, pk))


def _upload(request: StaffRequest, where: Collection, row: Document | None) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, again=row is not None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.upload(
                request.user,
                where,
                row,
                title=given.get("title", ""),
                file_name=given["file"].name or "",
                content=given["file"].read(),
                dated=given["dated"],
                review_by=given["review_by"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("読み取りました。内容を確かめて、決裁に出してください。"))
            return redirect("chat:document_version", made.document_id, made.number)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "collection": where, "document": row}
    return render(request, "chat/documents/upload.html", context, status=status)


@who_may("chat.write_documents")
def upload(request: StaffRequest, pk: int) -> HttpResponse:
    """A new document of a collection."""
    row = _collection(request, pk)
    require(request, "chat.write_documents", row)
    return _upload(request, row, None)


@who_may("chat.write_documents")
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """A new version of a document."""
    row = _document(request, pk)
    require(request, "chat.write_documents", row.collection)
    return _upload(request, row.collection, row)


@signed_in
def document(request: StaffRequest, pk: int) -> HttpResponse:
    """One document with its versions."""
    row = _document(request, pk)
    words, tone = _state(row, timezone.localdate())
    context = {
        "document": row,
        "state": words,
        "tone": tone,
        "versions": [(one, TONES[one.state]) for one in row.versions.defer("text").select_related("made_by")],
        "may_write": request.user.has_perm("chat.write_documents", row.collection),
        "why": WhyForm(),
    }
    return render(request, "chat/documents/document.html", context)


@signed_in
def version(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """One version: its text as passages, what was found in it, its approval. What is not approved is seen by those who write and decide."""
    row = _version(request, pk, number)
    may_write = request.user.has_perm("chat.write_documents", row.document.collection)
    approval = Approval.objects.filter(
        municipality=request.municipality, subject_kind=actions.SUBJECT, subject_id=str(row.pk)
    ).first()
    language = "en" if (get_language() or "").startswith("en") else "ja"
    context = {
        "version": row,
        "document": row.document,
        "tone": TONES[row.state],
        "passages": indexing.passages_of(row),
        "findings": [(LABELS.get(key, Words(key, key)).in_(language), n) for key, n in row.findings.items()],
        "approval": approval,
        "may_read_approval": approval is not None and request.user.has_perm("approvals.read", approval),
        "may_submit": may_write and row.state in {"draft", "returned"},
        "overdue": row.overdue(),
    }
    return render(request, "chat/documents/version.html", context)


@signed_in
def passage(request: StaffRequest, pk: int, number: int, passage: int) -> HttpResponse:
    """A passage in its document. Opened from an answer of one's own, that is noted (U3.1.6)."""
    row = _version(request, pk, number)
    found = indexing.passages_of(row)
    if not 1 <= passage <= len(found):
        raise Http404
    answer = request.GET.get("answer", "")[:64]
    if answer and sources.is_source(answer, request.user, row, passage):
        actions.opened(request.user, answer, row, passage)
    near = found[max(0, passage - 3) : passage + 2]
    context = {
        "version": row,
        "document": row.document,
        "passage": found[passage - 1],
        "near": near,
        "overdue": row.overdue(),
        "is_current": row.document.current_id == row.pk,
        "turn": chat_queries.turn_of(request.user, answer) if answer else None,
    }
    return render(request, "chat/documents/passage.html", context)


def _do(request: StaffRequest, act: Callable[[], object], said: str) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)


@who_may("chat.write_documents")
@require_POST
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the newest version forward for approval."""
    row = _document(request, pk)
    require(request, "chat.write_documents", row.collection)
    newest = row.versions.select_related("document__collection", "municipality").first()
    if newest is None:
        raise Http404
    comment = request.POST.get("comment", "")[:1000]
    _do(request, lambda: actions.submit(request.user, newest, comment=comment), _("決裁に出しました。"))
    return redirect("chat:document_version", row.pk, newest.number)


@who_may("chat.write_documents")
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Serve it no longer."""
    row = _document(request, pk)
    require(request, "chat.write_documents", row.collection)
    why = request.POST.get("why", "")
    _do(
        request,
        lambda: actions.withdraw(request.user, row, why=why),
        _("取り下げました。まもなく引用されなくなります。"),
    )
    return redirect("chat:document", row.pk)


@who_may("chat.manage_collections")
def reading(request: StaffRequest) -> HttpResponse:
    """Which purposes read which collections."""
    rows = PurposeReading.objects.of(request.municipality).select_related("purpose")
    chosen = request.GET.get("purpose", "")
    row = rows.filter(purpose=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    first = first_of(row) if row is not None else {"purpose": chosen}
    form = ReadingForm(request.POST or None, municipality=request.municipality, initial=first)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        purpose, seen = values.pop("purpose"), values.pop("revision", None)
        try:
            actions.save_reading(request.user, purpose, values, seen)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("保存しました。数秒のうちに有効になります。"))
            return redirect("chat:reading")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "rows": rows.prefetch_related("collections")}
    return render(request, "chat/documents/reading.html", context, status=status)
