"""Automatic collection, lapse and what follows: run twice it is the same."""

from __future__ import annotations

import datetime
import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone, translation

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.evidence import jobs, queries
from kijun.governance.evidence.actions import advance, collect, withdraw_item
from kijun.governance.evidence.models import Finding, Item, Verdict
from kijun.governance.evidence.proofs import Scope
from kijun.governance.organisation.models import Municipality
from tests.conftest import make_town
from tests.governance.evidence.conftest import CONTROL, Sensor, make_item

YESTERDAY = datetime.timedelta(days=1)


def lapsed_item(person: Person) -> Item:
    """Evidence by hand for P6.1.4 whose last day was yesterday."""
    today = timezone.localdate()
    item = make_item(person, control="P6.1.4", effective_on=today - 9 * YESTERDAY, expires_on=today)
    Item.objects.filter(pk=item.pk).update(expires_on=today - YESTERDAY)
    return item


def test_it_works(sensor: Sensor, town: Municipality) -> None:
    result = collect(town)
    assert (result.scopes, result.made, result.raised, result.failed) == (1, 1, 0, [])
    item = queries.current_items(town, "organisation", town.pk)[CONTROL][0]
    assert (item.kind, item.verdict, item.value) == (Item.Kind.AUTOMATIC, Verdict.MET, "3件")
    assert (item.collector, item.figures, item.url) == (
        "tests.governance.evidence.conftest.sensor_of_the_test",
        {"n": 3},
        "/staff/evidence/",
    )


def test_twice_is_the_same_and_freshens(sensor: Sensor, town: Municipality) -> None:
    collect(town)
    first = Item.objects.get()
    result = collect(town)
    assert (result.made, result.unchanged) == (0, 1)
    assert Item.objects.get().as_of > first.as_of


def test_a_new_value_supersedes_the_old(sensor: Sensor, town: Municipality) -> None:
    collect(town)
    sensor.value = 5
    collect(town)
    old, new = Item.objects.order_by("pk")
    assert old.superseded_at is not None
    assert (new.value, new.superseded_at) == ("5件", None)


def test_a_collector_with_nothing_to_say_leaves_nothing_in_force(sensor: Sensor, town: Municipality) -> None:
    collect(town)
    sensor.verdict = None
    collect(town)
    assert queries.current_items(town, "organisation", town.pk) == {}


def test_a_broken_collector_keeps_its_last_word(sensor: Sensor, town: Municipality, caplog: Any) -> None:
    collect(town)
    sensor.breaks = True
    result = collect(town)
    assert len(result.failed) == 1
    assert Item.objects.get().superseded_at is None
    assert "no answer" in caplog.text


def test_a_verdict_that_turns_bad_raises_one_finding_at_once(
    sensor: Sensor, town: Municipality, risk_officer: Person
) -> None:
    collect(town)
    sensor.verdict = Verdict.UNMET
    assert collect(town).raised == 1
    finding = Finding.objects.get()
    assert (finding.cause, finding.owner, finding.state) == (
        Finding.Cause.WORSE,
        risk_officer,
        Finding.State.OPEN,
    )
    assert finding.item == Item.objects.get(superseded_at=None)
    assert finding.lapsed_at is not None
    assert collect(town).raised == 0
    assert Finding.objects.count() == 1


def test_what_was_never_met_raises_nothing(sensor: Sensor, town: Municipality) -> None:
    sensor.verdict = Verdict.UNMET
    assert collect(town).raised == 0


def test_met_again_waits_for_a_person(sensor: Sensor, town: Municipality) -> None:
    collect(town)
    sensor.verdict = Verdict.UNMET
    collect(town)
    sensor.verdict = Verdict.PARTLY
    assert collect(town).mended == 0
    sensor.verdict = Verdict.MET
    assert collect(town).mended == 1
    finding = Finding.objects.get()
    assert (finding.state, finding.done_by) == (Finding.State.DONE, None)
    assert "自動" in finding.done_note
    assert collect(town).mended == 0


def test_bad_again_while_it_waits_reopens_it(sensor: Sensor, town: Municipality) -> None:
    for verdict in (Verdict.MET, Verdict.UNMET, Verdict.MET, Verdict.UNMET):
        sensor.verdict = verdict
        collect(town)
    assert Finding.objects.get().state == Finding.State.OPEN
    assert Entry.objects.filter(action="evidence.finding_reopened").count() == 1


def test_an_item_past_its_day_raises_a_finding(sensor: Sensor, town: Municipality, it_staff: Person) -> None:
    today = timezone.localdate()
    item = lapsed_item(it_staff)
    assert collect(town).raised == 1
    finding = Finding.objects.get()
    assert (finding.cause, finding.item, finding.control_id) == (Finding.Cause.LAPSE, item, "P6.1.4")
    assert finding.lapsed_at is not None
    assert timezone.localtime(finding.lapsed_at).date() == today
    assert finding.due_on > today
    assert collect(town).raised == 0


def test_what_is_old_when_it_is_added_raises_one_at_once(
    sensor: Sensor, town: Municipality, it_staff: Person
) -> None:
    today = timezone.localdate()
    make_item(it_staff, control="P6.1.4", effective_on=today - 9 * YESTERDAY, expires_on=today - YESTERDAY)
    assert Finding.objects.get().cause == Finding.Cause.LAPSE
    assert collect(town).raised == 0


def test_good_and_bad_with_silence_between_is_a_turn_for_the_worse(
    sensor: Sensor, town: Municipality
) -> None:
    for between in (Verdict.UNKNOWN, None):
        for verdict in (Verdict.MET, between):
            sensor.verdict = verdict
            collect(town)
        sensor.verdict = Verdict.UNMET
        assert collect(town).raised == 1, between
        Finding.objects.update(state=Finding.State.CLOSED)


def test_a_person_who_says_that_it_is_no_longer_met_raises_one_at_once(
    town: Municipality, it_staff: Person, staff: Person, risk_officer: Person
) -> None:
    make_item(staff, control="P6.1.4", verdict=Verdict.UNMET)
    assert not Finding.objects.exists()  # nothing good stood there: the assessment makes it a finding
    make_item(staff, control="P6.1.4")
    bad = make_item(it_staff, control="P6.1.4", verdict=Verdict.UNMET, note="3人の許可が残っている")
    finding = Finding.objects.get()
    assert (finding.cause, finding.item, finding.owner) == (Finding.Cause.WORSE, bad, risk_officer)
    assert "3人の許可が残っている" in finding.shown_description
    make_item(staff, control="P6.1.4", verdict=Verdict.PARTLY)
    finding.refresh_from_db()
    assert finding.state == Finding.State.OPEN
    make_item(staff, control="P6.1.4")
    finding.refresh_from_db()
    assert (finding.state, finding.done_by) == (Finding.State.DONE, None)


def test_a_mistaken_no_that_is_taken_back_mends_its_finding(
    town: Municipality, it_staff: Person, staff: Person
) -> None:
    make_item(staff, control="P6.1.4")
    bad = make_item(it_staff, control="P6.1.4", verdict=Verdict.UNMET)
    withdraw_item(it_staff, bad, "別の対策に付けるものだった")
    assert Finding.objects.get().state == Finding.State.DONE


def test_a_finding_reads_in_english(sensor: Sensor, town: Municipality, it_staff: Person) -> None:
    collect(town)
    sensor.verdict = Verdict.UNMET
    collect(town)
    with translation.override("en"):
        finding = Finding.objects.get()
        assert "確認の件数" in finding.shown_description  # the sensor's own title has no English
        assert "に変わりました" not in finding.shown_description
        assert finding.shown_title.startswith("P6.1.3 ")


def test_today_is_the_last_day_it_holds(sensor: Sensor, town: Municipality, it_staff: Person) -> None:
    make_item(it_staff, expires_on=timezone.localdate())
    assert collect(town).raised == 0


def test_newer_evidence_mends_a_lapse(sensor: Sensor, town: Municipality, it_staff: Person) -> None:
    today = timezone.localdate()
    lapsed_item(it_staff)
    collect(town)
    make_item(it_staff, control="P6.1.4", verdict=Verdict.UNMET)
    assert Finding.objects.get().state == Finding.State.OPEN
    make_item(it_staff, control="P6.1.4", expires_on=today + YESTERDAY)
    assert Finding.objects.get().state == Finding.State.DONE  # at once, not with the next run
    assert (collect(town).raised, collect(town).mended) == (0, 0)


def test_withdrawing_the_lapsed_item_mends_nothing(
    sensor: Sensor, town: Municipality, it_staff: Person
) -> None:
    item = lapsed_item(it_staff)
    collect(town)
    withdraw_item(it_staff, item, "登録の誤り")
    assert collect(town).mended == 0
    assert Finding.objects.get().state == Finding.State.OPEN


def test_lapsed_again_after_it_was_done(sensor: Sensor, town: Municipality, it_staff: Person) -> None:
    lapsed_item(it_staff)
    collect(town)
    advance(it_staff, Finding.objects.get(), note="更新しました")
    assert collect(town).raised == 1  # nothing newer stands there
    assert Finding.objects.get().state == Finding.State.OPEN


def test_only_the_scopes_that_were_asked_for(
    sensor: Sensor, town: Municipality, other_town: Municipality
) -> None:
    collect(town, [Scope.organisation(town)])
    assert [scope.municipality for scope in sensor.asked] == [town]
    assert collect(town, []).scopes == 0


def test_english_is_kept_beside(sensor: Sensor, town: Municipality) -> None:
    collect(town)
    item = Item.objects.get()
    with translation.override("en"):
        assert item.shown_value == item.value_en


def test_every_municipality(sensor: Sensor, town: Municipality, other_town: Municipality) -> None:
    results = jobs.collect_all()
    assert {code: result.made for code, result in results.items()} == {"131016": 1, "141003": 1}


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_it_once(sensor: Sensor) -> None:
    town = make_town("131016", "千代田区")
    collect(town)
    sensor.verdict = Verdict.UNMET
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        for _attempt in range(200):  # SQLite in memory refuses at once where a file would wait
            try:
                collect(town)
            except OperationalError:
                time.sleep(0.02)
            else:
                break
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Item.objects.filter(superseded_at=None).count() == 1
    assert Finding.objects.count() == 1
