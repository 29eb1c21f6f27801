import time
from datetime import datetime

import pyarrow as pa
import pytest

from kijun.ledger.model import JAPAN, Query
from kijun.ledger.segments import SegmentFault, aggregate
from kijun.ledger.segments.aggregating import CLEAR
from kijun.ledger.segments.columns import schema
from tests.ledger.segments.town import NOVEMBER, Town

ALL = Query(municipality=None)


def fresh(*rows: dict[str, object]) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in CLEAR) for row in rows]


def test_it_works(town: Town) -> None:
    sealed = [
        town.seal(
            "a", [town.row("a", department="tax", tokens_in=5), town.row("b", department="care", tokens_in=7)]
        ),
        town.seal("b", [town.row("c", department="tax", tokens_in=11, tokens_out=3)]),
    ]
    journal = fresh(town.row("d", department="tax", tokens_in=100))
    found = aggregate(
        town.folder,
        sealed,
        journal,
        by=("department",),
        where=ALL,
        values=("count", "tokens_in", "tokens_out"),
    )
    assert found == [
        {"department": "care", "count": 1, "tokens_in": 7, "tokens_out": 0},
        {"department": "tax", "count": 3, "tokens_in": 116, "tokens_out": 3},
    ]


def test_an_arrow_table_counts_like_tuples(town: Town) -> None:
    rows = fresh(town.row("a"), town.row("b"))
    table = pa.table([pa.array(column) for column in zip(*rows, strict=True)], schema=schema(CLEAR))
    assert aggregate(town.folder, [], table, by=("kind",), where=ALL) == aggregate(
        town.folder, [], rows, by=("kind",), where=ALL
    )


def test_days_months_and_hours_are_japans(town: Town) -> None:
    moments = [
        datetime(2026, 10, 31, 23, 59, 59, tzinfo=JAPAN),
        datetime(2026, 11, 1, 0, 0, 0, tzinfo=JAPAN),
        datetime(2024, 2, 29, 8, 30, tzinfo=JAPAN),
    ]
    rows = fresh(*(town.row("x", at=int(moment.timestamp() * 1000)) for moment in moments))
    assert [row["month"] for row in aggregate(town.folder, [], rows, by=("month",), where=ALL)] == [
        "2024-02",
        "2026-10",
        "2026-11",
    ]
    assert [row["day"] for row in aggregate(town.folder, [], rows, by=("day",), where=ALL)] == [
        "2024-02-29",
        "2026-10-31",
        "2026-11-01",
    ]
    assert [row["hour"] for row in aggregate(town.folder, [], rows, by=("hour",), where=ALL)] == [0, 8, 23]


def test_a_row_counts_once_for_each_of_its_findings(town: Town) -> None:
    segment = town.seal(
        "a",
        [town.row("a", findings=",PERSON,PHONE,"), town.row("b", findings=",PERSON,PERSON,"), town.row("c")],
    )
    found = aggregate(town.folder, [segment], [], by=("finding",), where=ALL)
    assert found == [{"finding": "PERSON", "count": 2}, {"finding": "PHONE", "count": 1}]


def test_times_are_of_what_took_time(town: Town) -> None:
    segment = town.seal("a", [town.row("a", duration_ms=ms) for ms in (0, 100, 200, 300)])
    (found,) = aggregate(
        town.folder,
        [segment],
        [],
        by=(),
        where=ALL,
        values=("count", "duration_avg", "duration_p50", "duration_p95"),
    )
    assert found == {
        "count": 4,
        "duration_avg": 200.0,
        "duration_p50": 200.0,
        "duration_p95": pytest.approx(290.0),
    }
    (none,) = aggregate(town.folder, [], [], by=(), where=ALL, values=("count", "tokens_in", "duration_p95"))
    assert none == {"count": 0, "tokens_in": 0, "duration_p95": None}


def test_the_question_is_asked_of_both(town: Town) -> None:
    segment = town.say("a", "x", "y", person="sato")
    journal = fresh(town.row("z", person="sato", at=NOVEMBER + 90_000), town.row("z", person="suzuki"))
    where = Query(municipality="131000", person="sato", since=NOVEMBER + 1000, limit=1)
    assert aggregate(town.folder, [segment], journal, by=("person",), where=where) == [
        {"person": "sato", "count": 2}
    ]


@pytest.mark.parametrize(
    "name", ["content", "masked", "at", "findings", 'kind" FROM fresh; --', "1", "", "tokens_in", "seq"]
)
def test_only_names_that_are_known_are_counted_by(town: Town, name: str) -> None:
    with pytest.raises(ValueError):
        aggregate(town.folder, [], [], by=(name,), where=ALL)
    with pytest.raises(ValueError):
        aggregate(
            town.folder, [], [], by=(), where=ALL, values=(name if name != "tokens_in" else "count(*)",)
        )


@pytest.mark.parametrize(
    "field", ["interaction", "purpose", "system", "person", "model", "verdict", "finding", "municipality"]
)
def test_injections_count_nothing(town: Town, field: str) -> None:
    segment = town.say("a", "x")
    for value in ("x' OR '1'='1", "') OR TRUE --", "%", "\x00", "\ud800"):
        where = Query(**{"municipality": "131000", field: value})
        assert aggregate(town.folder, [segment], [], by=("kind",), where=where) == []


def test_text_is_not_counted(town: Town) -> None:
    with pytest.raises(ValueError, match="search"):
        aggregate(town.folder, [], [], by=(), where=Query(municipality=None, text="税"))


def test_a_sum_never_lacks_a_part_silently(town: Town) -> None:
    segments = [town.say("a", "x"), town.say("b", "y")]
    (town.folder / segments[1].path).unlink()
    with pytest.raises(SegmentFault, match="segment b"):
        aggregate(town.folder, segments, [], by=("kind",), where=ALL)


def test_many_segments_are_counted_fast(town: Town) -> None:
    segments = [
        town.seal(f"s{n}", [town.row("x", department=f"d{n % 3}") for _ in range(50)]) for n in range(20)
    ]
    started = time.perf_counter()
    found = aggregate(town.folder, segments, [], by=("department",), where=ALL)
    assert sum(row["count"] for row in found) == 1000
    assert time.perf_counter() - started < 5
