"""Calls that were refused at the door: who sees them, on the page, as a command and as evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from kijun.cli.main import main
from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.interactions import evidence, refused
from kijun.governance.interactions.by_time import place_of
from kijun.governance.organisation.models import Municipality
from kijun.ledger.model import now_ms
from tests.governance.interactions.made import refusal
from tests.governance.interactions.test_commands import Run, run  # noqa: F401  a fixture
from tests.governance.interactions.test_records import ClientOf, page


@pytest.fixture
def some(record: Any, staff: Person, purpose: Purpose, town: Municipality) -> None:
    record([refusal(staff, "stopped", 41, purpose=str(purpose.pk)), refusal(staff, "not_allowed_now")])
    record([refusal(None, "invalid_api_key", 7), refusal(None, "invalid_api_key", 5)])


@pytest.fixture
def alone(town: Municipality) -> None:
    """One municipality has the installation for itself."""
    Municipality.objects.exclude(pk=town.pk).delete()


@pytest.mark.usefixtures("some")
class TestRefused:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, purpose: Purpose) -> None:
        text = page(client_of(it_staff), "/staff/records/refused/")
        assert "介護 三郎" in text
        assert "AIの停止中" in text
        assert '<td class="number" data-label="回数">41</td>' in text
        assert "使えない時間帯" in text
        assert purpose.name in text

    def test_wrong_keys_of_the_only_municipality(
        self, client_of: ClientOf, it_staff: Person, alone: None
    ) -> None:
        text = page(client_of(it_staff), "/staff/records/refused/")
        assert "使えないキーでの呼び出し（30日間）" in text
        assert '<td class="number" data-label="回数">12</td>' in text

    def test_where_several_share_the_gateway_nobodys_keys_are_told_to_none(
        self, client_of: ClientOf, it_staff: Person, outsider: Person
    ) -> None:
        assert "使えないキー" not in page(client_of(it_staff), "/staff/records/refused/")
        assert "介護 三郎" not in page(client_of(outsider), "/staff/records/refused/")

    def test_who_may_not(self, client_of: ClientOf, staff: Person, approver: Person, client: Client) -> None:
        for one in (staff, approver):
            assert client_of(one).get("/staff/records/refused/").status_code == 403
        assert "sign-in" in client.get("/staff/records/refused/")["Location"]

    def test_as_a_command(self, run: Run, it_staff: Person, alone: None) -> None:  # noqa: F811
        told = run("refusals", "--as", it_staff.staff_number)
        assert [(one["reason"], one["count"], one["person"]) for one in told["refusals"]] == [
            ("not_allowed_now", 1, "0004"),
            ("stopped", 41, "0004"),
        ]
        [wrong] = told["wrong_keys"]
        assert (wrong["network"], wrong["count"]) == ("192.168.7.0/24", 12)
        assert run("refusals", "--as", it_staff.staff_number, "--until", "2020-01-01")["refusals"] == []

    def test_newest_first_though_they_were_recorded_otherwise(
        self,
        client_of: ClientOf,
        it_staff: Person,
        record: Any,
        staff: Person,
        town: Municipality,
        run: Run,  # noqa: F811
        capsys: Any,
    ) -> None:
        begin = now_ms() + 10_000
        order = [3, 1, 4, 0, 2]
        for at in order:
            entry = refusal(staff, "stopped", at + 1, at=begin + at)
            record([replace(entry, content={**(entry.content or {}), "to": begin + at})])
        told = run("refusals", "--as", it_staff.staff_number)
        assert [one["count"] for one in told["refusals"]][:5] == [5, 4, 3, 2, 1]
        first = refused.refused(town, limit=2)
        second = refused.refused(town, before=first.before, limit=2)
        assert [one.count for page in (first, second) for one in page.rows] == [5, 4, 3, 2]
        assert str(first.before) in str(place_of(str(first.before)))
        text = page(client_of(it_staff), "/staff/records/refused/")
        assert text.index('"回数">5<') < text.index('"回数">4<') < text.index('"回数">1<')
        assert main(["records", "refusals", "--as", it_staff.staff_number, "--before", "x"]) == 2
        backwards = ("--since", "2027-01-01", "--until", "2026-01-01")
        assert main(["records", "refusals", "--as", it_staff.staff_number, *backwards]) == 2

    def test_pages(self, client_of: ClientOf, it_staff: Person, record: Any, staff: Person) -> None:
        record([refusal(staff, "rate_limit_exceeded", 2) for _ in range(refused.PER_PAGE)])
        first = page(client_of(it_staff), "/staff/records/refused/")
        assert "AIの停止中" not in first
        address = first.split('rel="next" href="')[1].split('"')[0]
        assert "AIの停止中" in page(client_of(it_staff), f"/staff/records/refused/{address}")

    def test_evidence(self, say: Any, staff: Person, town: Municipality, alone: None) -> None:
        scope = Scope.organisation(town)
        assert evidence.refusals_are_watched(scope) is None  # nobody used AI
        say(staff)
        found = evidence.refusals_are_watched(scope)
        assert found is not None
        assert found.verdict == Verdict.MET
        assert found.figures == {"by_reason": {"stopped": 41, "not_allowed_now": 1}, "wrong_keys": 12}

    def test_they_are_no_questions(
        self,
        say: Any,
        staff: Person,
        town: Municipality,
        run: Run,  # noqa: F811
        auditor: Person,
    ) -> None:
        say(staff)
        told = run("search", "--as", auditor.staff_number, "--reason", "定期監査")
        assert len(told["records"]) == 1
