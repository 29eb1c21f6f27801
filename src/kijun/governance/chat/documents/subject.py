"""A version of a reference document as a subject of approvals. Its text never changes; the frozen copy holds its digest and what was found in it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kijun.governance.accounts.models import Person
from kijun.governance.approvals import subjects
from kijun.governance.approvals.models import STANDARD_NAMES, Approval
from kijun.governance.chat.documents import actions
from kijun.governance.chat.documents.models import DocumentVersion
from kijun.governance.organisation.models import Department
from kijun.inspection.vocabulary import LABELS, Words


def _load(municipality_id: int, subject_id: str) -> DocumentVersion:
    rows = DocumentVersion.objects.select_related(
        "document__collection__department", "document__municipality", "municipality"
    )
    version: DocumentVersion = rows.get(municipality_id=municipality_id, pk=subject_id)
    return version


def frozen(version: DocumentVersion) -> dict[str, Any]:
    """What is decided on."""
    document = version.document
    return {
        "title": document.title,
        "collection": document.collection.name,
        "department": document.collection.department.name,
        "is_open": document.collection.is_open,
        "version": version.number,
        "dated": version.dated,
        "review_by": version.review_by,
        "file_name": version.file_name,
        "passages": version.passages,
        "findings": {key: n for key, n in version.findings.items() if n},
        "sha256_text": hashlib.sha256(version.text.encode("utf-8", "replace")).hexdigest(),
        "_labels": _WORDS | {key: _both(LABELS[key]) for key in version.findings if key in LABELS},
    }


def _both(words: Words) -> dict[str, str]:
    return {"ja": words.ja, "en": words.en}


_WORDS = {
    name: {"ja": ja, "en": en}
    for name, ja, en in (
        ("title", "文書名", "Title"),
        ("collection", "文書集", "Collection"),
        ("department", "所管の部署", "Department"),
        ("is_open", "庁内のどの利用目的からも使える", "Open to every purpose of the town hall"),
        ("version", "版", "Version"),
        ("dated", "内容の時点", "As of"),
        ("review_by", "見直し期限", "To be reviewed by"),
        ("file_name", "ファイル名", "File name"),
        ("passages", "箇所の数", "Passages"),
        ("findings", "見つかったもの", "Found in it"),
        ("sha256_text", "本文の要約値（SHA-256）", "Digest of the text (SHA-256)"),
    )
}
"""What the frozen copy's keys are called, kept with it."""


def _url(version: DocumentVersion) -> str:
    return reverse("chat:document_version", args=[version.document_id, version.number])


def _department(version: DocumentVersion) -> Department | None:
    return version.document.collection.department


def _may_submit(person: Person, version: DocumentVersion) -> bool:
    return bool(person.has_perm("chat.write_documents", version.document.collection))


def _approved(version: DocumentVersion, approval: Approval, actor: Person) -> None:
    actions.approved(version, actor)


def _returned(version: DocumentVersion, approval: Approval, actor: Person) -> None:
    actions.taken_back(version, actions.State.RETURNED)


def _withdrawn(version: DocumentVersion, approval: Approval, actor: Person) -> None:
    actions.taken_back(version, actions.State.DRAFT)


def register() -> None:
    """Called once, when Django starts."""
    STANDARD_NAMES.add(actions.ROUTE)
    subjects.register(
        subjects.Subject(
            kind=actions.SUBJECT,
            label=_("参考文書"),
            load=_load,
            freeze=frozen,
            url=_url,
            department=_department,
            may_submit=_may_submit,
            approved=_approved,
            returned=_returned,
            withdrawn=_withdrawn,
            template="chat/documents/frozen.html",
        )
    )
