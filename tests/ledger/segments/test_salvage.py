"""What can be read of a file that is not what was sealed, and where what cannot be read stood."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kijun.ledger.ledger import Ledger
from kijun.ledger.sealing import seal
from kijun.ledger.segments.columns import GROUP
from kijun.ledger.segments.salvage import Salvaged, salvage
from kijun.ledger.segments.segment import ROW, Segment
from tests.ledger.conftest import append, entry

ROWS = GROUP + 88


@pytest.fixture
def sealed(folder: Path) -> tuple[Path, Segment]:
    """A file of two row groups."""
    with Ledger(folder) as ledger:
        ledger.database.lock()
        append(ledger.journal, *[entry(f"第{number}の相談") for number in range(ROWS)])
        seal(ledger, force=True)
        (one,) = ledger.segments()
    return folder / one.path, one


def places(found: Salvaged) -> list[int]:
    return [seq for batch in found.batches for seq in batch[0]]


def test_a_whole_file_is_read_whole(sealed: tuple[Path, Segment]) -> None:
    found = salvage(*sealed, ROW)
    assert (places(found), found.lost, found.moved()) == (list(range(ROWS)), [], [])


def test_rows_out_of_their_order_are_told(sealed: tuple[Path, Segment]) -> None:
    path, one = sealed
    table = pq.read_table(path)
    order = [0, 5, 2, 3, 4, 1, *range(6, ROWS)]
    pq.write_table(table.take(order), path)
    found = salvage(path, one, ROW)
    assert places(found) == order
    assert found.moved() == [5, 1]


def test_a_group_that_cannot_be_read_leaves_the_others(sealed: tuple[Path, Segment]) -> None:
    path, one = sealed
    group = pq.read_metadata(path).row_group(0)
    ids = next(group.column(n) for n in range(group.num_columns) if group.column(n).path_in_schema == "id")
    data = bytearray(path.read_bytes())
    start = ids.dictionary_page_offset or ids.data_page_offset
    data[start : start + ids.total_compressed_size] = b"\xff" * ids.total_compressed_size
    path.write_bytes(data)
    found = salvage(path, one, ROW)
    assert found.lost == [(0, GROUP - 1)]
    assert places(found) == list(range(GROUP, ROWS))


def test_what_is_no_table_of_ours_is_lost_as_a_whole(sealed: tuple[Path, Segment]) -> None:
    path, one = sealed
    whole = (one.first_seq, one.last_seq)
    data = path.read_bytes()
    for other in (b"", b"PAR1", data[: len(data) // 2], data[:-1] + b"X"):
        path.write_bytes(other)
        assert salvage(path, one, ROW) == Salvaged([], [whole])
    pq.write_table(pa.table({"seq": [None, 1], "id": ["x", None]}), path)
    assert salvage(path, one, ROW).batches == []
    path.write_bytes(bytes(5 * len(data) + (2 << 20)))
    assert salvage(path, one, ROW).lost == [whole], "what is far larger is not even opened"
