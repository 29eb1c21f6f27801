"""Files: read, asked where they come from, sent along, taken away."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kijun.governance.access.models import Grant
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.chat import actions, holding, jobs
from kijun.governance.chat.actions.attachments import Provenance
from kijun.governance.chat.models import Attachment, Turn
from kijun.governance.chat.writing import Writing
from tests.gateway.upstream import Upstream

ClientOf = Callable[[Person], Client]
WHERE = {"collected_where": "住民課の受付簿", "collected_when": "令和7年度", "collected_why": "集計のため"}


def attach(client: Client, grant: Grant, name: str, content: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"/staff/chat/attach/{grant.pk}/", {"file": file, **WHERE, **more})


def sheet(rows: int = 2, columns: int = 2) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in range(rows):
        page.append([row] * columns)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_it_works(
    gateway: Any,
    grant: Grant,
    staff: Person,
    client_of: ClientOf,
    upstream: Upstream,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = client_of(staff)
    answer = attach(client, grant, "山田太郎.txt", "転入は十四日以内".encode(), text="要約して")
    assert answer.status_code == 302
    row = Attachment.objects.get()
    assert (row.kind, row.size, row.collected_where) == ("txt", 24, "住民課の受付簿")
    page = client.get(f"/staff/chat/new/{grant.pk}/").content.decode()
    assert "要約して" in page, "what was written meanwhile is kept"
    assert "住民課の受付簿" in page
    held = list(Path(settings.KIJUN_FILES).rglob("*.sealed"))
    assert len(held) == 1
    assert "転入".encode() not in held[0].read_bytes()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して"}).status_code == 302
    said = upstream.calls[0].json["messages"][-1]["content"]
    assert [one["type"] for one in said] == ["text", "text"]
    assert said[1]["text"].endswith("転入は十四日以内")
    row.refresh_from_db()
    assert row.turn == Turn.objects.get()
    assert list(Path(settings.KIJUN_FILES).rglob("*.sealed")) == [], "once sent it stands in the ledger alone"
    told = str(list(Told.objects.filter(action="chat.attached").values_list("detail", flat=True)))
    assert "山田太郎" not in told, "a file's name may itself be personal"
    shown = client.get(f"/staff/chat/{row.conversation_id}/").content.decode()
    assert "添付した文書" in shown
    assert "集計のため" in shown


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ", "この種類のファイルは送れません"),
        ("a.txt", b"", "空です"),
        ("a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "この種類のファイルは送れません"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "マクロを含むか、古い形式"),
        ("a.xlsx", b"PK\x03\x04 broken", ""),
        ("a.pdf", b"%PDF-1.4 broken", ""),
    ],
)
def test_what_cannot_be_taken_says_why(
    grant: Grant, staff: Person, client_of: ClientOf, name: str, content: bytes, words: str
) -> None:
    answer = attach(client_of(staff), grant, name, content, text="書きかけ")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "書きかけ" in page
    assert not Attachment.objects.exists()


def test_a_file_that_was_chosen_goes_along_though_its_button_was_not_pressed(
    gateway: Any,
    grant: Grant,
    staff: Person,
    client_of: ClientOf,
    upstream: Upstream,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = client_of(staff)
    file = SimpleUploadedFile("要領.txt", "転入は十四日以内".encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して", "file": file, **WHERE})
    assert answer.status_code == 302
    assert upstream.calls[0].json["messages"][-1]["content"][1]["text"].endswith("転入は十四日以内")
    assert Attachment.objects.get().turn == Turn.objects.get()


@pytest.mark.parametrize(
    "more",
    [
        {"file": ("要領.txt", "転入は十四日以内")},  # nobody says where it comes from
        {"file": ("要領.exe", "転入は十四日以内"), **WHERE},
        {"collected_where": "住民課"},  # and no file
    ],
)
def test_nothing_is_sent_while_a_chosen_file_cannot_go_along(
    gateway: Any,
    grant: Grant,
    staff: Person,
    client_of: ClientOf,
    upstream: Upstream,
    more: dict[str, Any],
) -> None:
    if "file" in more:
        name, text = more["file"]
        more = {**more, "file": SimpleUploadedFile(name, text.encode())}
    answer = client_of(staff).post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して", **more})
    assert answer.status_code == 422
    assert answer.context["attach"].errors["file"], "also that it is to be chosen again"
    assert "要約して" in answer.content.decode()
    assert upstream.calls == []
    assert not Attachment.objects.exists()


def test_the_page_s_script_gets_pieces_of_the_page(grant: Grant, staff: Person, client_of: ClientOf) -> None:
    client = client_of(staff)
    script = {"accept": "application/json"}
    address = f"/staff/chat/attach/{grant.pk}/"
    file = SimpleUploadedFile("要領.txt", "転入は十四日以内".encode())
    told = client.post(address, {"file": file, "collected_where": "住民課"}, headers=script)
    assert told.status_code == 422
    assert set(told.json()["errors"]) == {"collected_when", "collected_why"}
    assert "入力してください" in told.json()["why"][0]
    file.seek(0)
    told = client.post(address, {"file": file, **WHERE}, headers=script)
    assert told.status_code == 200
    assert "住民課の受付簿" in told.json()["waiting"]
    assert "住民課の受付簿" not in told.json()["form"], "the fields are empty for the next one"


def test_macros_are_refused(grant: Grant, staff: Person, client_of: ClientOf) -> None:
    out = io.BytesIO(sheet())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    answer = attach(client_of(staff), grant, "a.xlsx", out.getvalue())
    assert "マクロ" in answer.content.decode()


def test_a_million_cells_are_refused_with_words(grant: Grant, staff: Person, client_of: ClientOf) -> None:
    answer = attach(client_of(staff), grant, "a.xlsx", sheet(rows=1_000, columns=1_000))
    assert answer.status_code == 422
    assert answer.context["attach"].errors["file"]
    assert not Attachment.objects.exists()


def test_where_it_comes_from_is_asked(grant: Grant, staff: Person, client_of: ClientOf) -> None:
    answer = attach(client_of(staff), grant, "a.txt", b"abc", collected_why="")
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_what_stops_a_file_is_masked_by_a_click(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, upstream: Upstream
) -> None:
    client = client_of(staff)
    attach(client, grant, "a.txt", "個人番号 123456789018 を含む表".encode())
    first = client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して"})
    assert "ファイルの中の該当箇所をすべて伏せる" in first.content.decode()
    row = Attachment.objects.get()
    client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して", "act": f"clean:{row.pk}"})
    assert holding.text_of(staff.municipality.code, row.pk) == "個人番号 ■個人番号■ を含む表"
    assert client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して"}).status_code == 302
    assert "123456789018" not in upstream.calls[0].body.decode()


def test_a_file_whose_text_goes_away_meanwhile_is_asked_for_again(
    gateway: Any, grant: Grant, staff: Person, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(staff)
    attach(client, grant, "メモ.txt", "個人番号は123456789018です".encode())
    row = Attachment.objects.get()
    look = Writing.look

    def gone_after(one: Writing) -> Any:
        seen = look(one)
        holding.forget(row.municipality.code, row.pk)
        return seen

    monkeypatch.setattr(Writing, "look", gone_after)
    answer = client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して", "act": f"clean:{row.pk}"})
    assert answer.status_code == 200
    assert "文章が残っていません" in answer.content.decode()


def test_it_is_taken_away_before_and_after(
    gateway: Any, grant: Grant, staff: Person, neighbour: Person, client_of: ClientOf
) -> None:
    client = client_of(staff)
    attach(client, grant, "a.txt", b"abc")
    row = Attachment.objects.get()
    url = f"/staff/chat/attachments/{row.pk}/remove/"
    assert client_of(neighbour).post(url).status_code == 404
    client.post(f"/staff/chat/send/{grant.pk}/", {"text": "要約して"})
    assert client.post(url).status_code == 302
    row.refresh_from_db()
    page = client.get(f"/staff/chat/{row.conversation_id}/").content.decode()
    assert "に取り除きました" in page
    attach(client, grant, "b.txt", b"abc")
    late = Attachment.objects.get(turn=None)
    client.post(f"/staff/chat/attachments/{late.pk}/remove/")
    assert holding.text_of(staff.municipality.code, late.pk) is None


def test_files_that_nobody_sent_are_gone_after_a_day(grant: Grant, staff: Person) -> None:
    row = actions.attach(staff, grant, None, "a.txt", b"abc", Provenance("a", "b", "c"))
    assert jobs.tidy() == 0
    assert jobs.tidy(timezone.now() + datetime.timedelta(hours=25)) == 1
    assert holding.text_of(staff.municipality.code, row.pk) is None


def test_nobody_attaches_for_another(grant: Grant, neighbour: Person) -> None:
    with pytest.raises(PermissionDenied):
        actions.attach(neighbour, grant, None, "a.txt", b"abc", Provenance("a", "b", "c"))
