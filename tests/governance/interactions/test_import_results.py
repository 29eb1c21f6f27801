"""What becomes of a file after its upload: found again until it is confirmed, and afterwards what was left out and why."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import importing_files, importing_run, jobs
from kijun.governance.interactions.importing import Place
from kijun.governance.interactions.importing_files import faults_of
from kijun.governance.interactions.models import ImportRun, ImportTemplate
from tests.governance.interactions.test_imports import CSV, carry_out, stage, template

__all__ = ["template"]
ClientOf = Callable[[Person], Client]


class TestTheResult:
    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, staff: Person, neighbour: Person, template: Any
    ) -> None:
        client = client_of(it_staff)
        run = stage(it_staff, template)
        address = f"/staff/records/imports/{run.pk}/"
        assert client.post(address)["Location"] == address
        assert "取り込んでいます。5行中0行まで終わりました。" in client.get(address).content.decode()
        jobs.run_imports()
        text = client.get(address).content.decode()
        assert "「9999」という職員がいません。" in text
        assert "取り込まなかった行" in text
        assert f'href="{address}"' in client.get("/staff/records/imports/").content.decode()
        run.refresh_from_db()
        assert [place.number for place, _ja, _en in faults_of(run)] == [4, 5]
        assert all(ja != en and "職員" not in en[0] for _place, ja, en in faults_of(run))

    def test_a_second_submit_is_told_that_it_has_begun(
        self, client_of: ClientOf, it_staff: Person, template: Any
    ) -> None:
        run = stage(it_staff, template)
        client = client_of(it_staff)
        address = f"/staff/records/imports/{run.pk}/"
        for way in ("", "", "discard/"):
            answer = client.post(address + way, follow=True)
            assert answer.status_code == 200
        assert "この取り込みは、すでに始まっています。" in answer.content.decode()
        assert client.get(f"{address}mapping/")["Location"] == address
        assert ImportRun.objects.get().state == ImportRun.State.WAITING

    def test_rows_that_were_left_out_are_sealed_and_go_in_time(
        self, it_staff: Person, staff: Person, template: Any
    ) -> None:
        run = carry_out(it_staff, template)
        assert b"9999" not in bytes(run.faults)
        importing_run.forget_old()
        run.refresh_from_db()
        assert run.faults
        ImportRun.objects.update(finished_at=timezone.now() - datetime.timedelta(days=91))
        importing_run.forget_old()
        run.refresh_from_db()
        assert (faults_of(run), run.wrong) == ([], 4)

    def test_rows_that_were_left_out_before_sheets_had_names(self, it_staff: Person, template: Any) -> None:
        run = stage(it_staff, template)
        told = orjson.dumps([(4, ["ない"], ["gone"])])
        run.faults = b"n" * 12 + importing_files._cipher().encrypt(
            b"n" * 12, told, f"faults {run.pk}".encode()
        )
        assert faults_of(run) == [(Place(4), ["ない"], ["gone"])]

    def test_of_many_the_first_are_kept(
        self, it_staff: Person, staff: Person, template: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing_run, "MOST_FAULTS", 1)
        monkeypatch.setattr(importing_run, "PART", 2)
        run = carry_out(it_staff, template)
        assert [place.number for place, _ja, _en in faults_of(run)] == [3]

    def test_another_towns_is_not_there(
        self, client_of: ClientOf, it_staff: Person, outsider: Person, staff: Person, template: Any
    ) -> None:
        run = carry_out(it_staff, template)
        assert client_of(outsider).get(f"/staff/records/imports/{run.pk}/").status_code == 404


class TestNotConfirmed:
    def test_it_is_listed_until_it_goes(
        self, client_of: ClientOf, it_staff: Person, template: ImportTemplate
    ) -> None:
        run = stage(it_staff, template)
        client = client_of(it_staff)
        text = client.get("/staff/records/imports/").content.decode()
        assert "まだ確定していないファイル" in text
        assert f'action="/staff/records/imports/{run.pk}/discard/"' in text
        ImportRun.objects.update(made_at=timezone.now() - datetime.timedelta(hours=3))
        text = client.get("/staff/records/imports/").content.decode()
        assert "まだ確定していないファイル" not in text
        answer = client.get(f"/staff/records/imports/{run.pk}/", follow=True)
        assert "確認までに時間がたちすぎました。" in answer.content.decode()

    @pytest.mark.parametrize(
        ("how", "name", "content"),
        [
            ("new-table", "log.csv", CSV.splitlines()[0] + "\n"),
            ("new-purview", "log.csv", "CreationDate,AuditData\n"),
            ("new-compliance", "log.jsonl", "\n"),
            ("own", "log.csv", CSV.splitlines()[0]),
        ],
    )
    def test_a_file_without_rows_is_refused_at_once(
        self, client_of: ClientOf, it_staff: Person, template: Any, how: str, name: str, content: str
    ) -> None:
        sent = {
            "how": str(template.pk) if how == "own" else how,
            "file": SimpleUploadedFile(name, content.encode()),
        }
        answer = client_of(it_staff).post("/staff/records/imports/new/", sent)
        assert answer.status_code == 422
        assert (
            "会話が1件もありません" if "compliance" in how else "行がありません。"
        ) in answer.content.decode()
        assert not ImportRun.objects.exists()
