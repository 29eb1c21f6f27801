"""What the sample town's people asked AI: into the ledger, inspected and masked as the gateway would, when the town itself is there.

A ledger cannot be rolled back, and taking the town away erases nothing in it: entries stay until their retention is over, under ids that no
later sample town has.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kijun.gateway.guard import told, values_of
from kijun.gateway.handling import DEFAULT_INPUT, action_for, strictest
from kijun.gateway.snapshot import Action
from kijun.gateway.ways.naming import Names
from kijun.governance.access.handling import as_handling
from kijun.governance.access.models import Grant, Model
from kijun.governance.interactions import figures, ledger
from kijun.governance.interactions.actions import generate
from kijun.governance.interactions.jobs import mark_grants
from kijun.governance.organisation.calendar import closing_days
from kijun.governance.organisation.models import Municipality
from kijun.inspection import Inspection, Inspector, Placeholders, Treatment, treat
from kijun.inspection import Kind as FoundKind
from kijun.ledger.model import Entry, Kind, LedgerError, Limits, Verdict, month_of
from kijun.sites.sample.access import wanted as access_content
from kijun.web.dates import add_business_days

_REACH = 90  # days that the sample's records reach back at most
VERDICTS = {
    Action.ALLOW: Verdict.ALLOWED,
    Action.MASK: Verdict.MASKED,
    Action.CONFIRM: Verdict.TO_CONFIRM,
    Action.BLOCK: Verdict.BLOCKED,
}


@functools.cache
def content() -> dict[str, Any]:
    """What ``records.yaml`` says."""
    import yaml

    text = Path(__file__).with_name("records.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def tell(town: Municipality) -> list[str]:
    """Record it, hold one, make last month's reports and tell when each grant was last used; lines to print where the ledger cannot be written. Twice does nothing twice."""
    try:
        entries = [one for number in range(len(content()["records"])) for one in _entries(town, number)]
        with ledger.appending() as to:
            for one in sorted(
                entries, key=lambda one: one.at
            ):  # as they would have come, and counted as they would have been
                to.append([one], Limits(account=one.grant, period=month_of(one.at)))
            to.checkpoint()
        _hold(town)
        generate(town, figures.last_month())
        mark_grants(_REACH)
    except LedgerError as error:
        return [
            f"AIの入出力記録の見本は、台帳に書き込めないため読み込みませんでした：{error.ja}",
            f"The sample's records of AI use were not loaded, for the ledger cannot be written: {error.en}",
        ]
    return []


def _hold(town: Municipality) -> None:
    from kijun.ledger.holding import hold, holds_of

    told = content()["hold"]
    interaction = _id(town, told["record"], "interaction")
    with ledger.reading() as book, ledger.appending() as to:
        if not holds_of(book, town.code, interaction):
            keeper = Grant.objects.filter(municipality=town, responsible__isnull=False).first()
            by = "" if keeper is None else str(keeper.responsible_id)
            hold(book, to.append, municipality=town.code, interaction=interaction, why=told["why"], by=by)


def _id(town: Municipality, number: int, part: str) -> str:
    """The same for the same loaded town; another town that is loaded later gets others."""
    return Names(settings.SECRET_KEY)("sample", str(town.pk), str(number), part)


def interaction(town: Municipality, number: int) -> str:
    """The interaction of a record, for what its people did with it."""
    return _id(town, number, "interaction")


def grant(town: Municipality, number: int) -> Grant:
    """The grant under which it was asked."""
    return _grant(town, content()["records"][number])


def moment(town: Municipality, number: int) -> int:
    """When it was asked, in milliseconds."""
    return _at(town, content()["records"][number])


def _at(town: Municipality, told: Mapping[str, Any]) -> int:
    closed = closing_days(town)
    today = timezone.localdate()
    if "days" in told:
        day = add_business_days(today, -int(told["days"]), closed)
    else:
        before = figures.month_days(figures.last_month())[0] - datetime.timedelta(days=1)
        day = add_business_days(before, int(told["month"]), closed)
    hour, minute = map(int, told["time"].split(":"))
    moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))
    return int(moment.timestamp() * 1000)


def _grant(town: Municipality, told: Mapping[str, Any]) -> Grant:
    """The sample's own, which is the oldest: somebody may make more (`kijun access grant create --sample`) as soon as the town is there."""
    access = access_content()
    names = {one["key"]: one["name"] for one in access["purposes"]}
    rows = Grant.objects.filter(municipality=town, purpose__name=names[told["purpose"]])
    if told["who"] == "application":
        known = [one for one in access["grants"] if one["purpose"] == told["purpose"]]
        rows = rows.filter(application__in=[one["application"] for one in known if "application" in one])
    else:
        rows = rows.filter(person__staff_number=told["who"])
    found: Grant = rows.select_related("person", "purpose", "system").order_by("pk")[:1].get()
    return found


@functools.cache
def _inspector() -> Inspector:
    return Inspector()


def _masked(found: Inspection, table: Placeholders) -> str:
    return treat(found, lambda one: Treatment.MASK if one.kind is FoundKind.DATA else None, table)


def _entries(town: Municipality, number: int) -> list[Entry]:
    wanted = content()["records"][number]
    grant = _grant(town, wanted)
    found = _inspector().inspect(wanted["ask"])
    handling = as_handling(grant.purpose.input_handling)
    actions = [action_for(one.type, handling, DEFAULT_INPUT) for one in found]
    verdict = VERDICTS[strictest(actions)]
    at, same = _at(town, wanted), _same(town, number, grant)
    table = Placeholders()
    kept = _masked(found, table)
    findings = [
        told("messages[0].content", 0, one, one.type, action)
        for one, action in zip(found, actions, strict=True)
    ]
    asked = Entry(
        kind=Kind.INPUT,
        id=_id(town, number, "input"),
        at=at,
        verdict=verdict,
        findings=tuple(sorted({one.type for one in found})),
        content={
            "endpoint": "chat",
            "request": {"model": same["model"], "messages": [{"role": "user", "content": kept}]},
            "findings": findings,
            "findings_total": len(findings),
            "uninspected": [],
            "rules": _inspector().rules.version,
            "streams": False,
        },
        masked=values_of(table),
        **same,
    )
    if verdict in (Verdict.BLOCKED, Verdict.TO_CONFIRM):
        return [asked]
    return [asked, _answer(town, number, at + 2_000, same)]


def _same(town: Municipality, number: int, grant: Grant) -> dict[str, Any]:
    """What question and answer have in common."""
    department = grant.person.department if grant.person is not None else grant.department
    model = Model.objects.filter(system=grant.system).order_by("pk").first()
    return {
        "interaction": _id(town, number, "interaction"),
        "municipality": town.code,
        "retention": grant.purpose.retention,
        "purpose": str(grant.purpose_id),
        "system": str(grant.system_id),
        "person": str(grant.person_id or ""),
        "application": grant.application,
        "department": "" if department is None else str(department.pk),
        "grant": str(grant.pk),
        "model": "" if model is None else model.name,
    }


def _answer(town: Municipality, number: int, at: int, same: Mapping[str, Any]) -> Entry:
    wanted = content()["records"][number]
    fails, answer = bool(wanted.get("fails")), str(wanted.get("answer", ""))
    error = {
        "code": "upstream_unavailable",
        "ja": "AIサービスが応答しませんでした。",
        "en": "The AI service did not answer.",
    }
    return Entry(
        kind=Kind.OUTPUT,
        id=_id(town, number, "output"),
        at=at,
        verdict=Verdict.FAILED if fails else Verdict.ALLOWED,
        tokens_in=0 if fails else len(wanted["ask"]),
        tokens_out=len(answer),
        duration_ms=900 + 20 * len(answer),
        content={
            "texts": [] if fails else [{"where": "choices[0].message.content", "text": answer}],
            "findings": [],
            "findings_total": 0,
            **({"error": error} if fails else {}),
        },
        **same,
    )
