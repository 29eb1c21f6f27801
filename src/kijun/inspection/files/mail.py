""".eml: who wrote to whom about what, all bodies, and every attachment as a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kijun.inspection.files.collect import Collector
from kijun.inspection.files.declared import declared
from kijun.inspection.files.errors import FileError, LimitMet
from kijun.inspection.files.kinds import by_bytes
from kijun.inspection.files.markup import read_html
from kijun.inspection.files.mime import Part as MailPart
from kijun.inspection.files.mime import blanked, decode_words, leaves, uuencoded_blocks
from kijun.inspection.files.place import Part, Place
from kijun.inspection.files.plain import read_text, tell_encrypted

ReadInside = Callable[[bytes, str, Collector], str]

#: Headers with people in them: who wrote, who passed it on, who is told that it was read, and where it was delivered.
_PEOPLE: Final = (
    *("from", "sender", "reply-to", "to", "cc", "bcc"),
    *("resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc"),
    *("disposition-notification-to", "return-receipt-to", "errors-to", "mail-reply-to", "mail-followup-to"),
    *("return-path", "delivered-to", "envelope-to", "apparently-to"),
    *("x-original-to", "x-envelope-to", "x-from", "x-sender", "x-to", "x-cc"),
)
_SUBJECTS: Final = ("subject", "thread-topic", "comments", "keywords")
_ENDINGS: Final = {
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
}
_PGP: Final = "application/pgp-encrypted"  # the part that stands first in a multipart/encrypted
_SMIME: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_NAMED_BY_TYPE: Final = ("image", "audio", "video", "font")


def read_mail(data: bytes, collector: Collector, read_inside: ReadInside) -> None:
    """Read a mail; an attachment that cannot be read is told of in a note, one that meets a limit refuses the mail."""
    attached = 0
    sealed_at = -1  # the depth of a multipart/encrypted
    for depth, part in leaves(data, collector.budget):
        if depth == 0:
            _read_headers(part, collector)
            continue
        content = part.content()
        if not content.strip():
            continue
        if part.content_type == _PGP:
            sealed_at = depth
            continue
        before = collector.unopened
        blocks = list(uuencoded_blocks(content)) if part.content_type == "text/plain" else []
        if _is_body(part, content):
            _read_body(part, blanked(content, blocks), collector)
        else:
            blocks = []
            attached += 1
            _read_attached(part, content, attached, collector, read_inside)
        for block in blocks:
            attached += 1
            _read_file(block.content, block.name, f"{attached}.bin", collector, read_inside)
        if (depth == sealed_at or _is_enveloped(part)) and collector.unopened == before:
            collector.sealed()
        if depth == sealed_at:
            sealed_at = -1


def _read_headers(part: MailPart, collector: Collector) -> None:
    for names, where in ((_PEOPLE, Part.MAIL_HEADER), (_SUBJECTS, Part.SUBJECT)):
        told: dict[str, None] = {}
        for name in names:
            told |= dict.fromkeys(decode_words(value).strip() for value in part.all_of(name))
        for value in told:
            collector.add(value, Place("part", part=where))


def _is_body(part: MailPart, content: bytes) -> bool:
    """Whether a part is to be read in the mail; a label that its content belies makes it a file."""
    if part.is_attached or not part.content_type.startswith(
        ("text/", "message/delivery-status", "message/disposition")
    ):
        return False
    try:
        return by_bytes(content, "") in (None, "eml")
    except FileError:
        return False


def _read_body(part: MailPart, content: bytes, collector: Collector) -> None:
    found = declared(content, part.charset or "utf-8")
    collector.note_broken(found.broken, found.zeros)
    if part.content_type == "text/html":
        tell_encrypted(found.text, collector)
        read_html(found.text, collector, Part.HTML_BODY)
    else:
        read_text(found.text, collector, Place("part", part=Part.BODY))


def _read_attached(
    part: MailPart, content: bytes, number: int, collector: Collector, read_inside: ReadInside
) -> None:
    _read_file(content, part.file_name, f"{number}.{_ending(part.content_type)}", collector, read_inside)


def _read_file(
    content: bytes, name: str, otherwise: str, collector: Collector, read_inside: ReadInside
) -> None:
    """A file inside the mail, by its name or, where it has none, by another."""
    collector.add_file_name(name)
    name = name or otherwise
    with collector.inside(name):
        try:
            read_inside(content, name, collector)
        except LimitMet:
            raise
        except FileError as refusal:
            collector.refused(refusal, name)
            collector.note(refusal.message.ja, refusal.message.en)


def _is_enveloped(part: MailPart) -> bool:
    """Whether a part is encrypted by S/MIME; one that is signed only says so."""
    return part.content_type in _SMIME and part.smime_type not in ("signed-data", "certs-only")


def _ending(content_type: str) -> str:
    """The ending of a file that nobody named."""
    if content_type == "message/rfc822":
        return "eml"
    group, _, kind = content_type.partition("/")
    return _ENDINGS.get(content_type, kind.removeprefix("x-") if group in _NAMED_BY_TYPE else "bin")
