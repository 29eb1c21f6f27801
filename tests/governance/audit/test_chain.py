"""Verification finds every way to tamper, even by somebody who takes the triggers off."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kijun.governance.audit import chain as links
from kijun.governance.audit import queries, triggers
from kijun.governance.audit.actions import changes, record, record_many
from kijun.governance.audit.models import Entry
from kijun.governance.audit.refs import CONSOLE, SYSTEM, Ref

THING = Ref("test.thing", "1", "もの")


@pytest.fixture
def ten(append_only: None) -> None:
    """Ten entries, and nothing that keeps them from being tampered with."""
    for number in range(10):
        record("k", SYSTEM, "test.done", THING, {"number": number})
    triggers.drop(connection)


def sql(text: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def kinds(kept: links.Head | None = None) -> list[tuple[int, str]]:
    return [(one.seq, one.kind) for one in queries.verify("k", kept)[1]]


def test_it_works(ten: None) -> None:
    head, breaks = queries.verify("k")
    assert (head.key, head.seq, breaks) == ("k", 10, [])
    assert head == queries.head("k")
    assert links.Head.parse(str(head)) == head
    assert queries.verify("k", head)[1] == []


def test_an_empty_chain_holds(db: None) -> None:
    head, breaks = queries.verify("nobody")
    assert (head.seq, breaks) == (0, [])
    assert queries.verify("nobody", head)[1] == []


@pytest.mark.parametrize(
    "column", ["actor_label", "action", "thing_label", "thing_id", "actor_id", "previous", "digest"]
)
def test_a_changed_entry(ten: None, column: str) -> None:
    sql(f"UPDATE audit_entry SET {column} = 'x' WHERE seq = 4")
    assert kinds()
    assert min(seq for seq, _kind in kinds()) == 4
    assert "changed" in {kind for _seq, kind in kinds()}


def test_a_changed_detail_and_time(ten: None) -> None:
    sql("""UPDATE audit_entry SET detail = '{"number": 99}' WHERE seq = 4""")
    assert kinds() == [(4, "changed")]
    Entry.objects.filter(seq=5).update(at=timezone.now() - datetime.timedelta(days=1))
    assert (5, "changed") in kinds()
    assert (5, "reordered") in kinds()


def test_a_removed_entry(ten: None) -> None:
    sql("DELETE FROM audit_entry WHERE seq = 4")
    assert (4, "removed") in kinds()


def test_a_removed_first_entry(ten: None) -> None:
    sql("DELETE FROM audit_entry WHERE seq = 1")
    assert kinds()[0] == (1, "removed")


def test_a_removed_entry_with_the_others_moved_up(ten: None) -> None:
    sql("DELETE FROM audit_entry WHERE seq = 4")
    for seq in range(5, 11):
        sql("UPDATE audit_entry SET seq = %s WHERE seq = %s", seq - 1, seq)
    assert kinds()[0] == (4, "unlinked")
    assert (4, "changed") in kinds()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps only what a column can hold")
@pytest.mark.parametrize(
    ("column", "value"),
    [("at", "garbage"), ("at", "2026-99-99 00:00:00"), ("detail", "5"), ("seq", "x")],
)
def test_what_cannot_be_read_is_found_and_not_a_failure(ten: None, column: str, value: str) -> None:
    sql(f"UPDATE audit_entry SET {column} = %s WHERE seq = 4", value)
    found = kinds()
    assert found[0][0] == 4
    head, _breaks = queries.verify("k")
    assert head.seq == 10, "the walk goes on to the end"


def test_reordered_entries(ten: None) -> None:
    sql("UPDATE audit_entry SET seq = 100 WHERE seq = 3")
    sql("UPDATE audit_entry SET seq = 3 WHERE seq = 4")
    sql("UPDATE audit_entry SET seq = 4 WHERE seq = 100")
    assert {kind for _seq, kind in kinds()} >= {"unlinked", "changed"}


def test_a_cut_end_needs_a_kept_head(ten: None) -> None:
    kept = queries.head("k")
    sql("DELETE FROM audit_entry WHERE seq > 7")
    assert kinds() == []
    assert kinds(kept) == [(8, "cut")]


def test_a_rewritten_end_needs_a_kept_head(ten: None) -> None:
    kept = queries.head("k")
    sql("DELETE FROM audit_entry WHERE seq > 7")
    record_many("k", CONSOLE, [("test.forged", THING, None)] * 5)
    assert kinds() == []
    assert kinds(kept) == [(10, "rewritten")]


def test_another_chains_head_is_told(ten: None) -> None:
    assert kinds(links.Head("other", 10, "0" * 64)) == [(0, "rewritten")]


@pytest.mark.parametrize("text", ["", "k:1", "k:x:" + "0" * 64, "k:1:00", "a:b:c:d"])
def test_a_head_that_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        links.Head.parse(text)


def test_the_clock_was_set_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    record("k", SYSTEM, "test.done", THING)
    earlier = timezone.now() - datetime.timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    record("k", SYSTEM, "test.done", THING)
    assert kinds() == []


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_is_written_down_can_be_read_back(value: object) -> None:
    import json

    from kijun.governance.audit.actions import _plain

    plain = _plain(value)
    assert _plain(plain) == plain
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_many_entries_take_as_many_queries_as_few(db: None, django_assert_max_num_queries: object) -> None:
    record("k", SYSTEM, "test.done", THING)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        record_many("k", SYSTEM, [("test.done", THING, {"n": n}) for n in range(400)])
    assert kinds() == []


def test_changes_name_only_what_differs() -> None:
    day = datetime.date(2026, 4, 1)
    found = changes({"name": "a", "day": None, "same": 1}, {"name": "b", "day": day, "same": 1})
    assert found == {"before": {"name": "a", "day": None}, "after": {"name": "b", "day": "2026-04-01"}}
