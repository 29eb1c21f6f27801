"""What is handed in twice under a name of its own is recorded once, also after sealing, and never as something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kijun.ledger.journal import Appending, Journal
from kijun.ledger.ledger import Ledger
from kijun.ledger.model import Differs, Entry, Query, Receipt
from kijun.ledger.naming import MARKS, is_named
from kijun.ledger.packing import pack
from kijun.ledger.sealing import seal
from tests.ledger.conftest import TOWN, Add, append, entry

NAME = "0123456789ab8def8123456789abcdef"
FIRST, SECOND = b"1" * 32, b"2" * 32


def named(text: str = "判定", id: str = NAME, fingerprint: bytes = FIRST, **told: Any) -> Entry:
    return entry(text, id=id, interaction="i" * 32, fingerprint=fingerprint, **told)


def test_what_comes_again_gets_the_receipt_of_the_first_time(add: Add, ledger: Ledger) -> None:
    first = add(named())
    assert add(named()) == first
    assert ledger.journal.tiles.size == 1


def test_only_names_of_version_8_are_names() -> None:
    assert is_named(NAME)
    assert not is_named(entry().id)
    assert not is_named("8" * 31)


def test_it_is_known_after_sealing(add: Add, ledger: Ledger) -> None:
    first = add(named())
    assert seal(ledger, force=True).records == 1
    assert add(named()) == first
    with pytest.raises(Differs):
        add(named(fingerprint=SECOND))
    assert len(ledger.search(Query(municipality=TOWN)).records) == 1


def test_other_content_under_the_name_is_refused_and_takes_its_companions_along(
    add: Add, ledger: Ledger
) -> None:
    add(named())
    with pytest.raises(Differs) as told:
        add(entry("ほかの記録"), named(fingerprint=SECOND))
    assert told.value.ids == (NAME,)
    assert ledger.journal.tiles.size == 1


def test_two_of_one_group_are_told_apart(journal: Journal) -> None:
    first, second, third = (Appending([pack(named(fingerprint=one))]) for one in (FIRST, SECOND, FIRST))
    journal.append([first, second, third])
    assert first.receipts == third.receipts != []
    assert isinstance(second.error, Differs)
    assert journal.tiles.size == 1


def test_a_fingerprint_that_was_tampered_with_refuses_its_own_name_alone(journal: Journal) -> None:
    journal.append([Appending([pack(named())])])
    with journal.database.writing() as link:
        link.execute("UPDATE named SET digest = ?", (b"\0" * 60,))
    again, other = Appending([pack(named())]), Appending([pack(entry())])
    journal.append([again, other])
    assert isinstance(again.error, Differs)
    assert other.receipts


def test_a_name_without_a_fingerprint_is_known_all_the_same(add: Add, ledger: Ledger) -> None:
    first = add(named(fingerprint=b""))
    assert add(named(fingerprint=b"")) == first
    assert add(named(fingerprint=SECOND)) == first  # nothing is known of what it said


def test_a_fingerprint_tells_nothing_to_who_reads_the_database(add: Add, ledger: Ledger) -> None:
    add(named())
    with ledger.database.reading() as link:
        [(kept,)] = link.execute("SELECT digest FROM named")
    assert FIRST not in bytes(kept)


def test_more_than_a_statement_takes(add: Add, ledger: Ledger) -> None:
    many = [named(id=f"{number:012x}8{'0' * 19}") for number in range(MARKS + 5)]
    first: list[Receipt] = add(*many)
    assert add(*many) == first
    assert ledger.journal.tiles.size == MARKS + 5


def test_it_travels_to_the_writer(folder: Path) -> None:
    from kijun.ledger import frames

    data = frames.append_frame(1, [pack(named()), pack(entry())], None)
    head, blobs = frames.opened(data[4:])
    back = frames.appending(head, blobs, "")
    assert [one.fingerprint for one in back.entries] == [FIRST, b""]
    with pytest.raises(Differs) as told:
        frames.receipts(frames.opened(frames.failed(1, Differs((NAME,)))[4:])[0])
    assert told.value.ids == (NAME,)


def test_a_question_recorded_with_its_answer_waits_for_nobody(journal: Journal) -> None:
    from kijun.ledger.model import Kind

    both = [entry(interaction="a" * 32), entry(kind=Kind.OUTPUT, interaction="a" * 32)]
    journal.append([Appending([pack(one) for one in both], worker="w")])
    assert journal.unanswered() == []
    append(journal, entry())
