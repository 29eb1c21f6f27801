"""Sealed segments: Parquet files with an encrypted index each, searched and counted where they lie.

Importing this costs nothing: Arrow, DuckDB and tantivy are imported when they are first used, pyiceberg only by `Table`.
"""

from kijun.ledger.segments.aggregating import aggregate
from kijun.ledger.segments.folding import fold, fold_question, searchable
from kijun.ledger.segments.joining import drop, drop_indexes, join, joinable, orphans
from kijun.ledger.segments.reader import Reader
from kijun.ledger.segments.searching import Hits
from kijun.ledger.segments.segment import ROW, STORED, Row, Segment, SegmentFault
from kijun.ledger.segments.table import Table
from kijun.ledger.segments.writing import write

__all__ = [
    "ROW",
    "STORED",
    "Hits",
    "Reader",
    "Row",
    "Segment",
    "SegmentFault",
    "Table",
    "aggregate",
    "drop",
    "drop_indexes",
    "fold",
    "fold_question",
    "join",
    "joinable",
    "orphans",
    "searchable",
    "write",
]
