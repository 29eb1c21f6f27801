"""Entries as the gateway hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.inspection import Inspector, Placeholders, mask
from kijun.ledger.model import NOBODYS, Entry, Kind, Verdict, new_id, now_ms

_inspector = Inspector()


def exchange(
    person: Person,
    question: str,
    answer: str = "",
    *,
    system: AISystem | None = None,
    purpose: Purpose | None = None,
    verdict: Verdict | None = None,
    at: int | None = None,
    **told: Any,
) -> list[Entry]:
    """One input, inspected and masked for real, and its output where there is one."""
    table = Placeholders()
    found = _inspector.inspect(question)
    kept = mask(found, table)
    findings = [
        {
            "type": one.type,
            "action": "mask",
            "where": "messages[0].content",
            "start": one.start,
            "end": one.end,
            "why": {"ja": one.why.ja, "en": one.why.en},
        }
        for one in found
    ]
    department = person.department
    same: dict[str, Any] = {
        "interaction": new_id(),
        "municipality": person.municipality.code,
        "at": now_ms() if at is None else at,
        "system": "" if system is None else str(system.pk),
        "purpose": "" if purpose is None else str(purpose.pk),
        "person": str(person.pk),
        "department": "" if department is None else str(department.pk),
        "model": "assistant",
        **told,
    }
    decided = verdict or (Verdict.MASKED if len(table) else Verdict.ALLOWED)
    asked = Entry(
        kind=Kind.INPUT,
        verdict=decided,
        findings=tuple(sorted({one.type for one in found})),
        content={
            "endpoint": "chat",
            "request": {"messages": [{"role": "user", "content": kept}]},
            "findings": findings,
            "findings_total": len(findings),
            "uninspected": [],
        },
        masked=values(table),
        **same,
    )
    if decided in (Verdict.BLOCKED, Verdict.TO_CONFIRM) or not answer:
        return [asked]
    output = Entry(
        kind=Kind.OUTPUT,
        verdict=Verdict.ALLOWED,
        tokens_in=12,
        tokens_out=30,
        duration_ms=900,
        content={"texts": [{"where": "choices[0].message.content", "text": answer}], "findings": []},
        **same,
    )
    return [asked, output]


def values(table: Placeholders) -> Mapping[str, str]:
    return {f"⟦{body}⟧": value for _type, body, value in table.to_dict()["entries"]}


def refusal(person: Person | None, reason: str, count: int = 1, **more: Any) -> Entry:
    """Calls that were refused at the door, as the gateway counts them."""
    id = new_id()
    content = {"refused": reason, "count": count, "from": now_ms() - 1000, "to": now_ms()}
    return Entry(
        kind=Kind.REFUSAL,
        id=id,
        interaction=id,
        municipality=NOBODYS if person is None else person.municipality.code,
        person="" if person is None else str(person.pk),
        verdict=Verdict.BLOCKED,
        content={**content, "networks": ["192.168.7.0/24"]},
        **more,
    )
