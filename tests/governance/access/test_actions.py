"""Services, models, purposes, grants, stop switches: the ordinary day, bad input, who may not, two at once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kijun.gateway import sealing
from kijun.governance.access import actions
from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Upstream
from kijun.governance.accounts.actions import deactivate, end_posting, post_person
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.inventory.actions import change_stage
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.web.versions import Stale
from tests.governance.access.made import purpose_values
from tests.governance.inventory.made import make_system

TODAY = timezone.localdate()
YEAR = datetime.timedelta(days=365)
DAY = datetime.timedelta(days=1)


def last_action() -> str:
    return Entry.objects.order_by("-pk")[0].action


def fields(refused: Any) -> set[str]:
    return set(refused.value.error_dict)


class TestUpstreams:
    def test_it_works(self, it_staff: Person) -> None:
        row = actions.save_upstream(
            it_staff,
            it_staff.municipality,
            None,
            {
                "name": "Azure",
                "kind": "azure",
                "base_url": "https://mycity.openai.azure.com",
                "api_version": "2024-10-21",
            },
            key="very-secret-key",
            headers={"X-Org": "hidden-value"},
        )
        row.refresh_from_db()
        assert sealing.unseal(settings.SECRET_KEY, row.key) == "very-secret-key"
        assert sealing.unseal(settings.SECRET_KEY, row.headers["X-Org"]) == "hidden-value"
        told = str(list(Entry.objects.values_list("detail", flat=True)))
        assert "very-secret-key" not in told
        assert "hidden-value" not in told
        assert "X-Org" in told
        assert last_action() == "access.upstream_added"

    def test_a_change_leaves_the_key_where_none_is_given(self, it_staff: Person, upstream: Upstream) -> None:
        town = it_staff.municipality
        actions.save_upstream(it_staff, town, upstream, {}, key="secret")
        sealed = upstream.key
        actions.save_upstream(it_staff, town, upstream, {"retries": 3}, upstream.revision)
        assert upstream.key == sealed
        actions.save_upstream(it_staff, town, upstream, {}, key="")
        assert upstream.key == ""

    def test_another_address_is_another_service(self, it_staff: Person, checked: Upstream) -> None:
        town = it_staff.municipality
        actions.save_upstream(it_staff, town, checked, {"retries": 2})
        assert checked.opted_out
        actions.save_upstream(it_staff, town, checked, {"base_url": "https://elsewhere.example.jp/v1"})
        assert not Upstream.objects.get(pk=checked.pk).opted_out

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"base_url": "ftp://10.0.0.5"}, "base_url"),
            ({"base_url": "https://user:password@example.jp/v1"}, "base_url"),
            ({"base_url": "https://example.jp/v1?key=secret"}, "base_url"),
            ({"base_url": "https://[::1/v1"}, "base_url"),
            ({"base_url": ""}, "base_url"),
            ({"name": ""}, "name"),
            ({"name": "庁内のvLLM"}, "name"),
            ({"api_version": "x" * 41}, "api_version"),
            ({"kind": "strange"}, "kind"),
            ({"proxy": "proxy.example.jp:8080"}, "proxy"),
            ({"ca": "no certificate"}, "ca"),
            ({"connect_timeout": 0}, "connect_timeout"),
            ({"retries": 99}, "retries"),
            ({"retries": -1}, "retries"),
            ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
            ({"base_url": "http://localhost:8080/v1"}, "base_url"),  # where the gateway answers
            ({"name": "庁\u202e内"}, "name"),
            ({"total_timeout": float("nan")}, "total_timeout"),
            ({"breaker_seconds": float("inf")}, "breaker_seconds"),
            ({"total_timeout": 1, "first_byte_timeout": 5}, "first_byte_timeout"),
            ({"connect_timeout": 50, "first_byte_timeout": 5}, "connect_timeout"),
        ],
    )
    def test_what_is_refused(
        self, it_staff: Person, upstream: Upstream, changes: dict[str, Any], field: str
    ) -> None:
        data = {"name": "別", "kind": "openai", "base_url": "https://example.jp/v1", **changes}
        with pytest.raises(ValidationError) as refused:
            actions.save_upstream(it_staff, it_staff.municipality, None, data)
        assert field in fields(refused)

    @pytest.mark.parametrize("key", ["line\nbreak", "全角", "with blank"])
    def test_keys_that_no_header_holds(self, it_staff: Person, upstream: Upstream, key: str) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_upstream(it_staff, it_staff.municipality, upstream, {}, key=key)
        assert fields(refused) == {"key"}
        assert key not in str(refused.value)

    @pytest.mark.parametrize("headers", [{"Host": "x"}, {"A b": "x"}, {"A": "x\r\nB: y"}, {"A": ""}])
    def test_headers_that_would_split_a_request(
        self, it_staff: Person, upstream: Upstream, headers: dict[str, str]
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_upstream(it_staff, it_staff.municipality, upstream, {}, headers=headers)
        assert fields(refused) == {"headers"}

    def test_switching_asks_for_a_reason(self, it_staff: Person, upstream: Upstream) -> None:
        with pytest.raises(ValidationError):
            actions.switch_upstream(it_staff, upstream, False)
        actions.switch_upstream(it_staff, upstream, False, why="障害のため")
        assert not Upstream.objects.get(pk=upstream.pk).enabled
        actions.switch_upstream(it_staff, upstream, True)
        assert last_action() == "access.upstream_enabled"

    def test_the_opt_out_names_who_when_and_how(self, it_staff: Person, upstream: Upstream) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.record_opt_out(it_staff, upstream, on=TODAY + DAY, proof="契約書第12条")
        assert fields(refused) == {"on"}
        with pytest.raises(ValidationError) as refused:
            actions.record_opt_out(it_staff, upstream, on=TODAY, proof=" ")
        assert fields(refused) == {"proof"}
        actions.record_opt_out(it_staff, upstream, on=TODAY, proof="契約書第12条")
        upstream.refresh_from_db()
        assert (upstream.opt_out_by, upstream.opt_out_on) == (it_staff, TODAY)
        actions.withdraw_opt_out(it_staff, upstream, why="規約が変わった")
        assert not Upstream.objects.get(pk=upstream.pk).opted_out

    def test_who_may_not(
        self, staff: Person, auditor: Person, executive: Person, outsider: Person, upstream: Upstream
    ) -> None:
        for person in (staff, auditor, executive, outsider):
            with pytest.raises(PermissionDenied):
                actions.save_upstream(person, upstream.municipality, upstream, {"retries": 2})
            with pytest.raises(PermissionDenied):
                actions.save_upstream(person, upstream.municipality, None, {"name": "新しい"})
            with pytest.raises(PermissionDenied):
                actions.record_opt_out(person, upstream, on=TODAY, proof="契約書第12条")

    def test_two_at_once(self, it_staff: Person, upstream: Upstream) -> None:
        seen = upstream.revision
        actions.save_upstream(it_staff, it_staff.municipality, upstream, {"retries": 2}, seen)
        other = Upstream.objects.get(pk=upstream.pk)
        with pytest.raises(Stale):
            actions.save_upstream(it_staff, it_staff.municipality, other, {"retries": 3}, seen)


class TestModels:
    def test_it_works(self, it_staff: Person, model: Model, upstream: Upstream, system: AISystem) -> None:
        assert [str(route) for route in model.routes.all()] == ["assistant → 庁内のvLLM gemma-3-27b"]
        ways = [actions.Way(upstream, "big", 0, 3), actions.Way(upstream, "small", 1)]
        actions.save_model(
            it_staff, it_staff.municipality, model, name="assistant-2", system=system, routes=ways
        )
        assert list(model.routes.values_list("name", "order", "weight")) == [("big", 0, 3), ("small", 1, 1)]
        actions.remove_model(it_staff, model)
        assert not Model.objects.exists()
        assert last_action() == "access.model_removed"

    @pytest.mark.parametrize("name", ["", "日本語", "with blank", "x" * 81, "-x"])
    def test_names_that_no_client_sends(
        self, it_staff: Person, upstream: Upstream, system: AISystem, name: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_model(
                it_staff,
                it_staff.municipality,
                None,
                name=name,
                system=system,
                routes=[actions.Way(upstream, "x")],
            )
        assert fields(refused) == {"name"}

    def test_a_name_twice_and_no_route(
        self, it_staff: Person, model: Model, upstream: Upstream, system: AISystem
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_model(
                it_staff, it_staff.municipality, None, name="assistant", system=system, routes=[]
            )
        assert fields(refused) == {"name", "routes"}

    def test_a_service_of_another_town(self, it_staff: Person, outsider: Person, system: AISystem) -> None:
        theirs = actions.save_upstream(
            outsider, outsider.municipality, None, {"name": "他市", "base_url": "https://example.jp/v1"}
        )
        with pytest.raises(ValidationError) as refused:
            actions.save_model(
                it_staff,
                it_staff.municipality,
                None,
                name="x",
                system=system,
                routes=[actions.Way(theirs, "x")],
            )
        assert fields(refused) == {"routes"}

    def test_an_unchecked_service_does_not_come_behind_personal_grants(
        self, it_staff: Person, staff: Person, system: AISystem, personal: Purpose, upstream: Upstream
    ) -> None:
        town = it_staff.municipality
        actions.create_grant(
            it_staff, town, system=system, purpose=personal, person=staff, expires_on=TODAY + DAY
        )
        with pytest.raises(ValidationError) as refused:
            actions.save_model(
                it_staff, town, None, name="x", system=system, routes=[actions.Way(upstream, "x")]
            )
        assert "庁内のvLLM" in str(refused.value)


class TestPurposes:
    def test_it_works(self, it_staff: Person, purpose: Purpose) -> None:
        actions.save_purpose(
            it_staff,
            it_staff.municipality,
            purpose,
            {"hours": [[0, 510, 1035]], "networks": ["10.0.0.0/8"], "retention": "y5"},
            purpose.revision,
        )
        purpose.refresh_from_db()
        assert (purpose.hours, purpose.networks, purpose.retention) == (
            [[0, 510, 1035]],
            ["10.0.0.0/8"],
            "y5",
        )
        assert purpose.input_handling["groups"]["numbers"] == "block"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"description": ""}, "description"),
            ({"retention": "y2"}, "retention"),
            ({"retention": ""}, "retention"),
            ({"data_classes": []}, "data_classes"),
            ({"data_classes": ["strange"]}, "data_classes"),
            ({"data_classes": ["personal"]}, "legal_basis"),
            ({"data_classes": ["my_number"], "consent_scope": "同意した人"}, "legal_basis"),
            ({"networks": ["10.0.0.0/99"]}, "networks"),
            ({"hours": [[8, 0, 10]]}, "hours"),
            ({"review": "never"}, "review"),
            ({"input_handling": {"groups": {"personal": "allow"}, "types": {}}}, "input_handling"),
            ({"output_handling": {"groups": {"personal": "confirm"}, "types": {}}}, "output_handling"),
        ],
    )
    def test_what_is_refused(
        self, it_staff: Person, owner: Person, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_purpose(it_staff, it_staff.municipality, None, purpose_values(owner, **changes))
        found = refused.value
        assert field in getattr(found, "error_dict", {field: 0}), found

    def test_fewer_classes_bound_the_handling_that_stands(self, it_staff: Person, personal: Purpose) -> None:
        town = it_staff.municipality
        allow = {"groups": {"personal": "allow"}, "types": {}}
        actions.save_purpose(it_staff, town, personal, {"input_handling": allow})
        with pytest.raises(ValidationError) as refused:
            actions.save_purpose(it_staff, town, personal, {"data_classes": ["internal"]})
        assert fields(refused) == {"input_handling"}

    def test_it_does_not_become_one_for_personal_data_on_an_unchecked_service(
        self, it_staff: Person, grant: Grant, model: Model, upstream: Upstream, purpose: Purpose
    ) -> None:
        wider = {"data_classes": ["personal"], "legal_basis": "介護保険法第27条"}
        with pytest.raises(ValidationError) as refused:
            actions.save_purpose(it_staff, it_staff.municipality, purpose, wider)
        assert fields(refused) == {"data_classes"}
        actions.record_opt_out(it_staff, upstream, on=TODAY, proof="契約書第12条")
        purpose.refresh_from_db()
        actions.save_purpose(it_staff, it_staff.municipality, purpose, wider)

    def test_an_owner_of_another_town(self, it_staff: Person, outsider: Person) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_purpose(it_staff, it_staff.municipality, None, purpose_values(outsider))
        assert fields(refused) == {"owner"}

    @pytest.mark.parametrize("value", [["問い"] * 11, ["長" * 201], ["  "], "問い", [5], None])
    def test_questions_are_few_and_short(self, it_staff: Person, purpose: Purpose, value: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_purpose(it_staff, it_staff.municipality, purpose, {"checklist": value})
        assert "checklist" in refused.value.error_dict

    def test_switching(self, it_staff: Person, owner: Person, purpose: Purpose) -> None:
        with pytest.raises(PermissionDenied):
            actions.switch_purpose(owner, purpose, False, why="見直しのため")
        actions.switch_purpose(it_staff, purpose, False, why="見直しのため")
        assert not Purpose.objects.get(pk=purpose.pk).enabled


class TestGrants:
    def test_it_works(self, grant: Grant, staff: Person, care: Department) -> None:
        assert (grant.person, grant.department) == (staff, care)
        assert not grant.keys.exists()
        assert last_action() == "access.grant_made"

    def test_an_application_has_a_key_and_a_keeper(
        self, application: actions.Made, owner: Person, it_department: Department
    ) -> None:
        assert application.key.startswith("kj-")
        assert (application.grant.keeper, application.grant.department) == (owner, it_department)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"person": None}, "application"),
            ({"application": "X"}, "application"),
            ({"person": None, "application": "X"}, "responsible"),
            ({"expires_on": TODAY - DAY}, "expires_on"),
            ({"starts_on": TODAY + 2 * DAY, "expires_on": TODAY + DAY}, "expires_on"),
            ({"expires_on": TODAY + 4 * YEAR}, "expires_on"),
            ({"requests": 0}, "requests"),
            ({"tokens": 10**16}, "tokens"),
        ],
    )
    def test_what_is_refused(
        self,
        it_staff: Person,
        staff: Person,
        system: AISystem,
        purpose: Purpose,
        changes: dict[str, Any],
        field: str,
    ) -> None:
        values: dict[str, Any] = {
            "system": system,
            "purpose": purpose,
            "person": staff,
            "expires_on": TODAY + DAY,
            **changes,
        }
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(it_staff, it_staff.municipality, **values)
        assert fields(refused) == {field}

    def test_an_application_is_looked_at_once_a_year(
        self, it_staff: Person, owner: Person, system: AISystem, purpose: Purpose
    ) -> None:
        values: dict[str, Any] = {
            "system": system,
            "purpose": purpose,
            "application": "X",
            "responsible": owner,
        }
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(
                it_staff, it_staff.municipality, expires_on=TODAY + datetime.timedelta(days=397), **values
            )
        assert fields(refused) == {"expires_on"}
        actions.create_grant(
            it_staff, it_staff.municipality, expires_on=TODAY + datetime.timedelta(days=396), **values
        )

    def test_the_same_twice(
        self, it_staff: Person, grant: Grant, application: actions.Made, owner: Person
    ) -> None:
        values: dict[str, Any] = {
            "system": grant.system,
            "purpose": grant.purpose,
            "expires_on": TODAY + DAY,
        }
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(it_staff, it_staff.municipality, person=grant.person, **values)
        assert fields(refused) == {"person"}
        with pytest.raises(ValidationError):
            actions.create_grant(
                it_staff, it_staff.municipality, application="Open WebUI", responsible=owner, **values
            )
        actions.revoke_grant(it_staff, grant, why="取り違え")
        actions.create_grant(it_staff, it_staff.municipality, person=grant.person, **values)

    def test_personal_data_need_a_checked_service(
        self, it_staff: Person, staff: Person, model: Model, personal: Purpose, upstream: Upstream
    ) -> None:
        values: dict[str, Any] = {
            "system": model.system,
            "purpose": personal,
            "person": staff,
            "expires_on": TODAY + DAY,
        }
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(it_staff, it_staff.municipality, **values)
        assert "庁内のvLLM" in str(refused.value)
        assert "学習" in str(refused.value)
        actions.record_opt_out(it_staff, upstream, on=TODAY, proof="契約書第12条")
        actions.create_grant(it_staff, it_staff.municipality, **values)

    def test_personal_data_need_a_system_that_is_assessed_for_them(
        self, it_staff: Person, staff: Person, personal: Purpose
    ) -> None:
        plain = make_system(it_staff, name="調べもの", stage="pilot", data_kinds=["none"])
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(
                it_staff,
                it_staff.municipality,
                system=plain,
                purpose=personal,
                person=staff,
                expires_on=TODAY + DAY,
            )
        assert "台帳" in str(refused.value)

    @pytest.mark.parametrize("stage", ["idea", "retired"])
    def test_a_system_that_is_not_there_yet_or_any_more(
        self, it_staff: Person, staff: Person, purpose: Purpose, stage: str
    ) -> None:
        other = make_system(it_staff, name="別のAI", stage=stage)
        with pytest.raises(ValidationError) as refused:
            actions.create_grant(
                it_staff,
                it_staff.municipality,
                system=other,
                purpose=purpose,
                person=staff,
                expires_on=TODAY + DAY,
            )
        assert fields(refused) == {"system"}

    def test_things_of_another_town(
        self, it_staff: Person, outsider: Person, system: AISystem, purpose: Purpose, staff: Person
    ) -> None:
        theirs = make_system(outsider, stage="pilot")
        for changes in ({"system": theirs}, {"person": outsider}):
            values: dict[str, Any] = {
                "system": system,
                "purpose": purpose,
                "person": staff,
                "expires_on": TODAY + DAY,
                **changes,
            }
            with pytest.raises(ValidationError):
                actions.create_grant(it_staff, it_staff.municipality, **values)
        with pytest.raises(PermissionDenied):
            actions.create_grant(
                outsider,
                it_staff.municipality,
                system=system,
                purpose=purpose,
                person=staff,
                expires_on=TODAY + DAY,
            )

    def test_changing(self, it_staff: Person, staff: Person, grant: Grant) -> None:
        data = {"expires_on": TODAY + 2 * DAY, "requests": 10}
        with pytest.raises(PermissionDenied):
            actions.change_grant(staff, grant, data)
        actions.change_grant(it_staff, grant, data, grant.revision)
        with pytest.raises(Stale):
            actions.change_grant(it_staff, Grant.objects.get(pk=grant.pk), {"requests": 9}, 0)
        assert Grant.objects.get(pk=grant.pk).requests == 10

    def test_giving_back_ones_own(self, staff: Person, neighbour: Person, grant: Grant) -> None:
        with pytest.raises(PermissionDenied):
            actions.revoke_grant(neighbour, grant, why="いたずら")
        actions.revoke_grant(staff, grant, why="使わなくなった")
        with pytest.raises(ValidationError):
            actions.revoke_grant(staff, grant, why="もう一度")


class TestPeopleWhoMove:
    def test_who_leaves_has_no_grant(self, administrator: Person, staff: Person, grant: Grant) -> None:
        deactivate(administrator, staff, reason="退職")
        grant.refresh_from_db()
        assert grant.revoked_at is not None
        assert grant.revoked_why == "異動・退職のため"

    def test_who_works_elsewhere_is_given_another(
        self, administrator: Person, staff: Person, grant: Grant, tax: Department
    ) -> None:
        post_person(administrator, staff, tax, valid_from=TODAY)
        grant.refresh_from_db()
        assert grant.revoked_at is not None

    def test_a_post_beside_the_main_one_changes_nothing(
        self, administrator: Person, staff: Person, grant: Grant, tax: Department
    ) -> None:
        post_person(administrator, staff, tax, concurrent=True, valid_from=TODAY)
        grant.refresh_from_db()
        assert grant.revoked_at is None

    def test_a_post_that_ends(self, administrator: Person, staff: Person, grant: Grant) -> None:
        end_posting(administrator, staff.postings.get(), TODAY - DAY)
        grant.refresh_from_db()
        assert grant.revoked_at is not None

    def test_a_move_of_tomorrow_is_not_one_of_today(
        self, administrator: Person, staff: Person, grant: Grant, tax: Department
    ) -> None:
        post_person(administrator, staff, tax, valid_from=TODAY + DAY)
        grant.refresh_from_db()
        assert grant.revoked_at is None

    def test_an_application_stays_for_its_successor(
        self, administrator: Person, application: actions.Made, owner: Person, it_staff: Person
    ) -> None:
        deactivate(administrator, owner)
        grant = Grant.objects.get(pk=application.grant.pk)
        assert grant.revoked_at is None
        actions.hand_over_grant(administrator, grant, owner, it_staff)
        assert Grant.objects.get(pk=grant.pk).responsible == it_staff

    def test_a_retired_system_ends_its_grants(
        self, it_staff: Person, grant: Grant, application: actions.Made
    ) -> None:
        change_stage(it_staff, AISystem.objects.get(pk=grant.system_id), "retired", reason="契約の満了")
        assert not Grant.objects.filter(revoked_at=None).exists()


class TestKeys:
    def test_a_rotation_lets_both_work_for_a_while(self, owner: Person, application: actions.Made) -> None:
        new = actions.rotate_key(owner, application.grant, grace_days=3)
        first, second = application.grant.keys.order_by("pk")
        now = timezone.now()
        assert new != application.key
        assert first.works(now + 2 * DAY)
        assert not first.works(now + 4 * DAY)
        assert second.works(now + 400 * DAY)

    def test_a_third_key_ends_the_first(self, owner: Person, application: actions.Made) -> None:
        actions.rotate_key(owner, application.grant, grace_days=7)
        actions.rotate_key(owner, application.grant, grace_days=7)
        works = [key.works() for key in application.grant.keys.order_by("pk")]
        assert works == [False, True, True]

    def test_without_grace_the_old_one_ends(self, owner: Person, application: actions.Made) -> None:
        actions.rotate_key(owner, application.grant)
        assert [key.works() for key in application.grant.keys.order_by("pk")] == [False, True]

    @pytest.mark.parametrize("days", [-1, 8])
    def test_no_other_grace(self, owner: Person, application: actions.Made, days: int) -> None:
        with pytest.raises(ValidationError):
            actions.rotate_key(owner, application.grant, grace_days=days)

    def test_who_may_not(
        self, staff: Person, auditor: Person, outsider: Person, application: actions.Made
    ) -> None:
        for person in (staff, auditor, outsider):
            with pytest.raises(PermissionDenied):
                actions.rotate_key(person, application.grant)
            with pytest.raises(PermissionDenied):
                actions.revoke_key(person, application.grant.keys.get())

    def test_two_at_once_make_one_key(self, owner: Person, application: actions.Made) -> None:
        seen = application.grant.revision
        actions.rotate_key(owner, application.grant, seen_revision=seen)
        with pytest.raises(Stale):
            actions.rotate_key(owner, Grant.objects.get(pk=application.grant.pk), seen_revision=seen)

    def test_a_revoked_grant_has_no_keys(self, it_staff: Person, application: actions.Made) -> None:
        actions.revoke_grant(it_staff, application.grant, why="漏えいのおそれ")
        assert not any(key.works() for key in GrantKey.objects.all())
        with pytest.raises(ValidationError):
            actions.rotate_key(it_staff, application.grant)

    def test_use_is_told_once_and_only_forwards(self, application: actions.Made) -> None:
        key, now = application.grant.keys.get(), timezone.now()
        assert actions.mark_used(str(application.grant.pk), now, key.digest)
        assert not actions.mark_used(application.grant.pk, now - DAY, key.digest)
        key.refresh_from_db()
        assert key.last_used_at == now
        assert Grant.objects.get(pk=application.grant.pk).last_used_at == now


class TestStops:
    def test_it_works(self, it_staff: Person, staff: Person, purpose: Purpose, system: AISystem) -> None:
        targets = (None, system, purpose, staff)
        for target in targets:
            row = actions.stop(it_staff, it_staff.municipality, target=target, why="誤りが続いた")
            with pytest.raises(ValidationError):
                actions.stop(it_staff, it_staff.municipality, target=target, why="もう一度")
            actions.lift_stop(it_staff, row, why="直した")
            with pytest.raises(ValidationError):
                actions.lift_stop(it_staff, row, why="もう一度")
        assert last_action() == "access.stop_lifted"

    def test_an_owner_stops_the_own_system_alone(
        self, owner: Person, system: AISystem, it_staff: Person, purpose: Purpose
    ) -> None:
        row = actions.stop(owner, owner.municipality, target=system, why="誤りが続いた")
        actions.lift_stop(owner, row, why="直した")
        other = make_system(it_staff, name="別のAI", stage="pilot")
        for target in (None, other, purpose):
            with pytest.raises(PermissionDenied):
                actions.stop(owner, owner.municipality, target=target, why="誤りが続いた")

    def test_who_may_not(
        self, staff: Person, auditor: Person, executive: Person, outsider: Person, system: AISystem
    ) -> None:
        for person in (staff, auditor, executive, outsider):
            for target in (None, system):
                with pytest.raises(PermissionDenied):
                    actions.stop(person, system.municipality, target=target, why="いたずら")

    def test_without_a_reason(self, it_staff: Person) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.stop(it_staff, it_staff.municipality, target=None, why="  ")
        assert fields(refused) == {"reason"}


class TestTownRules:
    def test_it_works(self, it_staff: Person) -> None:
        town = it_staff.municipality
        row = actions.save_town_rules(
            it_staff, town, contact="内線 2210", inspection={"forbidden_words": ["禁句"]}
        )
        actions.save_town_rules(it_staff, town, contact="内線 1", inspection={}, seen_revision=row.revision)
        assert actions.rules_of(town).contact == "内線 1"

    @pytest.mark.parametrize(
        "policy", [{"strange": 1}, {"types": ["STRANGE"]}, {"thresholds": {"PERSON": 2}}]
    )
    def test_a_policy_that_the_gateway_could_not_read(self, it_staff: Person, policy: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            actions.save_town_rules(it_staff, it_staff.municipality, contact="", inspection=policy)
        assert fields(refused) == {"inspection"}

    def test_who_may_not(self, owner: Person, outsider: Person) -> None:
        for person in (owner, outsider):
            with pytest.raises(PermissionDenied):
                actions.save_town_rules(person, owner.municipality, contact="", inspection={})


def test_a_command_may(upstream: Upstream) -> None:
    actions.record_opt_out(CONSOLE, upstream, on=TODAY, proof="契約書第12条")
    assert Entry.objects.order_by("-pk")[0].actor_label == CONSOLE.label
