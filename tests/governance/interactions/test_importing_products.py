"""What of other makers' exports is passed over is counted, with why; a file of another kind is refused by name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import importing
from kijun.governance.interactions.importing import Place
from kijun.governance.interactions.importing_preview import Preview
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from kijun.web.excel import SheetError
from tests.governance.interactions.test_importing_tables import book
from tests.governance.interactions.test_imports import CSV, template

__all__ = ["template"]
ClientOf = Callable[[Person], Client]
WHO = {"user_email": "0004@city.example.jp", "created_at": 1795410300}


def audit(*told: Any, head: tuple[str, ...] = ("RecordId", "AuditData")) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(head)
    for one in told:
        sheet.writerow(["r", one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)])
    return out.getvalue().encode()


def lines(*told: Any) -> bytes:
    return "\n".join(
        one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in told
    ).encode()


def said(role: str, text: str) -> dict[str, Any]:
    return {"author": {"role": role}, "content": {"parts": [text]}}


def passed(form: str, content: bytes, name: str) -> list[tuple[str, int, list[int]]]:
    found = importing.read(form, content, name, {}).passed
    return [(what, count, [place.number for place in places]) for what, count, places in found]


class TestPurview:
    USED = {"Operation": "CopilotInteraction", "CreationTime": "2026-11-20T01:00:00", "UserId": "0004@x"}

    def test_rows_of_other_operations_are_counted_by_name(self) -> None:
        other = [{"Operation": name} for name in ("AIAppInteraction", "FileAccessed", "AIAppInteraction")]
        assert passed("purview", audit(self.USED, *other, ["x"]), "a.csv") == [
            ("Copilotの利用（CopilotInteraction）でない行（AIAppInteraction）", 2, [3, 5]),
            ("Copilotの利用（CopilotInteraction）でない行（FileAccessed）", 1, [4]),
            ("操作（Operation）の書かれていない行", 1, [6]),
        ]

    def test_none_of_copilots_is_refused_with_why(self) -> None:
        with pytest.raises(SheetError, match=r"行がありません。[\s\S]*AIAppInteraction"):
            importing.check("purview", audit({"Operation": "AIAppInteraction"}), "a.csv")

    def test_below_a_title_and_beside_other_sheets(self) -> None:
        rows = [["監査ログ"], ["RecordId", "AuditData"], ["r", json.dumps(self.USED)]]
        log = importing.read("purview", book({"表紙": [["町"]], "ログ": rows}), "a.xlsx", {})
        assert [one.place for one in log.rows] == [Place(3)]
        assert [(what, count) for what, count, _places in log.passed] == [
            ("読み取るシート（ログ）でないシート「表紙」の行", 1),
            ("見出しより上の行", 1),
        ]


class TestConversations:
    def test_what_is_passed_over_is_counted(self) -> None:
        talk = [
            said("assistant", "先に話した"),
            said("user", "質問"),
            said("tool", "道具の結果"),
            said("tool", "道具の結果"),
            said("assistant", ""),
            said("assistant", "答え"),
            {"content": "だれ"},
        ]
        content = lines(
            {"id": "c1", **WHO, "messages": {"data": talk, "has_more": True}},
            ["配列の行"],
            {"id": "c2", **WHO},
            {"id": "c3", **WHO, "messages": [{"role": "human", "content": "ヒューマン"}]},
        )
        message = "利用者（user）の質問でもAI（assistant）の回答でもないメッセージ"
        assert passed("compliance", content, "c.jsonl") == [
            ("会話の続き（has_more。このファイルに入っていません）", 1, [1]),
            ("質問より前にあるAIの発言", 1, [1]),
            (f"{message}（tool）", 2, [1]),
            ("文字のないAIの発言（画像など）", 1, [1]),
            ("だれの発言か（role）の書かれていないメッセージ", 1, [1]),
            ("会話でない行（JSONの配列など）", 1, [2]),
            ("メッセージのない会話", 1, [3]),
            (f"{message}（human）", 1, [4]),
        ]

    def test_of_many_places_the_first_are_named(self) -> None:
        asked = {"id": "c", **WHO, "messages": [said("user", "質問")]}
        log = importing.read("compliance", lines(*[[]] * 9, asked), "c.jsonl", {})
        [(_what, count, places)] = log.passed
        assert (count, importing.named(places)) == (9, "1、2、3、4、5 …")

    def test_nothing_but_what_is_passed_over_is_refused_with_why(self) -> None:
        with pytest.raises(SheetError, match=r"会話が1件もありません。[\s\S]*human"):
            importing.check("compliance", lines({**WHO, "messages": [said("human", "質問")]}), "c.jsonl")

    def test_a_line_that_cannot_be_read_is_told_once(self, template: ImportTemplate, staff: Person) -> None:
        template.form = "compliance"
        content = lines("{broken", {"id": "c", **WHO, "messages": [said("user", "質問")]})
        found = Preview.of(template, content, "c.jsonl", "0" * 64)
        assert found.wrong == [(Place(1), ["この行はJSONとして読み取れません。"])]
        assert found.fresh == 1

    def test_the_preview_tells_it(
        self, client_of: ClientOf, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        ImportTemplate.objects.update(form="compliance")
        content = lines([], {"id": "c", **WHO, "messages": [said("user", "質問")]})
        client = client_of(it_staff)
        file = SimpleUploadedFile("c.jsonl", content)
        sent = client.post("/staff/records/imports/new/", {"how": str(template.pk), "file": file})
        assert "会話でない行（JSONの配列など）：1件（1行目）" in client.get(sent["Location"]).content.decode()


class TestAnotherKind:
    @pytest.mark.parametrize(
        ("how", "name", "content", "words"),
        [
            (
                "compliance",
                "log.xlsx",
                book({"Sheet": [["日時", "質問"], ["1", "2"]]}),
                "このファイルは、Excelのファイルです。",
            ),
            ("compliance", "broken.xlsx", b"PK\x03\x04garbage", "このファイルは、Excelのファイルです。"),
            ("compliance", "log.jsonl", b"PK\x03\x04garbage", "圧縮されたファイルか"),
            ("compliance", "log.csv", CSV.encode(), "このファイルは、CSVのファイルです。"),
            ("compliance", "log.txt", CSV.encode(), "どの行もJSONとして読み取れません"),
            ("table", "broken.xlsx", b"PK\x03\x04garbage", "ファイルが壊れているため読み取れません"),
            ("table", "log.jsonl", b"{}\n", "このファイルは、JSONL（.jsonl）です"),
            ("purview", "log.json", b"{}\n", "このファイルは、JSONL（.json）です"),
        ],
    )
    def test_it_is_refused_at_once_by_what_was_chosen(
        self, client_of: ClientOf, it_staff: Person, how: str, name: str, content: bytes, words: str
    ) -> None:
        sent = {"how": f"new-{how}", "file": SimpleUploadedFile(name, content)}
        answer = client_of(it_staff).post("/staff/records/imports/new/", sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not ImportRun.objects.exists()

    def test_no_way_of_reading_is_chosen_beforehand(
        self, client_of: ClientOf, it_staff: Person, template: ImportTemplate
    ) -> None:
        client = client_of(it_staff)
        text = client.get("/staff/records/imports/new/").content.decode()
        assert '<option value="" selected>選んでください</option>' in text
        answer = client.post(
            "/staff/records/imports/new/", {"how": "", "file": SimpleUploadedFile("log.csv", CSV.encode())}
        )
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["how"]
