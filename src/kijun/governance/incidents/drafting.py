"""What is said to whom, as a draft. In Japanese whatever the reader's language: those who are told read it. Nothing is sent."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import override

from kijun.governance.incidents.models import Course, Event, Incident, Notice, Whom
from kijun.governance.incidents.queries import harms_of
from kijun.web.dates import format_date
from kijun.web.punctuation import listed

UNKNOWN = "調べています"
_PUBLIC = (Whom.RESIDENTS, Whom.PUBLIC)


def draft(notice: Notice) -> str:
    """The words that somebody wrote, else a draft out of what is known now."""
    if notice.text:
        return str(notice.text)
    with override("ja"):
        incident, whom = notice.incident, Whom(notice.whom)
        if whom in _PUBLIC:
            return _to_residents(incident)
        return _report(incident, whom)


def _day(at: object) -> str:
    return format_date(timezone.localdate(at), "ja") if at is not None else UNKNOWN  # type: ignore[arg-type]  # a moment


def _moment(at: object) -> str:
    return f"{_day(at)} {timezone.localtime(at):%H:%M}" if at is not None else UNKNOWN  # type: ignore[arg-type]  # a moment


def _number(incident: Incident) -> str:
    if incident.affected_count is None:
        return UNKNOWN
    return f"{incident.affected_count:,}人"


def _measures(incident: Incident) -> str:
    kinds = (Event.Kind.MEASURE, Event.Kind.STOPPED)
    lines = [f"・{_moment(one.at)} {one.text}" for one in incident.events.filter(kind__in=kinds)]
    return "\n".join(lines) or "これから行います。"


def _report(incident: Incident, whom: Whom) -> str:
    """For the town hall, the commission, the vendor: facts in the order in which they are asked for."""
    heads = {
        Whom.PPC_FIRST: "保有個人情報の漏えい等について（速報）",
        Whom.PPC_FULL: "保有個人情報の漏えい等について（確報）",
        Whom.VENDOR: "貴社のサービスで起きた事案について（対応のお願い）",
    }
    parts = [
        heads.get(whom, "AIの利用に関するインシデントについて（報告）"),
        str(incident.municipality.name),
        f"1 概要：{incident.title}",
        f"2 起きた日時：{_day(incident.began_at)}／気づいた日時：{_moment(incident.noticed_at)}",
        f"3 害の種類：{listed(harms_of(incident))}",
        f"4 影響を受けた人：{incident.affected or UNKNOWN}（{_number(incident)}）",
        "5 これまでの措置：" + "\n" + _measures(incident),
        f"6 AIの使い方：{_course(incident)}",
        f"7 原因：{incident.cause or UNKNOWN}",
        f"8 住民への対応：{incident.redress or '検討しています'}",
        f"9 再発防止：{_preventions(incident)}",
    ]
    if whom == Whom.VENDOR and incident.system is not None:
        detail = listed(one for one in (incident.system.service_name, incident.system.model_name) if one)
        parts.insert(2, f"対象：{detail or incident.system.name}")
    return "\n\n".join(parts) + "\n"


def _course(incident: Incident) -> str:
    return str(Course(incident.course).label) if incident.course else "判断していません"


def _preventions(incident: Incident) -> str:
    return listed(one.what for one in incident.preventions.all()) or "検討しています"


def _to_residents(incident: Incident) -> str:
    """Plain words first; no name, no blame."""
    parts = [
        "AIを使った業務の誤りについて（お知らせとおわび）",
        str(incident.municipality.name),
        "業務で使っているAIに関して、次のことが分かりました。ご迷惑をおかけし、おわびします。",
        f"■ 何が起きたか\n{incident.title}（{_day(incident.noticed_at)}に分かりました）",
        f"■ 影響のある方\n{incident.affected or UNKNOWN}",
        f"■ いま行っていること\n{incident.redress or '状況を調べ、直しています。'}",
        "■ お問い合わせ・申し出\n（担当課・電話番号・受付時間を書いてください）",
    ]
    return "\n\n".join(parts) + "\n"
