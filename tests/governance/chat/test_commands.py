"""``kijun chat …`` and ``kijun documents …``: what the pages do, in a person's name."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.access.models import Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.chat.documents.models import Document, DocumentVersion
from kijun.governance.chat.models import Conversation
from kijun.governance.interactions import ledger
from kijun.governance.organisation.models import Department
from kijun.ledger.model import Kind, Query, Unavailable
from tests.governance.chat.test_conversations import say  # noqa: F401  fixture
from tests.governance.chat.test_documents import (  # noqa: F401  fixtures
    GUIDE,
    built_at_once,
    collection,
    decide,
    served,
)
from tests.governance.commanding import printed, refused, told

STAFF = ("--as", "0004")
WHY = ("--reason", "本人の求めによる")


def looks(person: Person) -> list[Any]:
    with ledger.reading() as book:
        return list(book.search(Query(municipality=person.municipality.code, kinds=(Kind.LOOK,))).records)


class TestConversations:
    def test_it_works(self, capsys: Any, say: Any, staff: Person, tmp_path: Path) -> None:  # noqa: F811
        turn = say("転入届の期限を教えて")
        [one] = told(capsys, "chat", "conversations", *STAFF)
        assert (one["id"], one["turns"]) == (str(turn.conversation_id), 1)
        assert "転入届" not in str(one), "the list tells no words"
        assert looks(staff) == []
        target = tmp_path / "out.json"
        told(capsys, "chat", "export", one["id"], *STAFF, *WHY, "--out", str(target))
        assert json.loads(target.read_bytes())["turns"][0]["question"] == "転入届の期限を教えて"
        [entry] = looks(staff)
        assert entry.content["look"] == "exported"
        assert entry.content["why"] == "本人の求めによる"
        assert entry.content["interactions"] == [turn.interaction]
        assert entry.content["by_command"] is True
        assert "操作卓" in Entry.objects.get(action="chat.exported").actor_label
        assert "## 1." in printed(capsys, "chat", "export", one["id"], *STAFF, *WHY, "--form", "md")
        target = tmp_path / "out.docx"
        told(capsys, "chat", "export", one["id"], *STAFF, *WHY, "--form", "docx", "--out", str(target))
        assert target.read_bytes()[:2] == b"PK"

    def test_no_terminal_shows_a_file(self, capsys: Any, say: Any, staff: Person) -> None:  # noqa: F811
        id = str(say().conversation_id)
        code, said = refused(capsys, "chat", "export", id, *STAFF, *WHY, "--form", "pdf")
        assert code == 2
        assert "--out" in said
        assert looks(staff) == []

    def test_nothing_is_read_without_the_look(
        self,
        capsys: Any,
        say: Any,  # noqa: F811
        staff: Person,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        id = str(say().conversation_id)
        assert refused(capsys, "chat", "export", id, *STAFF, "--reason", " ")[0] == 2

        def closed(entries: Any) -> None:
            raise Unavailable("書き込めません。", "It cannot be written.")

        monkeypatch.setattr(ledger, "record", closed)
        assert refused(capsys, "chat", "export", id, *STAFF, *WHY)[0] == 1
        assert not Entry.objects.filter(action="chat.exported").exists()

    def test_what_is_not_confirmed_stays(
        self,
        capsys: Any,
        say: Any,  # noqa: F811
        staff: Person,
        purpose: Purpose,
    ) -> None:
        id = str(say().conversation_id)
        Purpose.objects.filter(pk=purpose.pk).update(review="normal")
        code, why = refused(capsys, "chat", "export", id, *STAFF, *WHY)
        assert code == 1
        assert "確認の済んでいない回答" in why

    def test_erasing(self, capsys: Any, say: Any, staff: Person) -> None:  # noqa: F811
        turn = say()
        assert told(capsys, "chat", "erase", str(turn.conversation_id), *STAFF)["turns"] == 1
        assert not Conversation.objects.exists()
        with ledger.reading() as book:
            assert book.interaction(turn.interaction, staff.municipality.code), "the records stay"

    def test_nobody_elses(
        self,
        capsys: Any,
        say: Any,  # noqa: F811
        staff: Person,
        auditor: Person,
        neighbour: Person,
    ) -> None:
        id = str(say().conversation_id)
        for number in ("0007", "0008"):
            assert refused(capsys, "chat", "export", id, "--as", number, *WHY)[0] in {1, 2}
            assert refused(capsys, "chat", "erase", id, "--as", number)[0] in {1, 2}
        assert refused(capsys, "chat", "erase", "nonsense", *STAFF)[0] == 2
        assert Conversation.objects.count() == 1
        assert looks(staff) == []

    def test_by_purpose(self, capsys: Any, say: Any, purpose: Purpose) -> None:  # noqa: F811
        say()
        assert len(told(capsys, "chat", "conversations", *STAFF, "--purpose", purpose.name)) == 1
        assert refused(capsys, "chat", "conversations", *STAFF, "--purpose", "なし")[0] == 2


def in_days(days: int) -> str:
    return (timezone.localdate() + datetime.timedelta(days=days)).isoformat()


DATES = ("--dated", in_days(-100), "--review-by", in_days(200))


class TestDocuments:
    def test_it_works(
        self, capsys: Any, it_staff: Person, staff: Person, approver: Person, care: Department, tmp_path: Path
    ) -> None:
        made = told(
            capsys, "documents", "collect", "介護の手引", "--department", care.code, "--owner", "0004",
            "--as", "0002",
        )  # fmt: skip
        assert (made["open"], made["owner"]) == (True, "0004")
        file = tmp_path / "手引.md"
        file.write_text(GUIDE, encoding="utf-8")
        new = ("--collection", "介護の手引", "--title", "介護保険の手引")
        added = told(capsys, "documents", "add", str(file), *new, *DATES, *STAFF)
        assert (added["version"], added["state"]) == (1, "draft")
        assert added["findings"], "what was found in it is told before it is put forward"
        assert told(capsys, "documents", "list", *STAFF)[0]["state"] == "unapproved"
        assert told(capsys, "documents", "submit", "介護保険の手引", *STAFF)["state"] == "submitted"
        decide(DocumentVersion.objects.get(), approver)
        assert told(capsys, "documents", "list", *STAFF)[0]["state"] == "current"
        assert told(capsys, "documents", "rebuild", "--as", "0002")["passages"] == 2
        found = told(capsys, "documents", "search", "手すりの取付けの上限", *STAFF)
        assert "20万円" in found["passages"][0]["text"]
        assert "20万円" in printed(capsys, "documents", "search", "手すりの取付けの上限", *STAFF)
        assert told(capsys, "documents", "collections", *STAFF)[0]["served"] == 1
        told(capsys, "documents", "remove", "介護保険の手引", *STAFF, "--reason", "廃止した")
        assert told(capsys, "documents", "list", *STAFF)[0]["state"] == "withdrawn"
        assert Document.objects.get().withdrawn_why == "廃止した"

    def test_a_new_version(
        self,
        capsys: Any,
        served: DocumentVersion,  # noqa: F811
        staff: Person,
        tmp_path: Path,
    ) -> None:
        file = tmp_path / "b.md"
        file.write_text(GUIDE, encoding="utf-8")
        again = ("--version-of", str(served.document_id))
        assert told(capsys, "documents", "add", str(file), *again, *DATES, *STAFF)["version"] == 2
        both = (*again, "--collection", "介護の手引", "--title", "x")
        assert refused(capsys, "documents", "add", str(file), *both, *DATES, *STAFF)[0] == 2
        assert refused(capsys, "documents", "add", str(file), *DATES, *STAFF)[0] == 2

    def test_bad_input(
        self,
        capsys: Any,
        served: DocumentVersion,  # noqa: F811
        staff: Person,
        tmp_path: Path,
    ) -> None:
        empty = tmp_path / "empty.txt"
        empty.write_bytes(b"")
        new = ("--collection", "介護の手引", "--title", "空")
        code, why = refused(capsys, "documents", "add", str(empty), *new, *DATES, *STAFF)
        assert code == 1
        assert "ファイルが空です" in why
        assert refused(capsys, "documents", "add", "/nowhere.txt", *new, *DATES, *STAFF)[0] == 1
        assert refused(capsys, "documents", "remove", "ない文書", *STAFF, "--reason", "x")[0] == 2
        assert refused(capsys, "documents", "search", "x", "--limit", "0", *STAFF)[0] == 2

    def test_who_may_not(
        self,
        capsys: Any,
        served: DocumentVersion,  # noqa: F811
        neighbour: Person,
        outsider: Person,
        tmp_path: Path,
    ) -> None:
        town = ("--municipality", neighbour.municipality.code)
        assert refused(capsys, "documents", "rebuild", "--as", "0008", *town)[0] == 1
        assert (
            refused(capsys, "documents", "remove", "介護保険の手引", "--as", "0008", *town, "--reason", "x")[
                0
            ]
            == 1
        )
        there = ("--as", "0002", "--municipality", outsider.municipality.code)
        assert told(capsys, "documents", "list", *there) == []
        assert refused(capsys, "documents", "search", "手すり", *there)[0] == 2
        served.document.refresh_from_db()
        assert served.document.current_id == served.pk

    def test_what_is_late_is_counted_and_left_out(
        self,
        capsys: Any,
        served: DocumentVersion,  # noqa: F811
    ) -> None:
        assert told(capsys, "documents", "list", *STAFF, "--late") == []
        DocumentVersion.objects.update(review_by=timezone.localdate() - datetime.timedelta(days=1))
        told(capsys, "documents", "rebuild", "--as", "0002")
        assert len(told(capsys, "documents", "list", *STAFF, "--late", "--collection", "介護の手引")) == 1
        found = told(capsys, "documents", "search", "手すりの取付けの上限", *STAFF)
        assert (found["passages"], found["left_out"] > 0) == ([], True)
        assert "left out" in printed(capsys, "documents", "search", "手すりの取付けの上限", *STAFF)
