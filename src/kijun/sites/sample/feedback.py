"""What the sample town's people think of AI's answers: clicks, doubts that are answered, and a request to a vendor."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.feedback import actions
from kijun.governance.feedback.answers import About, about
from kijun.governance.feedback.models import Opinion, Report
from kijun.governance.interactions.searching import moment
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample import records


@functools.cache
def content() -> dict[str, Any]:
    """What ``feedback.yaml`` says."""
    import yaml

    text = Path(__file__).with_name("feedback.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def tell(town: Municipality) -> None:
    """Once the records stand in the ledger; twice does nothing twice. Raises `LedgerError`."""
    if Report.objects.filter(municipality=town).exists():
        return
    for verdict in Opinion.Verdict:
        for number in content()[verdict.value]:
            person, one = _of(town, number)
            made = actions.give(person, one, verdict)
            Opinion.objects.filter(pk=made.pk).update(at=moment(records.moment(town, number)))
    for wanted in content()["reports"]:
        person, one = _of(town, wanted["record"])
        _go_on(town, actions.report(person, one, wanted["kinds"], wanted["text"]), wanted)
    _of_system(town, content()["system"])


def _of(town: Municipality, number: int) -> tuple[Person, About]:
    who = records.content()["records"][number]["who"]
    person = Person.objects.get(municipality=town, staff_number=who)
    one = about(person, records.interaction(town, number))
    assert one is not None
    return person, one


def _of_system(town: Municipality, wanted: Mapping[str, Any]) -> None:
    person = Person.objects.get(municipality=town, staff_number=wanted["who"])
    system = AISystem.objects.get(municipality=town, name=wanted["system"])
    actions.report(person, About(system=system), wanted["kinds"], wanted["text"])


def _go_on(town: Municipality, report: Report, wanted: Mapping[str, Any]) -> None:
    handler = report.handler
    if handler is None or report.system is None:
        return
    if wanted.get("acknowledged"):
        actions.acknowledge(handler, report)
    if "request" in wanted:
        asked = wanted["request"]
        values = {"vendor": report.system.vendor_name or "事業者（見本）", "meanwhile": "checked", **asked}
        row = actions.save_request(handler, report.system, None, values, reports=[report], nobody_named=True)
        actions.ask(handler, row, on=timezone.localdate())
    if "answer" in wanted:
        report = Report.objects.select_related("municipality", "system").get(pk=report.pk)
        actions.answer(handler, report, finding=wanted["finding"], text=wanted["answer"])
