"""What is spent of a month's budget: the ledger's own numbers, on pages, in Excel and in commands."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from kijun.governance.access import actions, spending
from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.ledger import counting
from kijun.ledger.counting import Counter
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Limits, month_of, now_ms

ClientOf = Callable[[Person], Client]
Count = Callable[..., None]


@pytest.fixture
def count(home: Path) -> Iterator[Count]:
    """Count calls as the gateway has them counted."""
    with Ledger(home / "ledger") as book:

        def count(grant: Grant, requests: int, tokens: int = 0, period: str = month_of(now_ms())) -> None:
            with book.database.writing() as link:
                Counter().count(link, Limits(account=str(grant.pk), period=period), requests, tokens)

        yield count


def limited(it_staff: Person, grant: Grant, **limits: int | None) -> Grant:
    return actions.change_grant(it_staff, grant, limits)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_it_works(count: Count, it_staff: Person, grant: Grant, application: actions.Made) -> None:
    limited(it_staff, grant, requests=20)
    count(grant, 10, 1500)
    count(grant, 6, 500)
    count(grant, 99, 99, "2020-01")
    requests, tokens = spending.budgets(grant)
    assert (requests.used, requests.limit, requests.words) == (16, 20, "16 / 20回")
    assert (tokens.used, tokens.limit, tokens.words) == (2000, None, "2,000トークン")
    assert requests.mark == ("もうすぐ上限", "warning")
    assert spending.used([grant, application.grant]) == {
        grant.pk: spending.Used(16, 2000),
        application.grant.pk: spending.Used(),
    }


@pytest.mark.parametrize(
    ("used", "tone"), [(0, ""), (15, ""), (16, "warning"), (19, "warning"), (20, "danger"), (25, "danger")]
)
def test_the_mark_at_80_per_cent(used: int, tone: str) -> None:
    assert spending.Budget("requests", used, 20).mark[1] == tone


def test_what_will_be_spent_first(count: Count, it_staff: Person, grant: Grant) -> None:
    limited(it_staff, grant, requests=100, tokens=1000)
    count(grant, 10, 900)
    assert spending.nearest(grant).name == "tokens"
    limited(it_staff, grant, tokens=None)
    assert spending.nearest(grant).name == "requests"


def test_before_anything_was_recorded(home: Path, grant: Grant) -> None:
    assert spending.used([grant]) == {grant.pk: spending.Used()}
    assert spending.used([]) == {}
    assert not (home / "ledger").exists()


def test_a_ledger_that_cannot_be_read(
    home: Path, client_of: ClientOf, it_staff: Person, grant: Grant
) -> None:
    (home / "ledger").mkdir()
    (home / "ledger" / "journal.sqlite3").write_bytes(b"this is no database" * 100)
    assert spending.used([grant]) is None
    assert spending.told(grant) is None
    assert spending.nearest(grant).words == "—回"
    page = text(client_of(it_staff).get(reverse("access:grant", args=[grant.pk])))
    assert "記録を読み取れないため" in page
    assert client_of(it_staff).get(reverse("access:grants")).status_code == 200


def test_more_grants_than_one_question_names(
    count: Count, grant: Grant, monkeypatch: pytest.MonkeyPatch, application: actions.Made
) -> None:
    monkeypatch.setattr(counting, "_AT_ONCE", 1)
    count(grant, 1)
    count(application.grant, 2)
    found = spending.used([grant, application.grant])
    assert found is not None
    assert [one.requests for one in found.values()] == [1, 2]


@pytest.mark.parametrize(
    ("today", "again"),
    [("2026-12-31", "2027-01-01"), ("2026-02-01", "2026-03-01"), ("2026-01-31", "2026-02-01")],
)
def test_the_day_on_which_it_begins_anew(monkeypatch: pytest.MonkeyPatch, today: str, again: str) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date.fromisoformat(today))
    assert str(spending.again_on()) == again
    assert spending.month() == today[:7]


def test_pages_say_what_is_spent(
    count: Count,
    client_of: ClientOf,
    it_staff: Person,
    staff: Person,
    owner: Person,
    grant: Grant,
    application: actions.Made,
) -> None:
    limited(it_staff, grant, requests=20)
    limited(it_staff, application.grant, requests=10)
    address = reverse("access:grant", args=[grant.pk])
    assert "まだ使っていません" in text(client_of(it_staff).get(address))
    count(grant, 16)
    count(application.grant, 10)
    page = text(client_of(it_staff).get(address))
    assert "16 / 20回" in page
    assert "80.0" in page
    assert "もうすぐ上限" in page
    assert "また0から数えます" in page
    assert "まだ使っていません" not in page
    assert "今月使っています" in page
    listed = text(client_of(it_staff).get(reverse("access:grants")))
    assert "16 / 20回" in listed
    assert "使い切りました" in listed
    assert "90日たっても一度も使っていない" in listed
    assert "16 / 20回" in text(client_of(staff).get(reverse("access:mine")))
    assert "使い切りました" in text(client_of(owner).get(reverse("access:mine")))


def test_excel_holds_it(count: Count, client_of: ClientOf, it_staff: Person, grant: Grant) -> None:
    count(grant, 16, 2000)
    response = client_of(it_staff).get(reverse("access:grants"), {"format": "xlsx"})
    rows = list(load_workbook(BytesIO(response.content)).worksheets[0].iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if "今月使った回数" in row)
    found = dict(zip(rows[head], rows[head + 1], strict=True))
    assert (found["今月使った回数"], found["今月使ったトークン数"]) == (16, 2000)
