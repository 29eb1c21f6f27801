"""Where a question was sent: every service that had its text, and how that ended, on the page, as a command and in Excel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kijun.governance.access import actions as access
from kijun.governance.access.models import Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import sending
from kijun.governance.interactions.searching import Interaction, interaction
from tests.governance.interactions.made import exchange
from tests.governance.interactions.test_commands import AUDITOR, Run, run  # noqa: F401  a fixture
from tests.governance.interactions.test_commands import WHY as WHY_OPTION
from tests.governance.interactions.test_records import ClientOf, page, reader, rows_of


@pytest.fixture
def services(it_staff: Person) -> tuple[Upstream, Upstream]:
    def made(name: str) -> Upstream:
        data = {"name": name, "kind": "openai", "base_url": "https://llm.example.jp/v1"}
        return access.save_upstream(it_staff, it_staff.municipality, None, data)

    return made("庁内LLM"), made("県のLLM")


@pytest.fixture
def moved_on(staff: Person, record: Any, services: tuple[Upstream, Upstream]) -> str:
    """A question that the first service refused and the second answered."""
    first, second = (str(one.pk) for one in services)
    tries = [
        {"upstream": first, "status": 500, "error": "", "how": "refused"},
        {"upstream": second, "status": 200, "error": "", "how": "answered"},
    ]
    asked, answered = exchange(staff, "広報の案を考えて", "案です。")
    answered = replace(answered, upstream=second, content={**answered.content, "attempts": tries})
    record([asked, answered])
    return asked.interaction


class TestWhereItWasSent:
    def test_it_works(self, client_of: ClientOf, auditor: Person, moved_on: str) -> None:
        text = page(reader(client_of, auditor), f"/staff/records/one/{moved_on}/")
        assert "庁内LLM：断った（500）<br>県のLLM：答えた" in text

    def test_as_a_command(self, run: Run, auditor: Person, moved_on: str, capsys: Any) -> None:  # noqa: F811
        told = run("show", moved_on, *AUDITOR, *WHY_OPTION)
        assert told["upstream"] == "県のLLM"
        assert told["sent_to"] == [
            {"service": "庁内LLM", "how": "refused", "status": 500, "error": ""},
            {"service": "県のLLM", "how": "answered", "status": 200, "error": ""},
        ]

    def test_in_excel(self, client_of: ClientOf, auditor: Person, moved_on: str) -> None:
        [row] = rows_of(reader(client_of, auditor), "/staff/records/")
        assert row["送った先"] == "庁内LLM：断った（500）、県のLLM：答えた"

    def test_a_record_from_before_is_shown(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        assert "送った先" not in page(reader(client_of, auditor), f"/staff/records/one/{id}/")

    @pytest.mark.parametrize(
        ("said", "how"),
        [
            ({"status": 200, "error": ""}, "answered"),
            ({"status": 503, "error": ""}, "refused"),
            ({"status": 0, "error": "FirstByteLate"}, "timeout"),
            ({"status": 0, "error": "ClientConnectorError"}, "unreachable"),
            ({"status": None}, "left"),
        ],
    )
    def test_how_it_ended_is_read_out_of_older_records(
        self, staff: Person, record: Any, said: dict[str, Any], how: str
    ) -> None:
        asked, answered = exchange(staff, "広報の案を考えて", "案です。")
        record([asked, replace(answered, content={"texts": [], "attempts": [{"upstream": "1", **said}]})])
        one = interaction(staff.municipality.code, asked.interaction)
        assert isinstance(one, Interaction)
        assert [each.how for each in sending.sent(one)] == [how]
        assert sending.upstreams([one]) == {"1"}

    @pytest.mark.parametrize("content", [{}, {"attempts": "x"}, {"attempts": [1]}, {"attempts": None}])
    def test_whatever_stands_there(self, staff: Person, record: Any, content: dict[str, Any]) -> None:
        asked, answered = exchange(staff, "広報の案を考えて", "案です。")
        record([asked, replace(answered, content=content)])
        one = interaction(staff.municipality.code, asked.interaction)
        assert one is not None
        assert sending.sent(one) == []
