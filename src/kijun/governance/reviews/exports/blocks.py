"""What stands below a text that AI had a part in: words, the code, and a QR code that leads to the label's page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kijun.governance.reviews import codes, queries
from kijun.governance.reviews.models import Label, Part
from kijun.web import dates
from kijun.web.punctuation import labelled, listed


@dataclass(frozen=True, slots=True)
class Block:
    """``lines`` in the reader's language; ``url`` leads residents to the label's page."""

    heading: str
    lines: tuple[str, ...]
    url: str
    code: str

    @property
    def text(self) -> str:
        """To be pasted."""
        return "\n".join([self.heading, *self.lines])


def address(request: HttpRequest, label: Label) -> str:
    """Where residents find the label: KIJUN_PUBLIC_URL, else the host that was asked."""
    root = settings.KIJUN_PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    return f"{root}/labels/{codes.shown(label.code)}/"


def parts_of(label: Label) -> list[str]:
    """What AI did, in words."""
    known: dict[str, Any] = dict(Part.choices)
    return [str(known[one]) for one in label.parts if one in known]


def office_of(label: Label) -> str:
    """The office that decided, in the reader's language."""
    english = (get_language() or "ja").startswith("en")
    return (label.office_en if english else "") or label.office


def decided(label: Label) -> str:
    """Office and post; the name as well where the town says so."""
    words = f"{office_of(label)} {label.post}".strip()
    if queries.label_rules(label.municipality).names:
        words = f"{words} {label.decided_by.name}"
    return words


def block(request: HttpRequest, label: Label) -> Block:
    """The words of a label."""
    url, language = address(request, label), (get_language() or "ja")
    return Block(
        heading(label),
        (
            labelled(_("AIがしたこと"), listed(parts_of(label))),
            labelled(_("人がしたこと"), people_did(label)),
            labelled(_("決めた人"), f"{decided(label)} {dates.format_date(label.decided_on, language)}"),
            labelled(_("説明・質問・申出"), url),
            labelled(_("番号"), codes.shown(label.code)),
        ),
        url,
        codes.shown(label.code),
    )


def heading(label: Label) -> str:
    """That AI had a part in it."""
    if label.kind == Label.Kind.DECISION:
        return _("この決定をするのに、AIを使いました")
    if label.kind == Label.Kind.DOCUMENT:
        return _("この文書をつくるのに、AIを使いました")
    return _("この文章をつくるのに、AIを使いました")


def people_did(label: Label) -> str:
    """In a sentence what people did with what AI gave."""
    if label.review.changed:
        return _("職員が内容を確かめて直し、決めました")
    return _("職員が内容を確かめ、直すところがないと判断して、決めました")


def qr(url: str, kind: str) -> bytes:
    """The address as a QR code: ``svg`` or ``png``, black on white with its quiet zone."""
    import segno

    target = io.BytesIO()
    segno.make(url, error="m", micro=False).save(target, kind=kind, scale=4 if kind == "svg" else 8, border=4)
    return target.getvalue()


def made_on() -> str:
    """Today, in words."""
    return dates.format_date(timezone.localdate(), get_language() or "ja")
