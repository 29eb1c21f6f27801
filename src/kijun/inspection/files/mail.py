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
from kijun.inspection.files.mime import decode_words, leaves
from kijun.inspection.files.place import Part, Place

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
_NAMED_BY_TYPE: Final = ("image", "audio", "video", "font")


def read_mail(data: bytes, collector: Collector, read_inside: ReadInside) -> None:
    """Read a mail; an attachment that cannot be read is told of in a note, one that meets a limit refuses the mail."""
    attached = 0
    for depth, part in leaves(data, collector.budget):
        if depth == 0:
            _read_headers(part, collector)
            continue
        content = part.content()
        if not content.strip():
            continue
        if _is_body(part, content):
            _read_body(part, content, collector)
            continue
        attached += 1
        _read_attached(part, content, attached, collector, read_inside)


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
        read_html(found.text, collector, Part.HTML_BODY)
    else:
        collector.lines(found.text, Place("part", part=Part.BODY))


def _read_attached(
    part: MailPart, content: bytes, number: int, collector: Collector, read_inside: ReadInside
) -> None:
    name = part.file_name
    if not name:
        name = f"{number}.{_ending(part.content_type)}"
    collector.add_file_name(part.file_name)
    with collector.inside(name):
        try:
            read_inside(content, name, collector)
        except LimitMet:
            raise
        except FileError as refusal:
            collector.refused(refusal, name)
            collector.note(refusal.message.ja, refusal.message.en)


def _ending(content_type: str) -> str:
    """The ending of a file that nobody named."""
    if content_type == "message/rfc822":
        return "eml"
    group, _, kind = content_type.partition("/")
    return _ENDINGS.get(content_type, kind.removeprefix("x-") if group in _NAMED_BY_TYPE else "bin")
