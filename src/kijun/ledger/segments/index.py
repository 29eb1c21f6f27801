"""The words of a segment: a tantivy index of pairs of characters and of the clear columns that are asked for.

Only which rows hold a pair is kept (``basic``): positions would cost half as much again, and candidates are compared in
full anyway. Rows are known by ``seq`` alone. The clear columns stand beside the words, about 10 bytes a row, so that a
frequent word of one rare person is found without reading the word's other rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kijun.ledger.model import Query
from kijun.ledger.segments.folding import asked, fold, runs
from kijun.ledger.segments.where import EQUAL

if TYPE_CHECKING:
    import tantivy

#: Columns whose values are indexed as they are, with the letter that marks them.
_MARKS: Final = {column: chr(ord("a") + place) for place, column in enumerate(("kind", "findings", *EQUAL))}
CLEAR: Final = tuple(_MARKS)
_PAIRS: Final = "pairs"
_HEAP: Final = (
    256_000_000  # a bound, not a need: a segment of 16,000 rows takes a third; past it, parts are joined
)


def _schema() -> tantivy.Schema:
    import tantivy

    return (
        tantivy.SchemaBuilder()
        .add_unsigned_field("seq", fast=True)
        .add_text_field("words", tokenizer_name=_PAIRS, index_option="basic")
        .add_text_field("single", tokenizer_name="raw", index_option="basic")
        .add_text_field("clear", tokenizer_name="raw", index_option="basic")
        .build()
    )


def build(folder: Path, seqs: Sequence[int], texts: Iterable[str], clear: Iterable[Sequence[str]]) -> None:
    """Makes the index in an empty folder.

    ``texts`` are as they were said, one a row; ``clear`` the values of `CLEAR`, one sequence a row. Raises ValueError where the
    three do not have the same length.
    """
    import tantivy

    index = tantivy.Index(_schema(), path=str(folder))
    index.register_tokenizer(_PAIRS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(2, 2)).build())
    writer = index.writer(_HEAP, 1)  # one thread: one part at the end, and the other core keeps serving
    marks = tuple(_MARKS.values())
    for seq, text, values in zip(seqs, texts, clear, strict=True):
        document = tantivy.Document()
        document.add_unsigned("seq", seq)
        for run in runs(fold(text)):
            document.add_text("words" if len(run) > 1 else "single", run)
        for mark, value in zip(marks, values, strict=True):
            if mark == _MARKS["findings"]:
                for finding in value.strip(",").split(","):
                    document.add_text("clear", mark + finding)
            elif value:
                document.add_text("clear", mark + value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class Words:
    """An opened index. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        index = tantivy.Index.open(str(folder))
        index.config_reader(
            "manual"
        )  # it never changes; the default watches the folder from a thread of its own
        index.reload()
        self._searcher = index.searcher()

    def find(self, question: tantivy.Query, low: int, high: int, limit: int) -> list[int]:
        """Places (``seq``) of rows that may hold it, between ``low`` and ``high`` inclusive, the newest first."""
        import tantivy

        within = tantivy.Query.range_query(_shared_schema(), "seq", tantivy.FieldType.Unsigned, low, high)
        result = self._searcher.search(
            tantivy.Query.boolean_query([(tantivy.Occur.Must, question), (tantivy.Occur.Must, within)]),
            limit=limit,
            count=False,
            order_by_field="seq",
        )
        return [int(seq) for seq, _ in result.hits]


_SCHEMA: list[tantivy.Schema] = []


def _shared_schema() -> tantivy.Schema:
    if not _SCHEMA:
        _SCHEMA.append(_schema())
    return _SCHEMA[0]


def question_of(query: Query, text: str) -> tantivy.Query:
    """The question to an index, for a text folded by `fold_question`, which may be empty.

    The text never becomes a query string, so no character of it has a meaning of its own.
    """
    import tantivy

    schema, must = _shared_schema(), tantivy.Occur.Must
    wanted, singles = asked(text)
    parts = [tantivy.Query.term_query(schema, "words", pair, "basic") for pair in wanted]
    for single in singles:  # as the first or second of a pair, or alone
        letter = re.escape(single)
        pair = tantivy.Query.regex_query(schema, "words", f"{letter}.|.{letter}")
        parts.append(pair.or_should_match(tantivy.Query.term_query(schema, "single", single, "basic")))
    clear = [(_MARKS[column], getattr(query, column)) for column in EQUAL] + [
        (_MARKS["findings"], query.finding)
    ]
    parts += [
        tantivy.Query.term_query(schema, "clear", mark + _utf8(value), "basic")
        for mark, value in clear
        if value
    ]
    if query.kinds:
        kinds = [_MARKS["kind"] + _utf8(kind) for kind in query.kinds]
        parts.append(tantivy.Query.term_set_query(schema, "clear", kinds))
    return tantivy.Query.boolean_query([(must, part) for part in parts])


def _utf8(value: str) -> str:
    return value.encode("utf-8", "replace").decode()  # the rows that are found are compared again
