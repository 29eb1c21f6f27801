"""``kijun approvals …``: read and decided in a person's name, as the page would let them."""

from __future__ import annotations

import argparse
import threading
from typing import Any

import pytest
from django.db import connection

from kijun.cli.main import main
from kijun.governance.accounts.models import Person
from kijun.governance.approvals import actions
from kijun.governance.approvals.models import Approval, Step
from kijun.governance.audit.models import Entry
from kijun.governance.interactions import ledger
from kijun.governance.reviews import actions as actions_of_reviews
from kijun.governance.reviews import answers, deciding
from kijun.governance.reviews.actions import approving, open_material
from kijun.governance.reviews.models import Review
from kijun.ledger.model import Kind, Query, Unavailable
from tests.governance.commanding import printed, refused, told
from tests.governance.reviews.conftest import step_of
from tests.patience import patiently


def looks(person: Person) -> list[Any]:
    with ledger.reading() as book:
        return list(book.search(Query(municipality=person.municipality.code, kinds=(Kind.LOOK,))).records)


def approve(row: Approval, *more: str) -> tuple[str, ...]:
    return ("approvals", "decide", str(row.pk), "--decision", "approve", "--digest", row.digest, *more)


def test_it_works(capsys: Any, submitted: Review, staff: Person, approver: Person) -> None:
    row = submitted.approval
    assert row is not None
    [one] = told(capsys, "approvals", "list", "--as", approver.staff_number)
    assert (one["id"], one["state"], one["drafted_by"]) == (row.pk, "submitted", staff.staff_number)
    shown = told(capsys, "approvals", "show", str(row.pk), "--as", approver.staff_number)
    assert shown["frozen"]["text"] == "案です。直しました。"
    assert (shown["digest"], shown["intact"], shown["my_modes"][0]) == (row.digest, True, "normal")
    assert "決裁の資料" in shown["hindrance"]
    assert looks(staff) == []
    opened = told(capsys, "approvals", "show", str(row.pk), "--as", approver.staff_number, "--material")
    assert opened["material"]["question"] == "広報の案を考えて"
    assert opened["material"]["answer"] == "案です。"
    assert opened["material"]["changes"] == [{"kind": "new", "text": "直しました。"}]
    assert opened["hindrance"] == ""
    [look] = looks(staff)
    assert look.content["by_command"] is True
    made = told(capsys, *approve(row, "--as", approver.staff_number, "--comment", "確かめた。"))
    assert (made["state"], made["decision"]) == ("approved", "approve")
    assert Review.objects.get().state == "approved"
    assert Step.objects.get(approval=row).comment == "確かめた。"
    assert "操作卓" in Entry.objects.get(action="approvals.approved").actor_label


def test_the_lists(capsys: Any, submitted: Review, staff: Person, approver: Person) -> None:
    assert "節電のお知らせ" in printed(
        capsys, "approvals", "list", "--as", staff.staff_number, "--view", "drafted"
    )
    assert told(capsys, "approvals", "list", "--as", staff.staff_number) == []
    assert (
        told(
            capsys, "approvals", "list", "--as", approver.staff_number, "--view", "all", "--state", "approved"
        )
        == []
    )


def test_people_read_it_line_by_line(capsys: Any, confirm: Any, staff: Person, approver: Person) -> None:
    review = confirm(staff, destination="outside", title="お知らせ", text="一行目。\n二行目。")
    row = actions_of_reviews.submit(staff, review)
    page = printed(capsys, "approvals", "show", str(row.pk), "--as", approver.staff_number, "--material")
    assert "  一行目。\n  二行目。" in page
    assert f"digest: {row.digest}" in page
    assert "question: 広報の案を考えて" in page
    assert "_answer_seal" not in page


def test_nobody_approves_what_they_have_not_opened(capsys: Any, submitted: Review, approver: Person) -> None:
    assert submitted.approval is not None
    code, said = refused(capsys, *approve(submitted.approval, "--as", approver.staff_number))
    assert code == 1
    assert "決裁の資料" in said
    assert Approval.objects.get().state == "submitted"


def test_without_the_ledger_nothing_is_shown(
    capsys: Any, submitted: Review, approver: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **how: Any) -> None:
        raise Unavailable("停止中", "away")

    monkeypatch.setattr(approving, "look", away)
    pk = str(submitted.approval_id)
    code, said = refused(capsys, "approvals", "show", pk, "--as", approver.staff_number, "--material")
    assert code == 1
    assert "広報の案" not in said


@pytest.mark.parametrize("digest", ["", "0" * 64, "x"])
def test_a_decision_is_on_what_was_printed(
    capsys: Any, submitted: Review, approver: Person, digest: str
) -> None:
    pk = str(submitted.approval_id)
    code, said = refused(
        capsys,
        *("approvals", "decide", pk, "--decision", "return", "--comment", "直して", "--digest", digest),
        *("--as", approver.staff_number),
    )
    assert code == 1
    assert "digest" in said.lower() or "識別値" in said
    assert Approval.objects.get().state == "submitted"


def test_it_is_sent_back_with_a_reason(capsys: Any, submitted: Review, approver: Person) -> None:
    row = submitted.approval
    assert row is not None
    words = ("approvals", "decide", str(row.pk), "--decision", "return", "--digest", row.digest)
    code, said = refused(capsys, *words, "--as", approver.staff_number)
    assert code == 1
    assert "差し戻す理由" in said
    made = told(capsys, *words, "--as", approver.staff_number, "--comment", "日付を直してください。")
    assert made["state"] == "returned"
    assert Review.objects.get().state == "returned"


def test_nobody_decides_on_their_own_nor_twice(
    capsys: Any, approved: Review, staff: Person, approver: Person
) -> None:
    row = approved.approval
    assert row is not None
    code, said = refused(capsys, *approve(row, "--as", approver.staff_number))
    assert code == 1
    assert "「承認」としています" in said


def test_the_drafter_does_not_decide(capsys: Any, submitted: Review, staff: Person) -> None:
    assert submitted.approval is not None
    code, said = refused(capsys, *approve(submitted.approval, "--as", staff.staff_number))
    assert (code, "権限がありません" in said) == (1, True)
    pk = str(submitted.approval_id)
    assert refused(capsys, "approvals", "show", pk, "--as", staff.staff_number, "--material")[0] == 1
    assert looks(staff) == []


def test_a_way_that_is_not_open(capsys: Any, submitted: Review, approver: Person) -> None:
    assert submitted.approval is not None
    code, said = refused(
        capsys, *approve(submitted.approval, "--as", approver.staff_number, "--mode", "alone")
    )
    assert (code, "決裁のしかた" in said) == (1, True)


@pytest.mark.parametrize("asked", ["0", "x", "９", "99999999999999999999", "-1"])
def test_what_is_not_there(capsys: Any, submitted: Review, approver: Person, asked: str) -> None:
    words = ("approvals", "show", "--as", approver.staff_number, "--", asked)
    assert refused(capsys, *words)[0] == 2


def test_outsiders(
    capsys: Any, submitted: Review, neighbour: Person, outsider: Person, approver: Person
) -> None:
    pk = str(submitted.approval_id)
    here = ("--municipality", approver.municipality.code)
    there = ("--municipality", outsider.municipality.code)
    told(capsys, "approvals", "show", pk, "--as", approver.staff_number, *here)
    for person, town in ((neighbour, here), (outsider, there)):
        code, said = refused(capsys, "approvals", "show", pk, "--as", person.staff_number, *town)
        assert (code, "見られません" in said) == (2, True)
    approver.is_active = False
    approver.save()
    assert refused(capsys, "approvals", "list", "--as", approver.staff_number, *here)[0] == 1


def test_it_is_wrongly_called(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        main(["approvals", "decide", "1", "--as", "1", "--decision", "approve"])
    assert "--digest" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_two_decide_at_once(submitted: Review, approver: Person) -> None:
    """On the page and by command: one decides, the other is told who did."""
    answer = answers.answer_of(approver.municipality, submitted.interaction, masked=True)
    open_material(approver, submitted, answer, "決裁のため")
    step, gate, outcomes = step_of(submitted), threading.Barrier(2), []

    def decide(act: Any) -> None:
        gate.wait(20)
        try:
            patiently(act)
            outcomes.append("won")
        except Exception as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    args = argparse.Namespace(
        acting=approver.staff_number,
        municipality=approver.municipality.code,
        approval=str(submitted.approval_id),
        digest=submitted.approval.digest if submitted.approval else "",
        decision="approve",
        mode="",
        comment="",
        json=True,
    )
    acts = [lambda: actions.approve(approver, step), lambda: deciding._decide(args)]
    threads = [threading.Thread(target=decide, args=[one]) for one in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one == "won" for one in outcomes) == [False, True]
    assert any("「承認」としています" in one for one in outcomes)
    assert Entry.objects.filter(action="approvals.step_approved").count() == 1
