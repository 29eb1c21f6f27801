"""``kijun feedback …``: what the pages of reports and requests do, in a person's name."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.feedback import actions
from kijun.governance.feedback.models import ImprovementRequest, Report
from kijun.governance.interactions import ledger
from kijun.ledger.model import Kind, Query, Unavailable
from tests.governance.commanding import printed, refused, told
from tests.governance.feedback.conftest import VALUES

OWNER = ("--as", "0003")
REPORT = ("feedback", "report")
REQUEST = ("feedback", "request")


@pytest.fixture
def words(tmp_path: Path) -> Any:
    """``words(text)``: a file that holds it."""

    def put(text: str) -> str:
        path = tmp_path / "words.txt"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return put


def looks(person: Person) -> list[Any]:
    with ledger.reading() as book:
        return list(book.search(Query(municipality=person.municipality.code, kinds=(Kind.LOOK,))).records)


class TestReports:
    def test_it_works(self, capsys: Any, report: Any, staff: Person, owner: Person, words: Any) -> None:
        row = report(staff)
        [one] = told(capsys, *REPORT, "list", *OWNER, "--waiting")
        assert (one["code"], one["kinds"], one["reporter"], one["state"]) == (
            row.code, ["untrue"], "0004", "received",
        )  # fmt: skip
        assert told(capsys, *REPORT, "acknowledge", row.code, *OWNER)["state"] == "acknowledged"
        answer = ("--finding", "confirmed", "--text", words("要綱を差し替えました。"))
        assert (
            told(capsys, *REPORT, "answer", row.code, *OWNER, *answer)["answer"] == "要綱を差し替えました。"
        )
        assert told(capsys, *REPORT, "list", *OWNER, "--waiting") == []
        read = told(capsys, *REPORT, "show", row.code, "--as", "0004")
        assert read["finding"] == "confirmed"
        row.refresh_from_db()
        assert row.read_at is not None, "the reporter has read it, as on the page"
        assert told(capsys, *REPORT, "close", str(row.number), *OWNER)["state"] == "closed"
        done = Entry.objects.filter(action__in=("feedback.answered", "feedback.closed"))
        assert all("操作卓" in one.actor_label for one in done)

    def test_texts_are_printed_after_the_look_is_recorded(
        self, capsys: Any, report: Any, staff: Person, owner: Person, say: Any
    ) -> None:
        id = say(staff, "負担割合は？", "2割です。")
        row = report(staff, interaction=id)
        assert "texts" not in told(capsys, *REPORT, "show", row.code, *OWNER)
        assert looks(owner) == []
        whole = told(capsys, *REPORT, "show", row.code, *OWNER, "--texts")
        assert {one["text"] for one in whole["texts"]} >= {"負担割合は？", "2割です。"}
        [entry] = looks(owner)
        assert entry.content["why"] == f"回答への報告のため：{row.code}"
        assert entry.content["by_command"] is True
        assert "2割です。" in printed(capsys, *REPORT, "show", row.code, *OWNER, "--texts")

    def test_without_a_ledger_nothing_is_printed(
        self, capsys: Any, report: Any, staff: Person, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = report(staff)

        def closed(entries: Any) -> None:
            raise Unavailable("書き込めません。", "It cannot be written.")

        monkeypatch.setattr(ledger, "record", closed)
        code, why = refused(capsys, *REPORT, "show", row.code, *OWNER, "--texts")
        assert (code, "It cannot be written." in why) == (1, True)

    def test_who_is_nameless_stays_so(self, capsys: Any, staff: Person, owner: Person, system: Any) -> None:
        from kijun.governance.feedback.answers import About

        actions.report(staff, About(system=system), ["changed"], "制度が変わった", anonymous=True)
        [one] = told(capsys, *REPORT, "list", *OWNER)
        assert (one["reporter"], one["department"]) == ("", "")

    def test_filters(self, capsys: Any, report: Any, staff: Person, owner: Person) -> None:
        row = report(staff, "unfair")
        report(staff, "drift")
        assert len(told(capsys, *REPORT, "list", *OWNER, "--kind", "drift")) == 1
        assert told(capsys, *REPORT, "list", *OWNER, "--late") == []
        Report.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
        assert [one["code"] for one in told(capsys, *REPORT, "list", *OWNER, "--late")] == [row.code]
        assert len(told(capsys, *REPORT, "list", *OWNER, "--system", "AI-001", "--state", "received")) == 2
        assert len(told(capsys, *REPORT, "list", "--as", "0004", "--mine")) == 2

    def test_who_may_not(
        self, capsys: Any, report: Any, staff: Person, neighbour: Person, auditor: Person, words: Any
    ) -> None:
        row = report(staff)
        answer = ("--finding", "unfounded", "--text", words("よい。"))
        assert refused(capsys, *REPORT, "list", "--as", "0008")[0] == 1
        assert refused(capsys, *REPORT, "show", row.code, "--as", "0008")[0] == 2
        assert refused(capsys, *REPORT, "answer", row.code, "--as", "0004", *answer)[0] == 1
        assert refused(capsys, *REPORT, "answer", row.code, "--as", "0007", *answer)[0] == 1
        assert refused(capsys, *REPORT, "show", "FB-9999", *("--as", "0004"))[0] == 2

    def test_another_town(self, capsys: Any, report: Any, staff: Person, outsider: Person) -> None:
        row = report(staff)
        there = ("--as", "0002", "--municipality", outsider.municipality.code)
        assert told(capsys, *REPORT, "list", *there) == []
        assert refused(capsys, *REPORT, "show", row.code, *there)[0] == 2

    def test_refusals_are_told_in_both_languages(
        self, capsys: Any, report: Any, staff: Person, owner: Person
    ) -> None:
        row = report(staff)
        code, why = refused(capsys, *REPORT, "close", row.code, *OWNER)
        assert code == 1
        assert "回答してから" in why
        assert any(line.isascii() for line in why.splitlines())

    def test_another_answers(
        self, capsys: Any, report: Any, staff: Person, owner: Person, it_staff: Person
    ) -> None:
        row = report(staff)
        assert told(capsys, *REPORT, "assign", row.code, *OWNER, "--to", "0002")["handler"] == "0002"


class TestRequests:
    def test_from_the_letter_to_the_trial(
        self, capsys: Any, report: Any, staff: Person, owner: Person, words: Any, tmp_path: Path
    ) -> None:
        one = report(staff)
        row = actions.save_request(owner, one.system, None, VALUES, reports=[one], nobody_named=True)
        [listed] = told(capsys, *REQUEST, "list", *OWNER)
        assert (listed["code"], listed["reports"], listed["state"]) == (row.code, [one.code], "draft")
        assert "株式会社さくらAI 御中" in printed(capsys, *REQUEST, "letter", row.code, *OWNER)
        target = tmp_path / "letter.txt"
        told(capsys, *REQUEST, "letter", row.code, *OWNER, "--out", str(target))
        assert row.code in target.read_text(encoding="utf-8")
        assert told(capsys, *REQUEST, "ask", row.code, *OWNER)["state"] == "asked"
        said = ("--reply", "mended", "--text", words("版を上げました。"))
        assert told(capsys, *REQUEST, "reply", row.code, *OWNER, *said)["state"] == "answered"
        tried = ("--text", words("50問すべて正しい。"))
        assert told(capsys, *REQUEST, "verify", row.code, *OWNER, "--mended", "no", *tried)["times"] == 2
        told(capsys, *REQUEST, "reply", row.code, *OWNER, *said)
        done = told(capsys, *REQUEST, "verify", row.code, *OWNER, "--mended", "yes", *tried)
        assert done["state"] == "verified"
        assert told(capsys, *REQUEST, "show", row.code, *OWNER)["verification"] == "50問すべて正しい。"

    def test_what_names_somebody_is_not_sent(
        self, capsys: Any, report: Any, staff: Person, owner: Person
    ) -> None:
        one = report(staff)
        row = actions.save_request(owner, one.system, None, VALUES, reports=[one])
        code, why = refused(capsys, *REQUEST, "ask", row.code, *OWNER)
        assert code == 1
        assert "個人が分かる情報" in why

    def test_who_may_not(
        self, capsys: Any, asked: ImprovementRequest, neighbour: Person, auditor: Person, words: Any
    ) -> None:
        assert refused(capsys, *REQUEST, "list", "--as", "0008")[0] == 1
        said = ("--reply", "refused", "--text", words("直さない。"))
        assert refused(capsys, *REQUEST, "reply", asked.code, "--as", "0007", *said)[0] == 1
        assert refused(capsys, *REQUEST, "show", "IR-999", *OWNER)[0] == 2

    def test_late_ones(self, capsys: Any, asked: ImprovementRequest) -> None:
        assert told(capsys, *REQUEST, "list", *OWNER, "--late") == []
        ImprovementRequest.objects.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
        assert len(told(capsys, *REQUEST, "list", *OWNER, "--late", "--state", "asked")) == 1

    def test_a_file_that_is_not_there(self, capsys: Any, asked: ImprovementRequest) -> None:
        said = ("--reply", "refused", "--text", "/nowhere/at/all")
        code, why = refused(capsys, *REQUEST, "reply", asked.code, *OWNER, *said)
        assert (code, "/nowhere/at/all" in why) == (1, True)
