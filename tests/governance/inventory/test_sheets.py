"""Systems as a sheet: out and in without a word lost, and what is wrong with a row before anything is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import actions, lists, sheets
from kijun.governance.inventory.models import AISystem
from kijun.web.excel import Sheet, read_table, write_csv, write_workbook
from tests.governance.inventory.made import make_system

ClientOf = Callable[[Person], Client]
NASTY = [
    "=1+1",
    "+81-3-1234",
    "-5",
    "@SUM(A1)",
    "'引用",
    "一行目\n二行目\r\n三行目",
    "ＡＢＣ　１２３",
    "_x0041_ と <b>&amp;",
    "髙橋 𠮷野 森鷗外",
    "令和8年11月23日",
    "あ" * 2000,
]


def exported(client: Client) -> bytes:
    return client.get(reverse("inventory:systems") + "?format=xlsx").content  # type: ignore[no-any-return]


def upload(client: Client, content: bytes, name: str = "台帳.xlsx") -> Any:
    """The preview page of a file, or the page that refuses it."""
    sent = {"file": SimpleUploadedFile(name, content)}
    return client.post(reverse("inventory:import"), sent, follow=True)


def workbook(*rows: dict[str, Any], columns: list[str] | None = None) -> bytes:
    chosen = [one for one in sheets.sheet_columns() if columns is None or one.key in columns]
    return write_workbook([Sheet("台帳", chosen, rows)])


def row_of(system: AISystem) -> dict[str, Any]:
    return sheets.sheet_row(lists.systems_rows(AISystem.objects.all()).get(pk=system.pk))


def told(page: Any) -> str:
    return " ".join(message for _item, errors in page.context["wrong"] for _label, message in errors)


class TestThereAndBack:
    @pytest.mark.parametrize("text", NASTY)
    def test_it_works(self, client_of: ClientOf, it_staff: Person, system: AISystem, text: str) -> None:
        AISystem.objects.filter(pk=system.pk).update(
            summary=text, problem=text, human_check=text, name=text.replace("\r", "").replace("\n", " ")[:120]
        )
        page = upload(client_of(it_staff), exported(client_of(it_staff)))
        assert page.context["counts"] == {"add": 0, "change": 0, "same": 1, "error": 0, "missing": 0}

    def test_as_csv_of_japanese_excel(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        row = {**row_of(system), "problem": "①㈱髙橋～の課題", "training_checked_on": "令和8年10月1日"}
        lines = write_csv(Sheet("台帳", sheets.sheet_columns(), [row])).decode("utf-8-sig")
        page = upload(client_of(it_staff), lines.encode("cp932"), "台帳.csv")
        assert page.context["counts"]["error"] == 0
        assert [one.column for item, _lines in page.context["changed"] for one in item.changes] == ["problem"]

    def test_columns_that_were_removed_are_left_alone(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        client = client_of(it_staff)
        page = upload(client, workbook({"code": system.code, "name": "新名称"}, columns=["code", "name"]))
        client.post(page.request["PATH_INFO"])
        changed = AISystem.objects.get(pk=system.pk)
        assert (changed.name, changed.summary, changed.owner) == ("新名称", system.summary, system.owner)


class TestWrongRows:
    def test_a_registered_system_stays_complete(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        row = {**row_of(system), "problem": "", "retention": "", "shared_use": "", "provider_department": ""}
        page = upload(client_of(it_staff), workbook(row))
        assert page.context["counts"]["error"] == 1
        for words in ("解決したい課題", "保存期間を入力", "「はい」か「いいえ」", "提供する部署"):
            assert words in told(page)

    def test_a_draft_may_be_incomplete(self, client_of: ClientOf, it_staff: Person) -> None:
        draft = actions.start_system(it_staff, it_staff.municipality)
        page = upload(client_of(it_staff), workbook({**row_of(draft), "name": "途中まで"}))
        assert page.context["counts"]["change"] == 1

    def test_a_retired_one_is_passed_over_until_it_differs(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        AISystem.objects.filter(pk=system.pk).update(stage="retired")
        row = row_of(AISystem.objects.get(pk=system.pk))
        assert upload(client_of(it_staff), workbook(row)).context["counts"]["same"] == 1
        page = upload(client_of(it_staff), workbook({**row, "name": "別の名称"}))
        assert "廃止したAIシステムは変更できません" in told(page)

    def test_the_file_of_another_town(
        self, client_of: ClientOf, it_staff: Person, outsider: Person, system: AISystem
    ) -> None:
        theirs = make_system(outsider, name="となりのAI")
        assert theirs.code == system.code
        page = upload(client_of(it_staff), workbook(row_of(theirs)))
        assert "別の団体の行です" in told(page)

    def test_without_the_column_of_numbers_nothing_is_added_twice(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        page = upload(client_of(it_staff), workbook({"name": "同じもの"}, columns=["name", "summary"]))
        assert page.status_code == 422
        assert "「AIシステムの番号」の列がありません" in page.context["problems"][0]

    def test_one_line_stays_one_line_and_the_future_is_refused(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        row = {**row_of(system), "name": "上の行\n下の行", "training_checked_on": "令和99年1月1日"}
        page = upload(client_of(it_staff), workbook(row))
        assert "今日までの日付" in told(page)
        page = upload(client_of(it_staff), workbook({**row, "training_checked_on": "2026/10/01"}))
        ((_label, _before, after),) = page.context["changed"][0][1]
        assert after == "上の行 下の行"

    def test_formulas_unknown_words_and_bad_dates(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        row = {
            **row_of(system),
            "training": "たぶん使われない",
            "network": "庁内",
            "training_checked_on": "令和8年13月1日",
            "owner": "０００９",
        }
        page = upload(client_of(it_staff), workbook(row))
        assert len(page.context["wrong"][0][1]) == 4

    def test_full_width_codes_are_understood(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        row = row_of(system)
        wide = str.maketrans("0123456789AI-", "０１２３４５６７８９ＡＩ－")
        sent = {**row, "code": system.code.translate(wide), "owner": str(row["owner"]).translate(wide)}
        assert upload(client_of(it_staff), workbook(sent)).context["counts"]["same"] == 1

    @pytest.mark.parametrize("name", ["台帳.xlsm", "台帳.csv"])
    def test_other_files(self, client_of: ClientOf, it_staff: Person, system: AISystem, name: str) -> None:
        page = upload(client_of(it_staff), workbook(row_of(system)), name)
        assert page.status_code == 422
        assert page.context["problems"]


def test_reading_back_is_what_was_written(it_staff: Person, system: AISystem) -> None:
    result = read_table(workbook(row_of(system)), "台帳.xlsx", sheets.sheet_columns())
    (row,) = sheets.prepare(result.rows, sheets.known(it_staff.municipality))
    assert not row.errors
    assert {k: v or None for k, v in row.values.items()} == {
        k: v or None for k, v in sheets.plain(system).items()
    }
