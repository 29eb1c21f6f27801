"""Who looked at what: found by who looked, at whose records or which one, how, with which words and when."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import look_search
from kijun.governance.interactions.look_search import WhichLooks, find
from kijun.governance.interactions.looks import look
from tests.governance.commanding import told
from tests.governance.interactions.made import exchange
from tests.governance.interactions.test_records import WHY, page, reader

ClientOf = Callable[[Person], Client]


@pytest.fixture
def looked(client_of: ClientOf, auditor: Person, staff: Person, neighbour: Person, say: Any) -> list[str]:
    """監査 六実 searched for 税金, and opened a record of 介護 三郎's; gives both records."""
    ids = [say(staff, "転入届の書き方"), say(neighbour, "税金の督促状を直して")]
    client = reader(client_of, auditor)
    page(client, "/staff/records/?text=税金")
    page(client, f"/staff/records/one/{ids[0]}/")
    return ids


class TestSearch:
    def test_it_works(self, client_of: ClientOf, executive: Person, looked: list[str]) -> None:
        text = page(client_of(executive), "/staff/records/looks/")
        assert "内容に含まれる言葉：税金" in text
        assert text.count(WHY) == 2

    @pytest.mark.parametrize(
        ("query", "what"),
        [
            ("by=監査", {"searched", "opened"}),
            ("by=0006", set()),
            ("whom=介護 三郎", {"opened"}),
            ("whom=0008", {"searched"}),
            ("what=opened", {"opened"}),
            ("words=税金", {"searched"}),
            ("words=第３四半期", {"searched", "opened"}),
            ("since=2020-01-01&until=2020-12-31", set()),
            ("since=2020-01-01", {"searched", "opened"}),
        ],
    )
    def test_by_what_is_asked(
        self, client_of: ClientOf, executive: Person, looked: list[str], query: str, what: set[str]
    ) -> None:
        answer = client_of(executive).get(f"/staff/records/looks/?{query}")
        words = {"検索した": "searched", "開いた": "opened"}
        assert {words[str(row["what"])] for row in answer.context["rows"]} == what

    def test_by_one_record(self, client_of: ClientOf, executive: Person, looked: list[str]) -> None:
        client = client_of(executive)
        assert len(client.get("/staff/records/looks/", {"record": looked[0]}).context["rows"]) == 1
        assert (
            len(client.get("/staff/records/looks/", {"record": looked[1]}).context["rows"]) == 1
        )  # it came in a search
        assert client.get("/staff/records/looks/", {"record": "0"}).status_code == 422

    def test_faults_are_told(self, client_of: ClientOf, executive: Person, looked: list[str]) -> None:
        for query in ("by=だれでもない", "whom=だれでもない", "since=2027-01-01&until=2026-01-01", "what=x"):
            assert client_of(executive).get(f"/staff/records/looks/?{query}").status_code == 422

    def test_no_application_looks(
        self, client_of: ClientOf, executive: Person, staff: Person, record: Any
    ) -> None:
        record([replace(one, application="Open WebUI", person="") for one in exchange(staff, "質問")])
        answer = client_of(executive).get("/staff/records/looks/", {"by": "webui"})
        assert answer.status_code == 422
        assert "アプリケーションの記録" not in answer.content.decode()
        assert client_of(executive).get("/staff/records/looks/", {"whom": "webui"}).status_code == 200

    def test_pages(self, auditor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(look_search, "_AT_ONCE", 2)
        for n in range(5):
            look(auditor, "searched", f"理由{n}", [], asked={"text": "奇数" if n % 2 else "偶数"})
        town, which = auditor.municipality, WhichLooks(words="偶数")
        first = find(town, which, limit=2)
        assert [one.why for one in first.rows] == ["理由4", "理由2"]
        second = find(town, which, first.before, limit=2)
        assert ([one.why for one in second.rows], second.before) == (["理由0"], None)
        monkeypatch.setattr(look_search, "MOST_LOOKED", 2)
        led_on = find(town, WhichLooks(words="理由0"))
        assert led_on.rows == []
        assert led_on.before is not None

    def test_excel(self, client_of: ClientOf, executive: Person, looked: list[str]) -> None:
        answer = client_of(executive).get("/staff/records/looks/", {"format": "xlsx", "words": "税金"})
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        heads, row = [[cell.value for cell in cells] for cells in sheet.iter_rows()]
        told = dict(zip(heads, row, strict=True))
        assert (told["見た人"], told["だれの記録か"]) == ("監査 六実", "税務 七海")
        assert told["探した条件"] == "内容に含まれる言葉：税金"

    def test_by_command(self, executive: Person, looked: list[str], capsys: Any) -> None:
        as_them = ("records", "looks", "--as", executive.staff_number)
        found = told(capsys, *as_them, "--whose", "0008")["looks"]
        assert [one["asked"] for one in found] == [{"text": "税金"}]
        assert len(told(capsys, *as_them, "--record", looked[0][:12])["looks"]) >= 1
        assert told(capsys, *as_them, "--what", "unmasked")["looks"] == []
        assert told(capsys, *as_them, "--by", executive.staff_number)["looks"] == []

    def test_who_may(
        self, client_of: ClientOf, it_staff: Person, outsider: Person, looked: list[str]
    ) -> None:
        assert client_of(it_staff).get("/staff/records/looks/?format=xlsx").status_code == 403
        assert WHY not in client_of(outsider).get("/staff/records/looks/").content.decode()
