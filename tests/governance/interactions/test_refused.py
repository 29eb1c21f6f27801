"""Calls that were refused at the door: who sees them, on the page, as a command and as evidence."""

from __future__ import annotations

import datetime
import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from kijun.cli.main import main
from kijun.governance.access import actions as access
from kijun.governance.access.models import Grant, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.evidence.models import Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.interactions import evidence, refused
from kijun.governance.interactions.by_time import place_of
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.ledger.model import JAPAN, Entry, now_ms
from kijun.web.tables import PER_PAGE
from tests.governance.interactions.made import refusal
from tests.governance.interactions.test_commands import Run, run  # noqa: F401  a fixture
from tests.governance.interactions.test_records import ClientOf, page


@pytest.fixture
def some(record: Any, staff: Person, purpose: Purpose, town: Municipality) -> None:
    record([refusal(staff, "stopped", 41, purpose=str(purpose.pk)), refusal(staff, "not_allowed_now")])
    record([refusal(None, "invalid_api_key", 7), refusal(None, "invalid_api_key", 5)])


def at(entry: Entry, when: int) -> Entry:
    """Told of that time."""
    return replace(entry, at=when, content={**(entry.content or {}), "from": when, "to": when})


@pytest.fixture
def grant(it_staff: Person, staff: Person, system: AISystem, purpose: Purpose) -> Grant:
    """介護 三郎 may use the system for drafts."""
    until = timezone.localdate() + datetime.timedelta(days=100)
    return access.create_grant(
        it_staff,
        it_staff.municipality,
        system=system,
        purpose=purpose,
        person=staff,
        expires_on=until,
        with_key=False,
    ).grant


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
        assert '<td data-label="回数" class="number">41</td>' in text
        assert "「使用済みの確認」のほかは、内容を見る前に断りました。" in text
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

    def test_who_may_not(self, client_of: ClientOf, staff: Person, owner: Person, client: Client) -> None:
        for one in (staff, owner):
            assert client_of(one).get("/staff/records/refused/").status_code == 403
        assert "sign-in" in client.get("/staff/records/refused/")["Location"]

    def test_an_approver_sees_those_of_the_own_department(
        self,
        client_of: ClientOf,
        record: Any,
        approver: Person,
        staff: Person,
        neighbour: Person,
        care: Department,
        tax: Department,
        alone: None,
        run: Run,  # noqa: F811
    ) -> None:
        """The access report counts them; keys that open nothing are nobody's department."""
        record(
            [
                refusal(staff, "insufficient_quota", 23, department=str(care.pk)),
                refusal(neighbour, "model_not_found", 31, department=str(tax.pk)),
            ]
        )
        for address in ("/staff/records/refused/", f"/staff/records/refused/?department={tax.pk}"):
            text = page(client_of(approver), address)
            assert "あなたが上長の部署の利用権で断ったものです。" in text
            assert '"number">23<' in text
            for hidden in ("税務", '"number">31<', '"number">41<', "使えないキーでの呼び出し"):
                assert hidden not in text
        told = run("refusals", "--as", approver.staff_number)
        assert [one["count"] for one in told["refusals"]] == [23]
        assert told["wrong_keys"] is None

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
        for minute in order:
            at = begin + 60_000 * minute
            entry = refusal(staff, "stopped", minute + 1, at=at)
            record([replace(entry, content={**(entry.content or {}), "to": at})])
        told = run("refusals", "--as", it_staff.staff_number)
        assert [one["count"] for one in told["refusals"]][:5] == [5, 4, 3, 2, 1]
        first = refused.refused(town, limit=2)
        second = refused.refused(town, before=first.before, limit=2)
        assert [one.count for page in (first, second) for one in page.rows] == [5, 4, 3, 2]
        assert str(first.before) in str(place_of(str(first.before)))
        text = page(client_of(it_staff), "/staff/records/refused/")
        assert text.index('"number">5<') < text.index('"number">4<') < text.index('"number">1<')
        assert main(["records", "refusals", "--as", it_staff.staff_number, "--before", "x"]) == 2
        backwards = ("--since", "2027-01-01", "--until", "2026-01-01")
        assert main(["records", "refusals", "--as", it_staff.staff_number, *backwards]) == 2

    def test_pages(self, client_of: ClientOf, it_staff: Person, record: Any, staff: Person) -> None:
        begin = now_ms() + 120_000
        record([at(refusal(staff, "rate_limit_exceeded", 2), begin + 60_000 * n) for n in range(PER_PAGE)])
        first = page(client_of(it_staff), "/staff/records/refused/")
        assert '"number">41<' not in first
        address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert '"number">41<' in page(client_of(it_staff), f"/staff/records/refused/{address}")

    def test_one_line_a_grant_reason_and_minute(
        self,
        client_of: ClientOf,
        it_staff: Person,
        record: Any,
        staff: Person,
        neighbour: Person,
        run: Run,  # noqa: F811
    ) -> None:
        """Whichever process of the gateway counted them, as the page says."""
        minute = now_ms() // 60_000 * 60_000 + 600_000
        told = [(staff, 3, 0), (staff, 4, 20_000), (staff, 5, 59_000), (staff, 6, 60_000), (neighbour, 7, 1)]
        record([at(refusal(who, "insufficient_quota", n), minute + later) for who, n, later in told])
        text = page(client_of(it_staff), "/staff/records/refused/?reason=insufficient_quota")
        counts = [line.split("<")[0] for line in text.split('data-label="回数" class="number">')[1:]]
        assert counts == ["6", "12", "7"]
        found = run("refusals", "--as", it_staff.staff_number)["refusals"]
        assert [one["count"] for one in found][:3] == [6, 12, 7]

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("q=介護", ["41", "1"]),
            ("q=税務", []),
            ("reason=stopped", ["41"]),
            ("sort=count", ["1", "41"]),
            ("sort=-count", ["41", "1"]),
            ("period=7", ["41", "1"]),
            ("period=2020-01", ["41", "1"]),  # told that it is none of the choices
            ("reason=x", ["41", "1"]),
        ],
    )
    def test_searched_narrowed_and_sorted(
        self, client_of: ClientOf, it_staff: Person, query: str, shown: list[str]
    ) -> None:
        text = page(client_of(it_staff), f"/staff/records/refused/?{query}")
        counts = [line.split("<")[0] for line in text.split('data-label="回数" class="number">')[1:]]
        assert sorted(counts) == sorted(shown)
        if query.startswith("sort"):
            assert counts == shown
        assert ("選べる条件にありません" in text) == (query in {"period=2020-01", "reason=x"})

    def test_by_grant_and_month(
        self, client_of: ClientOf, it_staff: Person, record: Any, staff: Person, grant: Grant
    ) -> None:
        long_ago = now_ms() - 70 * 86_400_000
        record([at(refusal(staff, "stopped", 9, grant=str(grant.pk)), long_ago)])
        client = client_of(it_staff)
        text = page(client, f"/staff/records/refused/?grant={grant.pk}")
        assert f'href="/staff/access/grants/{grant.pk}/"' in text
        assert '"number">9<' in text
        assert '"number">41<' not in text
        month = f"{datetime.datetime.fromtimestamp(long_ago / 1000, JAPAN):%Y-%m}"
        assert '"number">9<' in page(client, f"/staff/records/refused/?period={month}")
        assert '"number">9<' not in page(client, "/staff/records/refused/?period=30")

    def test_too_many_to_list(
        self, client_of: ClientOf, it_staff: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refused, "_AT_ONCE", 1)
        monkeypatch.setattr(refused, "LISTED", 1)
        text = page(client_of(it_staff), "/staff/records/refused/")
        assert "数が多いため、新しいものだけを並べています。" in text

    def test_excel(self, client_of: ClientOf, it_staff: Person) -> None:
        answer = client_of(it_staff).get("/staff/records/refused/?format=xlsx&reason=stopped")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        heads, row = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
        told = dict(zip(heads, row, strict=True))
        assert (told["使おうとした人"], told["理由"], told["回数"]) == ("介護 三郎", "AIの停止中", 41)

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
