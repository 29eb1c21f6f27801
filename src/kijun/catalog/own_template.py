"""The Excel sheet that a municipality fills in with its own controls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from kijun.catalog.model import Catalog, Control, Text
from kijun.catalog.own_columns import COLUMNS, SHEETS, row_of
from kijun.catalog.own_controls import MAX_ROWS
from kijun.catalog.vocabulary import ORGANISATION_TOPIC, label
from kijun.catalog.workbooks import new_workbook, write_table

_GUIDE = Text("書き方", "How to fill in")
_TOPICS = Text("項目", "Topics")
_RISKS = Text("リスク", "Risks")


def write_template(
    target: str | Path | IO[bytes], catalog: Catalog, own: Iterable[Control] = (), lang: str = "ja"
) -> None:
    """Write the sheet, filled with the own controls there are, beside sheets that explain it.

    What is written reads back unchanged with `own_controls.read_own_controls`.
    """
    book = new_workbook(target)
    rows = [row_of(control, lang) for control in own]
    headers = [column.name.get(lang) for column in COLUMNS]
    widths = [column.width for column in COLUMNS]
    sheet = write_table(book, SHEETS[lang == "en"], headers, rows, widths=widths, room=MAX_ROWS - 1)
    _offer_choices(sheet, lang)
    _write_guide(book, lang)
    topics = ([topic.id, topic.name.get(lang)] for topic in catalog.topics if topic.id != ORGANISATION_TOPIC)
    number = Text("番号", "ID").get(lang)
    name = Text("名称", "Name").get(lang)
    write_table(book, _TOPICS.get(lang), [number, name], topics, widths=[10, 50])
    risks = ([risk.id, risk.name.get(lang)] for risk in catalog.risks)
    write_table(book, _RISKS.get(lang), [number, name], risks, widths=[10, 50])
    book.close()


def _offer_choices(sheet: Any, lang: str) -> None:
    """Drop-down lists for the closed words and the marks."""
    for number, column in enumerate(COLUMNS):
        choices = [label(word, lang) for word in column.words]
        if column.key in ("file", "link"):
            choices = ["○"]
        if choices:
            sheet.data_validation(1, number, MAX_ROWS - 1, number, {"validate": "list", "source": choices})


def _write_guide(book: Any, lang: str) -> None:
    headers = [
        Text("列", "Column").get(lang),
        Text("必須", "Required").get(lang),
        Text("書き方", "How").get(lang),
        Text("例", "Example").get(lang),
        Text("最大文字数", "Most characters").get(lang),
    ]
    rows = (
        [
            column.name.get(lang),
            "○" if column.required else "",
            column.hint.get(lang),
            column.example.get(lang),
            "" if column.words else str(column.longest),
        ]
        for column in COLUMNS
    )
    write_table(book, _GUIDE.get(lang), headers, rows, widths=[20, 8, 50, 50, 14])
