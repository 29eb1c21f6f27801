"""What the gateway is given: all of it, nothing that ended, one version after the other, also when two publish at once."""

from __future__ import annotations

import datetime
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from kijun.gateway import sealing, snapshot
from kijun.governance.access import actions, jobs, keys, publishing
from kijun.governance.access.models import Grant, Model, PublishedSnapshot, Purpose, Upstream
from kijun.governance.access.publishing import publish_now
from kijun.governance.access.snapshots import build
from kijun.governance.accounts.actions import update_person
from kijun.governance.accounts.models import Person, Posting
from kijun.governance.inventory.models import AISystem
from tests.patience import patiently

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)
Published = Callable[[], snapshot.Snapshot]


class TestContent:
    def test_it_works(
        self,
        it_staff: Person,
        staff: Person,
        checked: Upstream,
        model: Model,
        grant: Grant,
        application: actions.Made,
        published: Published,
    ) -> None:
        actions.save_upstream(it_staff, it_staff.municipality, checked, {}, key="upstream-secret")
        actions.save_town_rules(
            it_staff, it_staff.municipality, contact="内線 2210", inspection={"forbidden_words": ["禁句"]}
        )
        actions.stop(it_staff, it_staff.municipality, target=staff, why="調査中", why_en="Under review")
        made = published()

        (service,) = made.upstreams
        assert service.training_opt_out
        assert sealing.unseal(settings.SECRET_KEY, service.key) == "upstream-secret"
        assert made.models == (
            snapshot.Model(
                "assistant", "131016", str(model.system_id), (snapshot.Route(service.id, "gemma-3-27b"),)
            ),
        )
        (purpose,) = made.purposes
        assert (purpose.owner, purpose.name_en, purpose.input.groups["numbers"]) == (
            "責任 次郎",
            "Drafting",
            "block",
        )
        of_person, of_application = made.grants
        assert (of_person.person, of_person.keys) == (str(staff.pk), ())
        assert of_application.keys == (keys.digest(application.key),)
        assert of_application.application == "Open WebUI"
        (stop,) = made.stops
        assert (stop.scope, stop.id, stop.reason, stop.until) == ("person", str(staff.pk), "調査中", None)
        assert abs(stop.since / 1000 - timezone.now().timestamp()) < 60
        assert made.people["131016"][staff.staff_number] == str(staff.pk)
        assert made.inspecting == (snapshot.Inspecting("131016", {"forbidden_words": ["禁句"]}),)
        assert made.contact == {"131016": "内線 2210"}

    def test_nothing_in_the_file_opens_anything(
        self, it_staff: Person, upstream: Upstream, application: actions.Made, home: Path
    ) -> None:
        actions.save_upstream(it_staff, it_staff.municipality, upstream, {}, key="upstream-secret")
        publish_now("test")
        text = (home / snapshot.PLACE).read_text()
        assert "upstream-secret" not in text
        assert application.key not in text
        assert (home / snapshot.PLACE).stat().st_mode & 0o077 == 0

    def test_days_are_whole_in_japan(self, grant: Grant, published: Published) -> None:
        (found,) = published().grants
        assert found.starts is not None
        assert found.expires is not None
        begins = datetime.datetime.fromtimestamp(found.starts / 1000, datetime.UTC)
        assert begins.isoformat() == f"{TODAY - DAY}T15:00:00+00:00"
        assert (found.expires - found.starts) / 86_400_000 == 101

    def test_a_rotation_is_told_with_its_end(
        self, owner: Person, application: actions.Made, published: Published
    ) -> None:
        new = actions.rotate_key(owner, application.grant, grace_days=2)
        (found,) = published().grants
        assert found.keys == (keys.digest(new), keys.digest(application.key))
        assert found.old_until is not None
        assert abs(found.old_until / 1000 - (timezone.now() + 2 * DAY).timestamp()) < 60
        later = build(timezone.now() + 3 * DAY).grants[0]
        assert (later.keys, later.old_until) == ((keys.digest(new),), None)

    @pytest.mark.parametrize("stage", ["idea", "plan", "retired"])
    def test_what_is_not_in_use_is_not_there(
        self, grant: Grant, model: Model, published: Published, stage: str
    ) -> None:
        AISystem.objects.filter(pk=grant.system_id).update(stage=stage)
        made = published()
        assert (made.grants, made.models) == ((), ())

    def test_grants_that_ended_are_not_there(
        self, it_staff: Person, staff: Person, grant: Grant, published: Published
    ) -> None:
        Posting.objects.filter(person=staff).update(valid_to=TODAY - DAY)
        assert published().grants == ()
        Posting.objects.filter(person=staff).update(valid_to=None)
        Person.objects.filter(pk=staff.pk).update(is_active=False)
        assert published().grants == ()
        Person.objects.filter(pk=staff.pk).update(is_active=True)
        assert len(published().grants) == 1
        Grant.objects.update(starts_on=TODAY - 2 * DAY, expires_on=TODAY - DAY)
        assert published().grants == ()

    def test_a_disabled_purpose_and_service_are_told_as_such(
        self, it_staff: Person, purpose: Purpose, upstream: Upstream, published: Published
    ) -> None:
        actions.switch_purpose(it_staff, purpose, False, why="見直し")
        actions.switch_upstream(it_staff, upstream, False, why="障害")
        made = published()
        assert (made.purposes[0].enabled, made.upstreams[0].enabled) == (False, False)

    def test_a_lifted_stop_is_told_for_a_year(
        self, it_staff: Person, grant: Grant, published: Published
    ) -> None:
        stop = actions.stop(it_staff, it_staff.municipality, target=None, why="点検")
        actions.lift_stop(it_staff, stop, why="済んだ")
        made = published()
        (lifted,) = made.lifted
        assert (made.stops, lifted.scope) == ((), "everything")
        assert lifted.until is not None
        assert lifted.since <= lifted.until
        assert build(timezone.now() + 400 * DAY).lifted == ()

    def test_numbers_of_those_who_left_stay_and_of_other_towns_do_not_come(
        self, staff: Person, neighbour: Person, outsider: Person, grant: Grant, published: Published
    ) -> None:
        Person.objects.filter(pk=neighbour.pk).update(is_active=False)
        made = published().people
        assert made["131016"][neighbour.staff_number] == str(neighbour.pk)
        assert list(made) == ["131016"]

    def test_a_number_that_changes_is_published(
        self,
        administrator: Person,
        staff: Person,
        grant: Grant,
        home: Path,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        told = {"name": staff.name, "kana": "", "email": ""}
        with django_capture_on_commit_callbacks(execute=True):
            update_person(administrator, staff, None, **told, staff_number="7777")
        people = snapshot.read(home).people["131016"]
        assert people["7777"] == str(staff.pk)

    def test_the_number_of_queries_does_not_grow(
        self,
        it_staff: Person,
        owner: Person,
        application: actions.Made,
        model: Model,
        upstream: Upstream,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(11):
            build()
        for number in range(4):
            actions.create_grant(
                it_staff,
                it_staff.municipality,
                system=model.system,
                purpose=application.grant.purpose,
                application=f"A{number}",
                responsible=owner,
                expires_on=TODAY + DAY,
            )
            actions.save_model(
                it_staff,
                it_staff.municipality,
                None,
                name=f"m{number}",
                system=model.system,
                routes=[actions.Way(upstream, "x")],
            )
        with django_assert_num_queries(11):
            build()


class TestVersions:
    def test_each_change_is_one_more(self, it_staff: Person, upstream: Upstream, home: Path) -> None:
        first = publish_now("first")
        assert publish_now("nothing changed") == first
        actions.switch_upstream(it_staff, upstream, False, why="障害")
        assert publish_now("second") == first + 1
        assert snapshot.read(home).version == first + 1
        assert [row.why for row in PublishedSnapshot.objects.all()] == ["second", "first"]

    def test_a_file_that_was_lost_or_touched_is_written_anew(self, upstream: Upstream, home: Path) -> None:
        first = publish_now("first")
        assert publishing.state().in_place
        (home / snapshot.PLACE).write_text("{}")
        assert not publishing.state().in_place
        assert publish_now("mended") == first + 1
        (home / snapshot.PLACE).unlink()
        assert publish_now("mended") == first + 2

    def test_a_database_from_a_backup_does_not_go_back(
        self, it_staff: Person, upstream: Upstream, home: Path
    ) -> None:
        publish_now("first")
        for why in ("a", "b", "c"):
            actions.switch_upstream(it_staff, upstream, not upstream.enabled, why=why)
            publish_now(why)
        PublishedSnapshot.objects.filter(version__gt=1).delete()
        assert publish_now("after the backup") == 5

    def test_an_action_publishes_when_it_is_committed(
        self, it_staff: Person, upstream: Upstream, home: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            actions.stop(it_staff, it_staff.municipality, target=None, why="点検")
            assert not (home / snapshot.PLACE).exists()
        assert [one.scope for one in snapshot.read(home).stops] == ["everything"]

    def test_many_changes_of_one_transaction_are_one_publication(
        self, it_staff: Person, upstream: Upstream, monkeypatch: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        published: list[str] = []
        monkeypatch.setattr(publishing, "publish_now", published.append)
        for _transaction in range(2):
            with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
                for number in range(5):
                    data = {"retries": number}
                    actions.save_upstream(it_staff, it_staff.municipality, upstream, data)
        assert len(published) == 2

    def test_a_change_that_was_rolled_back_takes_no_other_with_it(
        self, it_staff: Person, upstream: Upstream, home: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        """The first of two asks to publish within a savepoint that is rolled back: the second is published all the same."""
        with django_capture_on_commit_callbacks() as waiting, transaction.atomic():
            try:
                with transaction.atomic():
                    actions.switch_upstream(it_staff, upstream, False, why="障害")
                    raise KeyError
            except KeyError:
                pass
            upstream.refresh_from_db()
            actions.save_upstream(it_staff, it_staff.municipality, upstream, {"retries": 4})
        assert len(waiting) == 1
        waiting[0]()
        assert snapshot.read(home).upstreams[0].retries == 4

    def test_a_full_disk_does_not_undo_the_change(
        self,
        it_staff: Person,
        upstream: Upstream,
        home: Path,
        caplog: Any,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        (home / "gateway").write_text("in the way")
        with django_capture_on_commit_callbacks(execute=True):
            actions.switch_upstream(it_staff, upstream, False, why="障害")
        assert "could not be written" in caplog.text
        (home / "gateway").unlink()
        jobs.keep_current()
        assert not snapshot.read(home).upstreams[0].enabled


class TestJobs:
    def test_who_moved_by_the_calendar_loses_the_grant(self, staff: Person, grant: Grant, home: Path) -> None:
        Posting.objects.filter(person=staff).update(valid_to=TODAY - DAY)
        version = jobs.keep_current()
        assert Grant.objects.get(pk=grant.pk).revoked_at is not None
        assert snapshot.read(home).grants == ()
        assert jobs.keep_current() == version


class TestAddress:
    def test_what_the_gateway_wrote_counts(self, home: Path) -> None:
        assert publishing.base_url() == "http://127.0.0.1:8080/v1"
        (home / "gateway").mkdir()
        for line in (
            "https://ai.example.jp:9000\n",
            "https://ai.example.jp:9000/",
            "https://ai.example.jp:9000/v1",
        ):
            (home / "gateway" / "address").write_text(line)
            assert publishing.base_url() == "https://ai.example.jp:9000/v1"
        (home / "gateway" / "address").write_text("nonsense")
        assert publishing.base_url() == "http://127.0.0.1:8080/v1"


@pytest.mark.django_db(transaction=True)
def test_of_those_that_publish_at_once_the_last_holds_everything(
    it_staff: Person, upstream: Upstream, home: Path
) -> None:
    """Each thread changes its own service, then publishes: the highest version was read behind all of the changes before it."""
    rows = [
        Upstream.objects.create(
            municipality=it_staff.municipality, name=f"{n}", base_url="http://10.0.0.1/v1"
        )
        for n in range(3)
    ]
    failed: list[BaseException] = []
    gate = threading.Barrier(len(rows))

    def change(row: Upstream) -> None:
        try:
            gate.wait()
            for number in range(1, 4):
                patiently(functools.partial(Upstream.objects.filter(pk=row.pk).update, retries=number))
                patiently(functools.partial(publish_now, "race"))
        except BaseException as error:  # told by the test below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=change, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    found = snapshot.read(home)
    assert {one.retries for one in found.upstreams if one.name != upstream.name} == {3}
    versions = list(PublishedSnapshot.objects.values_list("version", flat=True))
    assert versions == sorted(set(versions), reverse=True)
    assert found.version == versions[0]
    assert publishing.state() == publishing.State(PublishedSnapshot.objects.all()[0], True, True)
