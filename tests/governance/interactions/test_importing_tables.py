"""Tables: where the headings stand, several sheets, and cells in which Excel keeps no text."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions, importing, importing_tables, jobs
from kijun.governance.interactions.importing import Log, Place
from kijun.governance.interactions.importing_files import faults_of
from kijun.governance.interactions.importing_preview import Preview
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from kijun.ledger.model import Kind
from kijun.web.excel import SheetError
from tests.governance.interactions.test_imports import recorded, template

__all__ = ["template"]
ClientOf = Callable[[Person], Client]
Rows = Sequence[Sequence[Any]]
HEAD = ["日時", "職員番号", "質問", "回答", "モデル", "メッセージID"]
COLUMNS = {"at": "日時", "person": "職員番号", "question": "質問", "answer": "回答", "id": "メッセージID"}


def row(question: str, id: str, answer: str = "はい") -> list[str]:
    return ["2026/10/1 9:00", "0004", question, answer, "gpt", id]


def book(sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
        if title in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(content: bytes, columns: Mapping[str, str] = COLUMNS, name: str = "log.xlsx") -> Log:
    return importing.read("table", content, name, {"columns": columns})


class TestNoText:
    """A text that begins with = is a formula to Excel, or #NAME?: what was said is gone, and the row with it."""

    BROKEN = (HEAD, row("箇条書きで", "y1", "=- 転入届\n- 印鑑"), row("もう一つ", "y2", "#NAME?"))

    def test_it_is_an_error_of_its_row_told_with_how_to_mend_it(self) -> None:
        first, second = read(book({"Sheet": self.BROKEN})).rows
        [why], [also] = first.errors, second.errors
        assert "「回答」の列に、数式が入っています。" in why
        assert "Excelのエラー（#NAME?）" in also
        assert all("「文字列」" in one for one in (why, also))

    def test_a_question_is_not_called_empty_too_nor_a_person_or_a_time(
        self, template: ImportTemplate, staff: Person
    ) -> None:
        rows = (HEAD, ["=1", "=2", "=3", "", "", "z1"])
        [(_place, errors)] = Preview.of(template, book({"Sheet": rows}), "log.xlsx", "0" * 64).wrong
        assert ["数式" in one for one in errors] == [True] * 3

    def test_columns_that_are_not_read_may_hold_anything(self) -> None:
        rows = (["日時", "質問", "行数"], ["2026/10/1 9:00", "あ", "=1+1"])
        [one] = read(book({"Sheet": rows}), {"at": "日時", "question": "質問"}).rows
        assert one.errors == []

    def test_the_mended_file_is_taken(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        assert run(it_staff, template, book({"Sheet": self.BROKEN})).wrong == 2
        mended = (HEAD, row("箇条書きで", "y1", "- 転入届\n- 印鑑"), row("もう一つ", "y2", "はい"))
        assert run(it_staff, template, book({"Sheet": mended})).done == 2
        kinds = [one.kind for one in recorded(it_staff.municipality.code)]
        assert kinds == [Kind.INPUT, Kind.OUTPUT] * 2


def run(person: Person, template: ImportTemplate, content: bytes) -> ImportRun:
    one = actions.stage_import(person, filename="log.xlsx", content=content, form="table", template=template)
    actions.confirm_import(person, one, rows=2)
    jobs.run_imports()
    one.refresh_from_db()
    return one


class TestSheets:
    def test_all_with_the_same_headings_are_read(self, it_staff: Person, staff: Person) -> None:
        log = read(book({"11月": (HEAD, row("一", "s1")), "12月": (HEAD, row("二", "s2"), row("三", "s3"))}))
        assert [one.place for one in log.rows] == [Place(2, "11月"), Place(2, "12月"), Place(3, "12月")]
        assert log.sheets == [("11月", 1), ("12月", 2)]
        assert list(log.passed) == []
        assert str(log.rows[1].place) == "「12月」の2"

    def test_others_are_counted_with_why(self) -> None:
        sheets = {
            "ログ": (HEAD, row("一", "s1")),
            "集計": (["月", "件数"], ["10月", 1], ["11月", 2]),
            "去年": (HEAD, row("二", "s2")),
            "空": (),
        }
        log = read(book(sheets, hidden=["去年"]))
        assert len(log.rows) == 1
        told = {what: count for what, count, _places in log.passed}
        assert told == {
            "表示されていないシート「去年」の行": 2,
            "見出し「日時」のないシート「集計」の行": 3,
        }

    def test_the_preview_tells_them(
        self, client_of: ClientOf, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        content = book(
            {"11月": (HEAD, row("一", "s1")), "12月": (HEAD, row("二", "s2", "=1")), "表紙": (["町", "課"],)}
        )
        file = SimpleUploadedFile("log.xlsx", content)
        client = client_of(it_staff)
        sent = client.post("/staff/records/imports/new/", {"how": str(template.pk), "file": file})
        page = client.get(sent["Location"])
        text = page.content.decode()
        assert page.context["found"].rows == 2
        assert "読み取ったシート：11月（1件） 12月（1件）" in text
        assert "見出し「日時」のないシート「表紙」の行：1件" in text
        assert "「12月」の2行目：「回答」の列に、数式が入っています。" in text
        assert client.post(sent["Location"]).status_code == 302
        jobs.run_imports()
        one = ImportRun.objects.get()
        [(place, ja, en)] = faults_of(one)
        assert (place, "数式" in ja[0], "formula" in en[0]) == (Place(2, "12月"), True, True)
        assert "「12月」の2" in client.get(sent["Location"]).content.decode()
        [asked] = [record for record in recorded(it_staff.municipality.code) if record.kind == Kind.INPUT]
        assert asked.content is not None
        assert (asked.content["imported"]["row"], asked.content["imported"]["sheet"]) == (2, "11月")

    def test_none_with_the_headings(self) -> None:
        with pytest.raises(SheetError, match="列「日時」がありません。"):
            read(book({"集計": (["月", "件数"], ["10月", 1]), "表紙": (["町"],)}))


class TestHeadings:
    TITLE = (["AI利用ログ（令和8年11月）"], [], HEAD, row("表題つき", "t1"))

    def test_below_a_title(self) -> None:
        content = book({"Sheet": self.TITLE})
        found = importing_tables.headings(content, "log.xlsx")
        assert (found.names, found.place, found.above) == (HEAD, Place(3), 1)
        assert found.sample == [row("表題つき", "t1")]
        log = read(content)
        assert [one.question for one in log.rows] == ["表題つき"]
        assert list(log.passed) == [("見出しより上の行", 1, [Place(1)])]

    def test_csv_too(self) -> None:
        lines = ["利用ログ,,,,,", ",,,,,", ",".join(HEAD), ",".join(row("表題つき", "t1"))]
        [one] = read("\n".join(lines).encode(), name="log.csv").rows
        assert (one.question, one.place) == ("表題つき", Place(4))

    @pytest.mark.parametrize(
        ("rows", "at"),
        [
            ([["When", "What"], ["x", "y"]], 0),
            ([["Log"], ["When", "What", "Who"], ["x", "y", "z"]], 1),
            (
                [
                    ["期間", "10月"],
                    ["部署", "介護課"],
                    ["When", "What", "Who"],
                    ["x", "y", "z"],
                    ["x", "y", ""],
                ],
                2,
            ),
            ([["When", "What"], ["x", "y", "too", "many"], ["x", "y"], ["x", ""]], 0),
            ([["質問", "質問", "x"], ["a", "b", "c"], ["d", "e", "f"]], 0),
            ([["あ" * 61, "What"], ["x", "y"], ["x", "y"]], 0),
            ([["日時", "質問"]], 0),
            ([["何か"]], 0),
            ([["title", 1, 2], ["日時", "質問"], ["x", "y"]], 1),
        ],
    )
    def test_where(self, rows: list[list[Any]], at: int) -> None:
        assert importing_tables.heading_at(list(enumerate(rows, 1))) == at

    def test_the_templates_own_win(self) -> None:
        rows = [["日時", "質問"], ["2026/10/1", "あ"], ["When", "What"], ["2026/10/1", "い"]]
        content = book({"Sheet": rows})
        assert [one.question for one in read(content, {"at": "When", "question": "What"}).rows] == ["い"]

    def test_a_title_alone_has_no_rows(self) -> None:
        with pytest.raises(SheetError, match="行がありません。"):
            importing.check("table", book({"Sheet": self.TITLE[:3]}), "log.xlsx")

    def test_the_page_tells_which_row_it_is(
        self, client_of: ClientOf, it_staff: Person, staff: Person
    ) -> None:
        client = client_of(it_staff)
        file = SimpleUploadedFile("log.xlsx", book({"Sheet": self.TITLE}))
        sent = client.post("/staff/records/imports/new/", {"how": "new-table", "file": file})
        page = client.get(sent["Location"])
        assert "3行目を、見出しの行とみなしました。" in page.content.decode()
        assert page.context["form"].initial["question"] == "質問"
