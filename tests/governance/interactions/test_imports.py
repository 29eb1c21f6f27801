"""Logs of other products: read, looked at, confirmed, recorded once."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.interactions import (
    actions,
    importing,
    importing_run,
    importing_tables,
    jobs,
    ledger,
)
from kijun.governance.interactions.importing import Place
from kijun.governance.interactions.importing_preview import Preview
from kijun.governance.interactions.importing_times import parse_moment
from kijun.governance.interactions.models import ImportedRow, ImportRun, ImportTemplate
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.ledger.model import JAPAN, Kind, LedgerError, Query, Record, Unavailable
from kijun.ledger.sealing import seal
from kijun.web.excel import SheetError

ClientOf = Callable[[Person], Client]
NAME = "山田太郎"
CSV = f"""日時,職員番号,質問,回答,モデル,メッセージID
令和8年10月1日 14時05分,0004,氏名：{NAME}　の通知を直して,氏名：{NAME}　様への通知です。,gpt,a1
2026/10/2 9:30,0008,税の説明を考えて,"説明です。
2行目",gpt,a2
2026/10/3 10:00,9999,いない職員,はい,gpt,a3
きのう,0004,日時が読めない,はい,gpt,a4
2026/10/2 9:30,0008,税の説明を考えて,"説明です。
2行目",gpt,a2
"""
COLUMNS = {
    "at": "日時",
    "person": "職員番号",
    "question": "質問",
    "answer": "回答",
    "model": "モデル",
    "id": "メッセージID",
}


@pytest.fixture
def template(it_staff: Person, system: AISystem) -> ImportTemplate:
    return actions.save_template(
        it_staff,
        None,
        {
            "name": "○○チャット",
            "form": "table",
            "mapping": {"columns": COLUMNS, "unknown": "error"},
            "system": system,
            "purpose": None,
            "retention": "y1",
        },
    )


def stage(
    person: Person, template: ImportTemplate, content: bytes | str = CSV, name: str = "log.csv"
) -> ImportRun:
    data = content.encode() if isinstance(content, str) else content
    return actions.stage_import(person, filename=name, content=data, form="table", template=template)


def carry_out(person: Person, template: ImportTemplate, content: bytes | str = CSV) -> ImportRun:
    run = stage(person, template, content)
    actions.confirm_import(person, run, rows=5)
    jobs.run_imports()
    run.refresh_from_db()
    return run


def recorded(code: str) -> list[Record]:
    with ledger.reading() as book:
        page = book.search(Query(municipality=code, source="import", limit=500), masked=True)
    return list(page.records)[::-1]


class TestOnThePages:
    def test_it_works(
        self,
        client_of: ClientOf,
        it_staff: Person,
        staff: Person,
        neighbour: Person,
        system: AISystem,
        care: Department,
    ) -> None:
        client = client_of(it_staff)
        assert client.get("/staff/records/imports/").status_code == 200
        file = SimpleUploadedFile("○○ログ.csv", CSV.encode("cp932"))
        answer = client.post("/staff/records/imports/new/", {"how": "new-table", "file": file})
        assert answer.status_code == 302, answer.content.decode()
        mapping = answer["Location"]
        page = client.get(mapping)
        form = page.context["form"]
        assert {key: form.initial[key] for key in COLUMNS} == COLUMNS  # guessed
        values = {"name": "○○チャット", "system": system.pk, "purpose": "", "retention": "y3"}
        answer = client.post(mapping, {**COLUMNS, **values, "zone": "local", "unknown": "error"})
        assert answer.status_code == 302, answer.content.decode()
        preview = answer["Location"]
        page = client.get(preview)
        text = page.content.decode()
        found = page.context["found"]
        assert (found.fresh, found.double, len(found.wrong)) == (2, 1, 2)
        assert "4行目：「9999」という職員がいません。" in text
        assert "5行目" in text
        assert "⟦氏名1⟧" in text
        assert NAME not in text
        with ledger.reading() as book:
            assert book.status()["entries"] == 0  # nothing before it is confirmed
        assert client.post(preview).status_code == 302
        assert jobs.run_imports() == 5
        found = recorded(it_staff.municipality.code)
        assert [one.kind for one in found] == [Kind.INPUT, Kind.OUTPUT] * 2
        first, second = found[0], found[1]
        assert (first.person, first.department, first.system) == (str(staff.pk), str(care.pk), str(system.pk))
        assert first.retention == "y3"
        assert "PERSON" in first.findings
        assert first.content is not None
        assert NAME not in json.dumps(first.content, ensure_ascii=False)
        assert first.masked == {"⟦氏名1⟧": NAME}
        assert second.content is not None
        assert second.content["texts"][0]["text"] == "氏名：⟦氏名1⟧　様への通知です。"
        moment = datetime.datetime(2026, 10, 1, 14, 5, tzinfo=JAPAN)
        assert first.at == int(moment.timestamp() * 1000)
        text = client.get("/staff/records/imports/").content.decode()
        assert "完了" in text
        assert (
            next(iter(Told.objects.filter(action="interactions.imported").values_list("detail", flat=True)))[
                "count"
            ]
            == 2
        )

    def test_what_is_refused_is_told(
        self, client_of: ClientOf, it_staff: Person, template: ImportTemplate
    ) -> None:
        client = client_of(it_staff)
        for name, content in (
            ("log.csv", b""),
            ("log.csv", "質問,回答\nはい,はい\n".encode()),
            ("log.xlsx", b"PK\x03\x04 broken"),
            ("log.exe", b"MZ"),
            ("log.csv", b"\x00\x01\x02"),
            ("log.csv", b"\xff\xfe\x00"),
        ):
            file = SimpleUploadedFile(name, content)
            answer = client.post("/staff/records/imports/new/", {"how": str(template.pk), "file": file})
            if answer.status_code == 302:
                answer = client.get(answer["Location"])
            assert answer.status_code == 422, (name, content)

    def test_a_file_can_be_thrown_away(
        self, client_of: ClientOf, it_staff: Person, template: ImportTemplate, settings: Any
    ) -> None:
        run = stage(it_staff, template)
        (kept,) = Path(settings.KIJUN_FILES).rglob("*.sealed")
        assert NAME.encode() not in kept.read_bytes()
        assert client_of(it_staff).post(f"/staff/records/imports/{run.pk}/discard/").status_code == 302
        assert not kept.exists()
        assert not ImportRun.objects.exists()

    def test_columns_with_the_same_heading_are_told_apart(
        self, client_of: ClientOf, it_staff: Person, template: ImportTemplate
    ) -> None:
        run = stage(it_staff, template, CSV.replace("モデル", "質問"))
        client = client_of(it_staff)
        refused = client.get(f"/staff/records/imports/{run.pk}/")
        assert refused.status_code == 422
        page = client.get(f"/staff/records/imports/{run.pk}/mapping/").content.decode()
        assert "<li>質問 [1]</li><li>質問 [2]</li>" in page

    def test_only_it_staff_and_only_ones_own(
        self,
        client_of: ClientOf,
        it_staff: Person,
        auditor: Person,
        outsider: Person,
        template: ImportTemplate,
    ) -> None:
        run = stage(it_staff, template)
        for way in ("", "mapping/"):
            assert client_of(auditor).get(f"/staff/records/imports/{run.pk}/{way}").status_code == 403
            assert client_of(outsider).get(f"/staff/records/imports/{run.pk}/{way}").status_code == 404
        with pytest.raises(PermissionDenied):
            actions.confirm_import(outsider, run, rows=1)
        with pytest.raises(PermissionDenied):
            stage(auditor, template)
        answer = client_of(outsider).get(f"/staff/records/imports/templates/{template.pk}/remove/")
        assert answer.status_code == 404

    def test_a_template_can_be_removed_until_it_was_used(
        self, client_of: ClientOf, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        carry_out(it_staff, template)
        address = f"/staff/records/imports/templates/{template.pk}/remove/"
        assert client_of(it_staff).post(address).status_code == 422
        ImportRun.objects.all().delete()
        assert client_of(it_staff).post(address).status_code == 302


class TestOnce:
    def test_the_same_file_twice(
        self, it_staff: Person, staff: Person, neighbour: Person, template: ImportTemplate
    ) -> None:
        first = carry_out(it_staff, template)
        assert (first.done, first.double, first.wrong, first.state) == (2, 1, 2, "done")
        again = carry_out(it_staff, template)
        assert (again.done, again.double, again.wrong) == (0, 3, 2)
        assert len(recorded(it_staff.municipality.code)) == 4

    def test_rows_without_a_number_are_told_by_what_they_say(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        columns = {key: value for key, value in COLUMNS.items() if key != "id"}
        template.mapping = {"columns": columns, "unknown": "error"}
        template.save()
        rows = "日時,職員番号,質問,回答,モデル\n2026/10/1 9:00,0004,同じ,はい,x\n"
        assert carry_out(it_staff, template, rows).done == 1
        more = rows + "2026/10/1 9:01,0004,同じ,はい,x\n"
        second = carry_out(it_staff, template, more)
        assert (second.done, second.double) == (1, 1)

    def test_a_number_that_is_given_again_is_an_error_of_the_row_and_loses_nothing(
        self, it_staff: Person, staff: Person, neighbour: Person, template: ImportTemplate
    ) -> None:
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        october = head + "2026/10/1 9:00,0004,十月,はい,x,1\n2026/10/2 9:00,0004,二,はい,x,2\n"
        november = head + "2026/11/1 9:00,0008,別の質問,はい,x,1\n2026/10/2 9:01,0004,二,はい,x,2\n"
        assert carry_out(it_staff, template, october).done == 2
        found = Preview.of(template, november.encode(), "november.csv", "")
        assert (found.fresh, found.double, [row.number for row, _why in found.wrong]) == (0, 0, [2, 3])
        assert "「この列はない」" in found.wrong[0][1][0]
        run = carry_out(it_staff, template, november)
        assert (run.done, run.double, run.wrong) == (0, 0, 2)
        again = carry_out(it_staff, template, october)
        assert (again.done, again.double, again.wrong) == (0, 2, 0)
        assert "十月" not in str(list(ImportedRow.objects.values()))
        columns = {key: value for key, value in COLUMNS.items() if key != "id"}
        template.mapping = {"columns": columns, "unknown": "error"}
        template.save()
        assert carry_out(it_staff, template, november).done == 2
        again = carry_out(it_staff, template, october)  # known by what they say, numbered or not
        assert (again.done, again.double) == (0, 2)

    def test_rows_from_before_their_content_was_compared_are_known_by_their_number(
        self, it_staff: Person, staff: Person, neighbour: Person, template: ImportTemplate
    ) -> None:
        carry_out(it_staff, template)
        ImportedRow.objects.update(digest="")
        again = carry_out(it_staff, template)
        assert (again.done, again.double, again.wrong) == (0, 3, 2)

    def test_another_import_that_took_the_number_meanwhile(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        runs = [stage(it_staff, template, head + f"2026/10/1 9:00,0004,{n},はい,x,1\n") for n in "一二"]
        for run in runs:
            actions.confirm_import(it_staff, run, rows=1)
        jobs.run_imports()
        assert sorted((one.done, one.wrong) for one in ImportRun.objects.all()) == [(0, 1), (1, 0)]

    def test_a_process_that_died_between_ledger_and_control_plane(
        self,
        it_staff: Person,
        staff: Person,
        neighbour: Person,
        template: ImportTemplate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run = stage(it_staff, template)
        actions.confirm_import(it_staff, run, rows=5)

        class Died(Exception):
            pass

        def die(*_args: Any, **_how: Any) -> Any:
            raise Died

        with monkeypatch.context() as patch:
            patch.setattr(ImportedRow.objects, "bulk_create", die)
            with pytest.raises(Died):
                jobs.run_imports()
        assert len(recorded(it_staff.municipality.code)) == 4  # recorded, and nobody knows
        with ledger.reading() as book:  # the ledger knows them by their ids also when they are sealed
            assert seal(book, force=True).records == 4
        assert jobs.run_imports() == 0  # somebody may still be at it
        ImportRun.objects.update(touched_at=timezone.now() - datetime.timedelta(minutes=5))
        assert jobs.run_imports() == 5
        run.refresh_from_db()
        assert run.state == ImportRun.State.DONE
        assert len(recorded(it_staff.municipality.code)) == 4

    def test_what_is_older_than_it_would_be_kept_is_not_taken(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        rows = "日時,職員番号,質問,回答,モデル,メッセージID\n2016/4/1 9:00,0004,古い質問,はい,x,o1\n"
        run = carry_out(it_staff, template, rows)
        assert (run.done, run.wrong) == (0, 1)
        assert recorded(it_staff.municipality.code) == []
        template.retention = "permanent"
        template.save()
        assert carry_out(it_staff, template, rows).done == 1

    def test_a_ledger_that_is_away_lets_it_wait(
        self, it_staff: Person, staff: Person, template: ImportTemplate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = stage(it_staff, template)
        actions.confirm_import(it_staff, run, rows=5)

        def away(_entries: Any) -> Any:
            raise Unavailable("書けません。", "no")

        with monkeypatch.context() as patch:
            patch.setattr(ledger, "record", away)
            jobs.run_imports()
        run.refresh_from_db()
        assert run.state == ImportRun.State.WAITING
        jobs.run_imports()
        run.refresh_from_db()
        assert run.state == ImportRun.State.DONE

    def test_a_long_one_goes_on_with_the_next_job(
        self,
        it_staff: Person,
        staff: Person,
        template: ImportTemplate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(importing_run, "PART", 2)
        monkeypatch.setattr(importing_run, "MOST_SECONDS", 0.2)
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        rows = "".join(f"2026/10/1 9:00,0004,質問{n},はい,x,n{n}\n" for n in range(9))
        run = stage(it_staff, template, head + rows)
        actions.confirm_import(it_staff, run, rows=9)
        for _ in range(12):
            jobs.run_imports()
        run.refresh_from_db()
        assert (run.state, run.done, run.double, run.seen) == ("done", 9, 0, 9)

    def test_confirmed_twice(self, it_staff: Person, template: ImportTemplate) -> None:
        run = stage(it_staff, template)
        actions.confirm_import(it_staff, run, rows=5)
        with pytest.raises(ValidationError):
            actions.confirm_import(it_staff, run, rows=5)

    def test_too_late(self, it_staff: Person, template: ImportTemplate, settings: Any) -> None:
        run = stage(it_staff, template)
        ImportRun.objects.update(made_at=timezone.now() - datetime.timedelta(hours=3))
        run.refresh_from_db()
        with pytest.raises(ValidationError):
            actions.confirm_import(it_staff, run, rows=5)
        jobs.run_imports()
        assert not ImportRun.objects.exists()
        assert not list(Path(settings.KIJUN_FILES).rglob("*.sealed"))

    def test_the_file_is_gone_afterwards(
        self, it_staff: Person, staff: Person, template: ImportTemplate, settings: Any
    ) -> None:
        carry_out(it_staff, template)
        assert not list(Path(settings.KIJUN_FILES).rglob("*.sealed"))

    def test_a_file_that_is_gone_before(
        self, it_staff: Person, template: ImportTemplate, settings: Any
    ) -> None:
        run = stage(it_staff, template)
        actions.confirm_import(it_staff, run, rows=5)
        for path in Path(settings.KIJUN_FILES).rglob("*.sealed"):
            path.unlink()
        jobs.run_imports()
        run.refresh_from_db()
        assert run.state == ImportRun.State.FAILED
        assert "残っていません" in run.fault


class TestReading:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
    def test_encodings(self, encoding: str) -> None:
        names = importing_tables.headings(CSV.encode(encoding), "log.csv").names
        assert names[:2] == ["日時", "職員番号"]

    def test_excel(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["日時", "職員番号", "質問"])
        sheet.append([datetime.datetime(2026, 10, 1, 9, 30), 4, "数字の職員番号"])
        sheet.append([datetime.datetime(2026, 10, 1, 9, 30), "0004", "=1+1"])
        out = io.BytesIO()
        book.save(out)
        mapping = {"columns": {"at": "日時", "person": "職員番号", "question": "質問"}}
        first, second = importing.read("table", out.getvalue(), "log.xlsx", mapping).rows
        assert (first.place.number, first.who, first.question) == (2, "4", "数字の職員番号")
        assert first.at == datetime.datetime(2026, 10, 1, 9, 30, tzinfo=JAPAN)
        assert second.errors  # a formula is no question

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("令和8年11月23日 14時05分", "2026-11-23T14:05:00+09:00"),
            ("R8.11.23 14:05:06", "2026-11-23T14:05:06+09:00"),
            ("2026/11/23 午後2:05", "2026-11-23T14:05:00+09:00"),
            ("２０２６／１１／２３　１４：０５", "2026-11-23T14:05:00+09:00"),
            ("2026年11月23日", "2026-11-23T00:00:00+09:00"),
            ("11/23/2026, 2:05 PM", "2026-11-23T14:05:00+09:00"),
            ("2026-11-23T14:05:00.1234567Z", "2026-11-23T14:05:00.123456+00:00"),
            ("2026-11-23T05:05:00+00:00", "2026-11-23T05:05:00+00:00"),
            ("1795410300", "2026-11-23T05:05:00+00:00"),
            ("1795410300000", "2026-11-23T05:05:00+00:00"),
        ],
    )
    def test_moments(self, text: str, wanted: str) -> None:
        assert parse_moment(text) == datetime.datetime.fromisoformat(wanted)

    @pytest.mark.parametrize(
        "text", ["", "きのう", "25:00", "2026/13/1 9:00", "2026/11/23 25:00", None, "1" * 90]
    )
    def test_no_moments(self, text: Any) -> None:
        with pytest.raises(ValueError, match="日時"):
            parse_moment(text)

    def test_utc(self) -> None:
        assert parse_moment("2026/11/23 5:05", utc=True).isoformat() == "2026-11-23T05:05:00+00:00"

    def test_copilot(self) -> None:
        data = {
            "CreationTime": "2026-11-23T05:05:00",
            "Id": "x1",
            "Operation": "CopilotInteraction",
            "UserId": "0004@city.example.jp",
            "CopilotEventData": {
                "AppHost": "Word",
                "ThreadId": "t",
                "AccessedResources": [{"Name": "通知.docx", "Type": "docx"}],
                "Messages": [{"Id": "1", "isPrompt": True}],
            },
        }
        other = {"Operation": "FileAccessed", "Id": "x2"}
        out = io.StringIO()
        import csv

        sheet = csv.writer(out)
        sheet.writerow(["RecordId", "CreationDate", "UserIds", "Operations", "AuditData"])
        for one in (data, other):
            sheet.writerow(["r", "2026-11-23", "u", one["Operation"], json.dumps(one, ensure_ascii=False)])
        sheet.writerow(["r", "d", "u", "o", "{broken"])
        rows = importing.read("purview", out.getvalue().encode(), "audit.csv", {}).rows
        assert len(rows) == 2
        assert rows[0].errors == []
        assert rows[0].who == "0004@city.example.jp"
        assert rows[0].more["resources"] == [{"Name": "通知.docx", "Type": "docx"}]
        assert rows[1].errors

    def test_compliance(self) -> None:
        told = {
            "id": "c1",
            "user_email": "0004@city.example.jp",
            "messages": {
                "data": [
                    {
                        "id": "m1",
                        "author": {"role": "user"},
                        "created_at": 1795410300,
                        "content": {"value": "質問"},
                    },
                    {
                        "id": "m2",
                        "author": {"role": "assistant"},
                        "created_at": 1795410301,
                        "content": {"parts": ["回答"]},
                    },
                    {
                        "id": "m3",
                        "author": {"role": "user"},
                        "created_at": 1795410302,
                        "content": {"parts": ["次"]},
                    },
                ]
            },
        }
        content = json.dumps(told, ensure_ascii=False) + "\n{broken\n"
        rows = importing.read("compliance", content.encode(), "c.jsonl", {}).rows
        assert [(row.question, row.answer) for row in rows] == [("質問", "回答"), ("次", ""), ("", "")]
        assert rows[0].id == "m1"
        assert rows[2].errors

    @pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xff", b"null\n3\n"])
    def test_no_conversations(self, content: bytes) -> None:
        with pytest.raises(SheetError):
            importing.read("compliance", content, "c.jsonl", {})

    def test_a_long_cell_is_an_error_of_its_row(self) -> None:
        mapping = {"columns": {"at": "日時", "question": "質問"}}
        rows = "".join(f"2026/10/1 9:00,{'あ' * n}\n" for n in (199_999, 200_001))
        whole, long = importing.read("table", f"日時,質問\n{rows}".encode(), "log.csv", mapping).rows
        assert (len(whole.question), whole.errors) == (199_999, [])
        assert "長すぎます" in long.errors[0]

    def test_a_heading_over_two_columns_is_chosen_by_its_number(self) -> None:
        content = "日時,質問,回答,質問\n2026/10/1 9:00,一つ目,はい,二つ目\n".encode()
        assert importing_tables.headings(content, "log.csv").names == ["日時", "質問 [1]", "回答", "質問 [2]"]
        with pytest.raises(SheetError, match="質問 \\[1\\]"):
            importing.read("table", content, "log.csv", {"columns": {"at": "日時", "question": "質問"}})
        mapping = {"columns": {"at": "日時", "question": "質問 [2]"}}
        (row,) = importing.read("table", content, "log.csv", mapping).rows
        assert row.question == "二つ目"

    def test_guesses(self) -> None:
        found = importing_tables.guess(
            ["Timestamp", "User Email", "ユーザーID", "Prompt", "Response", "ＩＤ", "memo"]
        )
        assert found == {
            "at": "Timestamp",
            "person": "ユーザーID",
            "question": "Prompt",
            "answer": "Response",
            "id": "ＩＤ",
        }

    def test_too_many_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from dataclasses import replace

        monkeypatch.setattr(importing, "LIMITS", replace(importing.LIMITS, max_rows=3))
        with pytest.raises(SheetError, match="行が多すぎます"):
            importing.read("table", CSV.encode(), "log.csv", {"columns": COLUMNS})


class TestPeople:
    def test_unknown_ones_can_be_kept_without_a_name(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        template.mapping = {"columns": COLUMNS, "unknown": "keep"}
        template.save()
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        carry_out(it_staff, template, head + "2026/10/1 9:00,taro@city.example.jp,質問,はい,x,u1\n")
        first = recorded(it_staff.municipality.code)[0]
        assert first.person == ""
        assert first.content is not None
        assert "taro@" not in json.dumps(first.content)

    def test_somebody_in_the_columns_of_model_and_conversation_is_masked(
        self,
        client_of: ClientOf,
        it_staff: Person,
        auditor: Person,
        staff: Person,
        template: ImportTemplate,
    ) -> None:
        template.mapping = {"columns": {**COLUMNS, "conversation": "会話ID"}, "unknown": "error"}
        template.save()
        head = "日時,職員番号,質問,回答,モデル,メッセージID,会話ID\n"
        rows = (
            "2026/10/1 9:00,0004,問い,はい,佐藤花子様 090-1234-5678,u1,佐藤花子様の件 090-1234-5678\n"
            "2026/10/1 9:01,0004,問い,はい,gpt-4o-2024-08-06,u2,5c1e77aa-9f0e-4c55-8ef2-0123456789ab\n"
        )
        carry_out(it_staff, template, head + rows)
        first, answer, second, _last = recorded(it_staff.municipality.code)
        assert (first.model, answer.model, second.model) == ("", "", "gpt-4o-2024-08-06")
        assert set(first.findings) >= {"PERSON", "PHONE"}
        assert answer.findings == second.findings == ()
        kept = json.dumps([first.content, answer.content], ensure_ascii=False)
        assert "佐藤花子" not in kept
        assert "090-1234" not in kept
        assert first.content is not None
        assert second.content is not None
        assert "⟦" in first.content["imported"]["model"]
        assert second.content["imported"]["conversation"] == "5c1e77aa-9f0e-4c55-8ef2-0123456789ab"
        client = client_of(auditor)
        client.post("/staff/records/reason/", {"reason": "検査のため", "next": "/staff/records/"})
        assert (
            "⟦氏名1⟧" in client.get(reverse("interactions:record", args=[first.interaction])).content.decode()
        )

    def test_a_telephone_in_the_shape_of_a_models_name_does_not_stand_in_the_clear_column(
        self, it_staff: Person, staff: Person, template: ImportTemplate
    ) -> None:
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        carry_out(it_staff, template, head + "2026/10/1 9:00,0004,問い,はい,tel090-1234-5678,u1\n")
        question, answer = recorded(it_staff.municipality.code)
        assert (question.model, answer.model) == ("", "")
        assert "090-1234" not in json.dumps([question.content, answer.content])

    def test_by_mail_and_by_what_stands_before_the_at(
        self, it_staff: Person, staff: Person, neighbour: Person, template: ImportTemplate
    ) -> None:
        Person.objects.filter(pk=neighbour.pk).update(email="Nanami.Zeimu@city.example.jp")
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        rows = "2026/10/1 9:00,nanami.zeimu@CITY.example.jp,あ,い,x,u1\n2026/10/1 9:00,0004@city.example.jp,あ,い,x,u2\n"
        carry_out(it_staff, template, head + rows)
        found = {one.person for one in recorded(it_staff.municipality.code)}
        assert found == {str(staff.pk), str(neighbour.pk)}

    def test_another_municipalitys_people_are_nobody(
        self, it_staff: Person, outsider: Person, template: ImportTemplate
    ) -> None:
        head = "日時,職員番号,質問,回答,モデル,メッセージID\n"
        Person.objects.filter(pk=outsider.pk).update(email="x@y.example.jp")
        assert carry_out(it_staff, template, head + "2026/10/1 9:00,x@y.example.jp,あ,い,x,u1\n").wrong == 1


class TestTemplates:
    def test_things_of_another_municipality(
        self, it_staff: Person, outsider: Person, system: AISystem, template: ImportTemplate
    ) -> None:
        with pytest.raises(PermissionDenied):
            actions.save_template(outsider, template, {"name": "x"})
        values = {
            "name": "x",
            "form": "table",
            "mapping": {"columns": COLUMNS},
            "system": system,
            "purpose": None,
            "retention": "y1",
        }
        with pytest.raises(ValidationError):
            actions.save_template(outsider, None, values)

    @pytest.mark.parametrize("columns", [{}, {"at": "日時"}, {"at": "日時", "question": "日時"}])
    def test_columns_that_are_missing_or_double(
        self, it_staff: Person, system: AISystem, columns: dict[str, str]
    ) -> None:
        values = {
            "name": "x",
            "form": "table",
            "mapping": {"columns": columns},
            "system": system,
            "purpose": None,
            "retention": "y1",
        }
        with pytest.raises(ValidationError):
            actions.save_template(it_staff, None, values)


class TestRowsThatContradict:
    HEAD = "日時,職員番号,質問,回答,モデル,メッセージID\n"

    def test_the_same_number_with_other_words_names_all_rows(
        self, template: ImportTemplate, it_staff: Person, staff: Person
    ) -> None:
        log = self.HEAD + "".join(
            f"2026/10/1 9:00,0004,{question},はい,gpt,{id}\n"
            for question, id in (("一", "a1"), ("二", "a1"), ("三", "a2"), ("三", "a2"), ("一", "a1"))
        )
        found = Preview.of(template, log.encode(), "log.csv", "0" * 64)
        assert (found.rows, found.fresh, found.double) == (5, 1, 1)
        assert found.repeated == [(Place(5), Place(4))]
        assert [place.number for place, _why in found.wrong] == [2, 3, 6]
        assert all("「a1」" in why and "2、3、6行目" in why for _number, [why] in found.wrong)
        run = carry_out(it_staff, template, log)
        assert (run.done, run.wrong) == (1, 3)

    def test_a_row_with_more_values_than_headings(self, template: ImportTemplate, staff: Person) -> None:
        log = self.HEAD + "2026/10/1 9:00,0004,長い,質問,x,c1,余分\n2026/10/1 9:00,0004,よい,はい,x,c2,,\n"
        found = Preview.of(template, log.encode(), "log.csv", "0" * 64)
        assert found.fresh == 1  # empty ones at the end are none
        [(place, [why])] = found.wrong
        assert place.number == 2
        assert "見出しの数（6）" in why


def test_the_ledgers_error_has_words() -> None:
    assert issubclass(Unavailable, LedgerError)
