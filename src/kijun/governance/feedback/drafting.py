"""A request as a text to send: by letter, by mail, through the vendor's own form."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import override

from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.feedback.queries import kinds_of
from kijun.governance.interactions.wording import finding
from kijun.inspection import Inspector, Kind
from kijun.web.dates import format_date
from kijun.web.punctuation import listed

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


def letter(row: ImprovementRequest) -> str:
    """The whole text, in Japanese whatever the reader's language: the vendor reads it."""
    with override("ja"):
        due = _("（送った日から20開庁日以内）") if row.due_on is None else format_date(row.due_on, "ja")
        parts = [
            f"{row.vendor} 御中",
            f"{row.municipality.name}",
            _("改善要望 %(code)s：%(title)s") % {"code": row.code, "title": row.title},
            _("対象：%(system)s") % {"system": _named(row)},
            row.body,
        ]
        if row.measured:
            parts.append(_("測った結果：") + "\n" + row.measured)
        parts.append(
            _("改善するかどうかの判断と、その理由、直す場合は期日を、%(due)s までにお知らせください。")
            % {"due": due}
        )
    return "\n\n".join(parts) + "\n"


def _named(row: ImprovementRequest) -> str:
    system = row.system
    detail = "、".join(one for one in (system.service_name, system.model_name) if one)
    return f"{system.name}（{detail}）" if detail else str(system.name)


def mail_link(row: ImprovementRequest) -> str:
    """``mailto:`` with the whole text; empty without an address, without the text where it would be too long for a link."""
    found = _MAIL.search(row.contact)
    if found is None:
        return ""
    link = f"mailto:{found[0]}?subject={quote(row.title)}"
    whole = f"{link}&body={quote(letter(row))}"
    return whole if len(whole) <= _LONGEST_LINK else link
