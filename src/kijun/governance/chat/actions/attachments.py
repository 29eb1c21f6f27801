"""Files that go with a question: read as text, asked where they come from, kept no longer than until they are sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.audit.actions import record
from kijun.governance.chat import holding, queries
from kijun.governance.chat.models import Attachment, Conversation

KINDS: Final = ("txt", "csv", "xlsx", "docx", "pptx", "pdf", "eml")
MOST_FILES: Final = 10
MOST_BYTES: Final = 20_000_000
MOST_CHARACTERS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the person says about a file (P7.1, U7.1.1)."""

    where: str
    when: str
    why: str


def kind_of(name: str) -> str:
    """What a file is by the end of its name; raises `ValidationError` for what cannot be sent."""
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    if kind not in KINDS:
        raise ValidationError(
            {
                "file": [
                    _(
                        "この種類のファイルは送れません。txt、csv、xlsx、docx、pptx、pdf、emlのどれかで保存し直してください。"
                    )
                ]
            }
        )
    return kind


def attach(
    person: Person,
    grant: Grant,
    conversation: Conversation | None,
    name: str,
    content: bytes,
    told: Provenance,
) -> Attachment:
    """Read a file and hold its text until it is sent. Raises `ValidationError` with words for what cannot be taken."""
    if grant.person_id != person.pk or (conversation is not None and conversation.person_id != person.pk):
        raise PermissionDenied
    waiting = queries.attachments(person, grant, conversation)
    if sum(holding.text_of(one.municipality.code, one.pk) is not None for one in waiting) >= MOST_FILES:
        raise ValidationError({"file": [_("一度に送れるファイルは10件までです。")]})
    kind = kind_of(name)
    text = read(name, content)
    row = Attachment(
        municipality=person.municipality,
        person=person,
        grant=grant,
        conversation=conversation,
        kind=kind,
        size=len(content),
        characters=len(text),
        digest=hashlib.sha256(content).hexdigest(),
        collected_where=told.where,
        collected_when=told.when,
        collected_why=told.why,
    )
    row.clean_fields()
    with transaction.atomic():
        row.save(force_insert=True)
        holding.keep(person.municipality.code, row.pk, text)
        detail = {"kind": kind, "size": row.size, "digest": row.digest}
        record(row.municipality.chain, person, "chat.attached", row, detail)
        _replace(person, row, waiting)
    return row


def _replace(person: Person, row: Attachment, waiting: Iterable[Attachment]) -> None:
    """The same file, attached again because its text was gone, takes the place of the first."""
    for one in waiting:
        if one.digest == row.digest and holding.text_of(one.municipality.code, one.pk) is None:
            remove_attachment(person, one)


def read(name: str, content: bytes) -> str:
    """The text of a file; raises `ValidationError` in the reader's language."""
    from kijun.inspection.files import FileError, FileLimits, extract

    if not content:
        raise ValidationError({"file": [_("ファイルが空です。内容を確かめてから、もう一度選んでください。")]})
    if b"vbaProject.bin" in content or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            {
                "file": [
                    _(
                        "マクロを含むか、古い形式のファイルは送れません。マクロのない新しい形式（docx、xlsx、pptx）で保存し直してください。"
                    )
                ]
            }
        )
    limits = FileLimits(bytes=MOST_BYTES, characters=MOST_CHARACTERS, seconds=10.0, pages=300)
    try:
        document = extract(content, name, limits)
    except FileError as error:
        english = (get_language() or "").startswith("en")
        raise ValidationError({"file": [error.message.en if english else error.message.ja]}) from None
    if not document.text.strip():
        raise ValidationError(
            {"file": [_("読み取れる文字がありません。画像だけの文書は、文字にしてから入力してください。")]}
        )
    return document.text


def _waiting(person: Person, row: Attachment) -> None:
    if row.person_id != person.pk or row.turn_id is not None or row.removed_at is not None:
        raise PermissionDenied


@transaction.atomic
def mask_in(person: Person, row: Attachment, spans: Iterable[tuple[int, int, str]]) -> int:
    """Replace parts of a file's text by what they are (``■氏名■``) before it is sent; gives how many."""
    _waiting(person, row)
    text = holding.text_of(row.municipality.code, row.pk)
    if text is None:
        raise ValidationError(_("添付したファイルの文章が残っていません。もう一度選んでください。"))
    done = 0
    for start, end, label in sorted(spans, reverse=True):
        if 0 <= start < end <= len(text):
            text = f"{text[:start]}■{label}■{text[end:]}"
            done += 1
    holding.keep(row.municipality.code, row.pk, text)
    row.characters = len(text)
    row.save(update_fields=["characters"])
    return done


@transaction.atomic
def remove_attachment(person: Person, row: Attachment) -> None:
    """Take a file away before or after it was sent: what was sent with it stays in the ledger, the page says that it was removed."""
    if row.person_id != person.pk:
        raise PermissionDenied
    if row.removed_at is not None:
        return
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    holding.forget(row.municipality.code, row.pk)
    record(row.municipality.chain, person, "chat.detached", row, {"digest": row.digest})
