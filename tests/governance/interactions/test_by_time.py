"""The list of records by when things happened, though the ledger answers in the order of recording."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import jobs, ledger, searching
from kijun.governance.interactions.by_time import Place, Walk, place_of, where
from kijun.governance.interactions.searching import Asked
from kijun.ledger.model import Entry, Query, Record, now_ms
from tests.governance.interactions.made import exchange
from tests.governance.interactions.test_records import ClientOf, page, reach_of_everything, reader

DAY = 86_400_000


def asked(person: Person, text: str, at: int) -> Entry:
    return exchange(person, text, at=at, source="import")[0]


def all_pages(book: Any, queries: Sequence[Query], limit: int) -> list[Record]:
    found: list[Record] = []
    before: Place | None = None
    while True:
        rows, before = Walk(book, queries, limit, set()).page(before)
        assert len(rows) <= limit
        found += rows
        if before is None:
            return found
        assert before == where(rows[-1])


class Counted:
    """A ledger that counts what it is asked."""

    def __init__(self, book: Any) -> None:
        self.book, self.asked = book, 0

    def search(self, query: Query) -> Any:
        self.asked += 1
        return self.book.search(query)


def test_what_was_imported_stands_where_it_happened(
    client_of: ClientOf, auditor: Person, staff: Person, say: Any, record: Any
) -> None:
    today = say(staff, "今日の質問")
    older, newer = (
        exchange(staff, text, "はい", at=now_ms() - days * DAY) for text, days in (("先月", 30), ("昨日", 1))
    )
    record(older)
    record(newer)  # both were recorded after today's
    text = page(reader(client_of, auditor), "/staff/records/")
    places = [text.index(id) for id in (today, newer[0].interaction, older[0].interaction)]
    assert places == sorted(places)


@pytest.mark.parametrize("sealed", [False, True])
def test_pages_tell_all_once_in_order(staff: Person, record: Any, sealed: bool) -> None:
    chance = random.Random(7)
    start = now_ms() - 400 * DAY
    times = [
        start + chance.choice((chance.randrange(300 * DAY), chance.randrange(20), DAY)) for _ in range(400)
    ]
    record([asked(staff, f"質問{number}", at) for number, at in enumerate(times)])
    if sealed:
        assert jobs.seal()
    queries = searching.queries(staff.municipality.code, Asked(), reach_of_everything(staff))
    with ledger.reading() as book:
        found = all_pages(book, queries.asked, 7)
        assert [where(one) for one in found] == sorted(map(where, found), reverse=True)
        assert len({one.seq for one in found}) == len(found) == 400
        several = [Query(municipality=staff.municipality.code, text=f"質問{number}") for number in (1, 2)]
        texts = {
            str(one.content)
            for one in found
            if one.content and ("質問1" in str(one.content) or "質問2" in str(one.content))
        }
        assert {str(one.content) for one in all_pages(book, several, 7)} == texts


def test_thousands_of_one_moment(staff: Person, record: Any) -> None:
    """A log that tells only days."""
    day = now_ms() - 40 * DAY
    record([asked(staff, f"質問{number}", day) for number in range(200)])
    record([asked(staff, "その前", day - 1), asked(staff, "そのあと", day + 1)])
    queries = searching.queries(staff.municipality.code, Asked(), reach_of_everything(staff))
    with ledger.reading() as book:
        found = all_pages(book, queries.asked, 9)
    assert len(found) == 202
    assert "そのあと" in str(found[0].content)
    assert "その前" in str(found[-1].content)


def test_a_page_costs_a_few_questions(staff: Person, record: Any) -> None:
    start = now_ms() - 100 * DAY
    record([asked(staff, f"質問{number}", start + number * 60_000) for number in range(600)])
    queries = searching.queries(staff.municipality.code, Asked(), reach_of_everything(staff))
    with ledger.reading() as book:
        counted = Counted(book)
        _rows, before = Walk(counted, queries.asked, 20, set()).page(None)
        assert counted.asked <= 3
        Walk(counted, queries.asked, 20, set()).page(before)
        assert counted.asked <= 7
        record([asked(staff, f"昔{number}", start - 300 * DAY + number) for number in range(600)])
        counted = Counted(book)
        rows, _before = Walk(counted, queries.asked, 20, set()).page(None)
        assert all("質問" in str(one.content) for one in rows)
        assert counted.asked <= 30


@pytest.mark.parametrize("text", ["", "x", "-1", "1", "1-", "９-1", "1-" + "9" * 30, None])
def test_an_address_that_names_no_place(text: Any) -> None:
    assert place_of(text) is None


def test_an_address_that_names_one() -> None:
    assert place_of(str(Place(1_700_000_000_000, 12))) == Place(1_700_000_000_000, 12)
