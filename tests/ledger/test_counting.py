"""Budgets, rates, tokens that count once."""

from __future__ import annotations

import pytest

from kijun.ledger.counting import Counter, forget_old, used_by
from kijun.ledger.journal import Appending, Journal
from kijun.ledger.model import Kind, Limits, Spent, UsedUp
from kijun.ledger.packing import pack
from tests.ledger.conftest import append, entry


def test_requests_are_counted_until_they_are_spent(journal: Journal) -> None:
    limits = Limits(account="grant 1", period="2026-11", requests=2)
    append(journal, entry(), limits=limits)
    append(journal, entry(), limits=limits)
    with pytest.raises(Spent, match="2/2") as found:
        append(journal, entry(), limits=limits)
    assert (found.value.what, found.value.retry_after) == ("requests", 0)
    assert "使い切りました" in found.value.ja
    assert journal.used("grant 1", "2026-11") == (2, 0)
    assert journal.tiles.size == 2, "what was refused is not recorded"


def test_what_is_told_of_one_call_twice_is_one_request(journal: Journal) -> None:
    limits = Limits(account="g", period="2026-11")
    call, other = "0123456789ab8def8123456789abcde1", "0123456789ab8def8123456789abcde2"
    append(journal, entry(interaction=call), entry(interaction=call), limits=limits)
    assert journal.used("g", "2026-11") == (1, 0)
    append(journal, entry(interaction=call, tokens_in=5), limits=limits)
    append(journal, entry(interaction=other), limits=limits)
    assert journal.used("g", "2026-11") == (2, 5)
    group = [
        Appending([pack(entry(interaction=id))], limits)
        for id in (call, other, call[:-1] + "3", call[:-1] + "3")
    ]
    journal.append(group)
    assert journal.used("g", "2026-11") == (3, 5)
    own = "0123456789ab7def8123456789abcdef"  # the gateway's: each of its inputs is a request
    append(journal, entry(interaction=own), entry(interaction=own), limits=limits)
    assert journal.used("g", "2026-11") == (5, 5)


def test_many_accounts_are_read_at_once_and_one_that_used_nothing_is_missing(journal: Journal) -> None:
    for account in ("1", "2", "2"):
        append(journal, entry(), limits=Limits(account=account, period="2026-11"))
    append(journal, entry(), limits=Limits(account="1", period="2026-10"))
    with journal.database.reading() as link:
        assert used_by(link, [*map(str, range(1200))], "2026-11") == {"1": (1, 0), "2": (2, 0)}
        assert used_by(link, [], "2026-11") == {}


def test_a_call_that_was_refused_is_not_counted_later_on(journal: Journal) -> None:
    call = "0123456789ab8def8123456789abcde1"
    with pytest.raises(Spent):
        append(journal, entry(interaction=call), limits=Limits(account="g", period="m", requests=0))
    append(journal, entry(interaction=call), limits=Limits(account="g", period="m", requests=1))
    assert journal.used("g", "m") == (1, 0)


def test_tokens_are_counted_with_the_answer_and_refuse_the_next_question(journal: Journal) -> None:
    bounded = Limits(account="g", period="2026-11", tokens=1000)
    append(journal, entry(), limits=bounded)
    answer = entry(kind=Kind.OUTPUT, tokens_in=700, tokens_out=400)
    append(journal, answer, limits=Limits(account="g", period="2026-11"))
    assert journal.used("g", "2026-11") == (1, 1100)
    with pytest.raises(Spent, match="1,100/1,000"):
        append(journal, entry(), limits=bounded)
    late = entry(kind=Kind.OUTPUT, tokens_out=5)
    append(journal, late, limits=bounded)  # an answer that is on its way is always recorded


def test_another_month_and_another_grant_have_budgets_of_their_own(journal: Journal) -> None:
    append(journal, entry(), limits=Limits(account="g", period="2026-11", requests=1))
    append(journal, entry(), limits=Limits(account="g", period="2026-12", requests=1))
    append(journal, entry(), limits=Limits(account="h", period="2026-11", requests=1))


def test_a_rate_opens_again_after_a_minute(journal: Journal) -> None:
    now = [0.0]
    journal.counter = Counter(lambda: now[0])
    limits = Limits(account="g", per_minute=2)
    append(journal, entry(), limits=limits)
    now[0] = 20.0
    append(journal, entry(), limits=limits)
    now[0] = 50.0
    with pytest.raises(Spent) as found:
        append(journal, entry(), limits=limits)
    assert (found.value.what, found.value.retry_after) == ("rate", 10)
    now[0] = 60.0
    append(journal, entry(), limits=limits)


def test_a_token_counts_once_even_in_one_group(journal: Journal) -> None:
    from kijun.ledger.journal import Appending
    from kijun.ledger.packing import pack

    limits = Limits(account="g", once=("token",), once_until=1 << 50)
    group = [Appending([pack(entry())], limits), Appending([pack(entry())], limits)]
    journal.append(group)
    assert [bool(one.receipts) for one in group] == [True, False]
    assert isinstance(group[1].error, UsedUp)
    with pytest.raises(UsedUp):
        append(journal, entry(), limits=limits)


def test_a_request_may_spend_two_tokens_or_none(journal: Journal) -> None:
    append(journal, entry(), limits=Limits(account="g", once=("a",)))
    with pytest.raises(UsedUp):
        append(journal, entry(), limits=Limits(account="g", once=("b", "a")))
    append(journal, entry(), limits=Limits(account="g", once=("b",)))


def test_tokens_whose_time_is_over_are_forgotten(journal: Journal) -> None:
    append(journal, entry(), limits=Limits(account="g", once=("old",), once_until=1))
    append(journal, entry(), limits=Limits(account="g", once=("new",), once_until=1 << 50))
    with journal.database.writing() as link:
        forget_old(link)
        assert link.execute("SELECT token FROM once") == [("new",)]


def test_what_is_refused_in_a_group_leaves_the_others_alone(journal: Journal) -> None:
    from kijun.ledger.journal import Appending
    from kijun.ledger.packing import pack

    limits = Limits(account="g", period="p", requests=1)
    group = [Appending([pack(entry())], limits) for _ in range(3)]
    journal.append([*group, other := Appending([pack(entry())])])
    assert [one.error is None for one in group] == [True, False, False]
    assert other.receipts[0].seq == 1
    assert journal.used("g", "p") == (1, 0)


def test_budgets_survive_a_restart(journal: Journal) -> None:
    limits = Limits(account="g", period="p", requests=1)
    append(journal, entry(), limits=limits)
    journal.database.reopen()
    journal.reload()
    with pytest.raises(Spent):
        append(journal, entry(), limits=limits)


def test_the_same_entry_again_is_neither_recorded_nor_counted_nor_refused(journal: Journal) -> None:
    limits = Limits(account="g", period="p", requests=1, once=("t",), once_until=1 << 50)
    one = entry()
    first = append(journal, one, limits=limits)
    assert append(journal, one, limits=limits) == first
    assert journal.used("g", "p") == (1, 0)
    assert journal.tiles.size == 1


def test_a_repetition_counts_once_in_the_rate_of_those_beside_it(journal: Journal) -> None:
    """The transaction that meets it is done again, and what it had added to the rates is taken back."""
    from kijun.ledger.journal import Appending
    from kijun.ledger.packing import pack

    limits = Limits(account="g", per_minute=3)
    first, second = pack(entry()), pack(entry())
    journal.append([Appending([first], limits)])
    journal.append([Appending([second], limits), Appending([first], limits)])
    append(journal, entry(), limits=limits)
    with pytest.raises(Spent):
        append(journal, entry(), limits=limits)
    assert journal.tiles.size == 3
