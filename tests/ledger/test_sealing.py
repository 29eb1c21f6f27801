"""Sealing, joining, publishing: what dies in between loses nothing."""

from __future__ import annotations

import pytest

from kijun.ledger import joining, sealing
from kijun.ledger.checking import verify
from kijun.ledger.checkpoints import Checkpoints
from kijun.ledger.ledger import Ledger
from kijun.ledger.maintenance import alone, maintain
from kijun.ledger.model import Kind, Query, now_ms
from kijun.ledger.sealing import publish, seal
from kijun.ledger.segments.store import segment_of
from tests.ledger.conftest import OTHER_TOWN, TOWN, Add, Lying, entry

pytestmark = pytest.mark.s3


def signed(ledger: Ledger) -> None:
    committed = ledger.journal.committed
    Checkpoints(ledger.folder, ledger.database).make(committed.size, committed.root())


def places(ledger: Ledger) -> list[int]:
    return [one.seq for one in ledger.search(Query(municipality=None, limit=1000)).records]


def test_each_partition_becomes_a_segment(ledger: Ledger, add: Add) -> None:
    add(entry(), entry(municipality=OTHER_TOWN), entry(retention="y5"), entry(at=1_763_900_000_000))
    done = seal(ledger, force=True)
    assert done.records == 4
    assert len({(one.municipality, one.month, one.retention) for one in done.segments}) == 4
    assert places(ledger) == [3, 2, 1, 0]
    assert seal(ledger, force=True).records == 0
    signed(ledger)
    assert verify(ledger).holds


def test_little_and_young_waits(ledger: Ledger, add: Add) -> None:
    add(entry())
    assert seal(ledger).records == 0
    add(entry(at=now_ms() - sealing.OLD - 1000))
    assert seal(ledger).records == 1, "the old one; the other may still come again"
    assert places(ledger) == [1, 0]


def test_a_question_stays_until_its_answer_is_there(ledger: Ledger, add: Add) -> None:
    question = entry()
    add(question, worker="w")
    assert seal(ledger, force=True).records == 0
    add(entry(kind=Kind.OUTPUT, interaction=question.interaction), worker="w")
    assert seal(ledger, force=True).records == 2


def test_a_run_that_died_before_its_commit_is_done_again(
    ledger: Ledger, add: Add, lying: Lying, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(entry("一"), entry("二"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "list_segment", die)
        with pytest.raises(KeyboardInterrupt):
            seal(ledger, force=True)
    assert places(ledger) == [1, 0]
    assert ledger.segments() == []
    add(entry("三"))
    seal(ledger, force=True)
    publish(ledger)
    assert places(ledger) == [2, 1, 0]
    assert {segment_of(name) for name in lying.names()} == {one.name for one in ledger.segments()}, (
        "what the dead run left is gone"
    )
    signed(ledger)
    assert verify(ledger).holds


def test_many_small_segments_become_one(ledger: Ledger, add: Add) -> None:
    for number in range(joining.FEW + 2):
        add(entry(f"第{number}の相談"))
        seal(ledger, force=True)
    signed(ledger)
    assert joining.join(ledger) == joining.FEW + 2
    publish(ledger)
    assert len(ledger.segments()) == 1
    assert places(ledger) == list(range(joining.FEW + 1, -1, -1))
    assert len(ledger.search(Query(municipality=TOWN, text="第3の相談")).records) == 1
    assert verify(ledger).holds
    assert joining.join(ledger) == 0


def test_the_iceberg_table_holds_what_is_sealed(ledger: Ledger, add: Add) -> None:
    from kijun.ledger.database import Postgres
    from kijun.ledger.segments.table import Table

    add(entry(), entry(municipality=OTHER_TOWN))
    seal(ledger, force=True)
    publish(ledger)
    url = ledger.database.url if isinstance(ledger.database, Postgres) else None
    with Table(ledger.store, url) as table:
        found = table.scan()
    assert sorted(found["seq"].to_pylist()) == [0, 1]
    assert sorted(found["municipality"].to_pylist()) == [TOWN, OTHER_TOWN]


def test_two_maintainers_do_not_meet(ledger: Ledger, add: Add) -> None:
    add(entry())
    with alone(ledger) as first:
        assert first
        assert maintain(ledger, lambda entries: [], force=True).busy
    assert maintain(ledger, lambda entries: [], force=True).sealed == 1


def test_a_damaged_segment_stops_nothing_but_its_own_joining(ledger: Ledger, add: Add, lying: Lying) -> None:
    for number in range(joining.FEW + 2):
        add(entry(f"第{number}の相談"))
        seal(ledger, force=True)
    broken = ledger.segments()[0]
    lying.write(broken.path, lying.read(broken.path)[:-20])
    ledger.reader.forget([broken.name])
    add(entry("新しい相談"))
    done = maintain(ledger, lambda entries: [], force=True)
    assert (done.sealed, done.joined) == (1, 0)
    assert ledger.search(Query(municipality=TOWN, text="新しい相談")).records[0].seq == joining.FEW + 2
