import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from kijun.ledger.model import COLUMNS, Query
from kijun.ledger.segments.columns import schema
from kijun.ledger.segments.where import EQUAL, holds, sql_of

_VALUE = st.sampled_from(["", "a", "b", "A", "%", "a'b", "税"])
_ROW = st.fixed_dictionaries(
    {"seq": st.integers(0, 5), **dict.fromkeys(COLUMNS, _VALUE)}
    | {name: st.integers(0, 3) for name in ("at", "tokens_in", "tokens_out", "duration_ms")}
    | {"findings": st.sampled_from(["", ",a,", ",a,b,", ",%,"])}
)
_QUERY = st.builds(
    Query,
    municipality=st.none() | _VALUE,
    interaction=_VALUE,
    kinds=st.lists(_VALUE, max_size=2).map(tuple),
    finding=st.sampled_from(["", "a", "b", "a,b", "%"]),
    since=st.none() | st.integers(0, 3),
    until=st.none() | st.integers(0, 3),
    before=st.none() | st.integers(0, 5),
    **dict.fromkeys(EQUAL, st.just("") | _VALUE),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_ROW, min_size=1, max_size=8), _QUERY)
def test_both_ways_of_saying_it_agree(rows: list[dict[str, object]], query: Query) -> None:
    numbered = [{**row, "seq": number} for number, row in enumerate(rows)]
    condition, values = sql_of(query)
    connection = duckdb.connect(":memory:")
    connection.register("t", pa.Table.from_pylist(numbered, schema=schema(("seq", *COLUMNS))))
    found = connection.execute(f"SELECT seq FROM t WHERE {condition} ORDER BY seq", values).fetchall()
    connection.close()
    assert [seq for (seq,) in found] == [row["seq"] for row in numbered if holds(query, row)]
