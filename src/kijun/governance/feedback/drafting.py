"""A request as a text to send: by letter, by mail, through the vendor's own form."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.feedback.queries import kinds_of
from kijun.governance.interactions.wording import finding
from kijun.inspection import Inspector, Kind
from kijun.web.dates import format_date
from kijun.web.papers import TYPES, Letter, letter_as_pdf, letter_as_word
from kijun.web.punctuation import listed
from kijun.web.templatetags.kit import named

_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LONGEST_LINK = 1_800
"""Characters of a mail link that every mail program takes."""


@functools.cache
def _inspector() -> Inspector:
    return Inspector()


def personal(text: str) -> str:
    """What personal data inspection finds in a text, in words; empty for none."""
    found = {str(one.type) for one in _inspector().inspect(text) if one.kind is Kind.DATA}
    return listed(finding(one) for one in sorted(found))


def begin(reports: Iterable[Report]) -> str:
    """What a request begins with: the doubts and what was said of them, no name, nothing of question or answer."""
    lines = [
        f"・{'、'.join(map(str, kinds_of(one)))}" + (f"：{' '.join(one.text.split())}" if one.text else "")
        for one in reports
    ]
    return "\n".join(lines)


def letter(row: ImprovementRequest, language: str = "ja") -> str:
    """The whole text as it is mailed; in Japanese whatever the reader's language, for the vendor reads it."""
    one = paper(row, language)
    colon = ": " if language == "en" else "："
    facts = "\n".join(f"{label}{colon}{value}" for label, value in one.facts)
    sections = [f"{heading}\n{text}" for heading, text in one.sections]
    return "\n\n".join([one.to, one.sender, one.title, facts, *sections]) + "\n"


def paper(row: ImprovementRequest, language: str = "ja") -> Letter:
    """The request as a letter, in Japanese or English; what people wrote stays as they wrote it. It names no person: an office asks, an office is answered."""
    with override(language):
        office = row.system.provider_department
        offices = [named(row.municipality), *([named(office)] if office is not None else [])]
        sections = [(_("求めること・事例"), row.body)]
        if row.measured:
            sections.append((_("測った結果"), row.measured))
        sections.append((_("お知らせいただきたいこと"), _answer_by(row, language)))
        facts = [
            (_("番号"), row.code + (_("（%(n)s回目）") % {"n": row.times} if row.times > 1 else "")),
            (_("対象のAIシステム"), _named(row, language)),
            (_("回答の期限"), _due(row, language)),
            (_("回答の宛先"), " ".join(offices)),
        ]
        return Letter(
            title=_("改善要望：%(title)s") % {"title": row.title},
            language=language,
            number=row.code,
            date=format_date(row.asked_on or timezone.localdate(), language),
            to=_("%(vendor)s 御中") % {"vendor": row.vendor},
            sender=" ".join(offices),
            facts=tuple(facts),
            sections=tuple(sections),
        )


def _due(row: ImprovementRequest, language: str) -> str:
    return _("送った日から20開庁日以内") if row.due_on is None else format_date(row.due_on, language)


def _answer_by(row: ImprovementRequest, language: str) -> str:
    words = _("改善するかどうかの判断と、その理由、直す場合は期日を、%(due)sまでにお知らせください。")
    if row.due_on is None:
        return _(
            "改善するかどうかの判断と、その理由、直す場合は期日を、この文書が届いてから20開庁日以内にお知らせください。"
        )
    return words % {"due": _due(row, language)}


def _named(row: ImprovementRequest, language: str) -> str:
    system = row.system
    detail = [one for one in (system.service_name, system.model_name) if one]
    name = str(system.shown_name)
    if not detail:
        return name
    return f"{name} ({', '.join(detail)})" if language == "en" else f"{name}（{'、'.join(detail)}）"


KINDS = {"txt": "text/plain; charset=utf-8", **TYPES}


def as_file(row: ImprovementRequest, kind: str, language: str = "ja") -> bytes:
    """A key of `KINDS`. Word and PDF are made to be sent: ValidationError until somebody saw to it that nobody can be told from the cases."""
    if kind == "txt":
        return letter(row, language).encode()
    if row.nobody_named_by is None:
        raise ValidationError(
            gettext_lazy("事例に個人が分かる情報がないことを確かめると、WordとPDFにできます。"), code="named"
        )
    return (letter_as_word if kind == "docx" else letter_as_pdf)(paper(row, language))


def mail_link(row: ImprovementRequest) -> str:
    """``mailto:`` with the whole text; empty without an address, without the text where it would be too long for a link."""
    found = _MAIL.search(row.contact)
    if found is None:
        return ""
    link = f"mailto:{found[0]}?subject={quote(row.title)}"
    whole = f"{link}&body={quote(letter(row))}"
    return whole if len(whole) <= _LONGEST_LINK else link
