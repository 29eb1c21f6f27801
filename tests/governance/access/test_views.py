"""Pages of access: the ordinary day, bad input, strangers, a stale form, a key that is shown once."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from kijun.gateway.snapshot import Group
from kijun.governance.access import actions, handling, keys
from kijun.governance.access.form_fields import FEW
from kijun.governance.access.models import Grant, GrantKey, Model, Purpose, Stop, Upstream
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.audit.refs import CONSOLE
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from tests.conftest import make_person
from tests.governance.inventory.made import make_system

ClientOf = Callable[[Person], Client]
TODAY = timezone.localdate()
SOON = TODAY + datetime.timedelta(days=100)
KEY = re.compile(r"kj-[A-Za-z0-9_-]{43}")


def url(name: str, *args: Any) -> str:
    return reverse(f"access:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


UPSTREAM = {
    "name": "Azure OpenAI",
    "kind": "azure",
    "base_url": "https://mycity.openai.azure.com",
    "api_version": "2024-10-21",
    "key": "a-secret-key",
    "headers": "X-Org: hidden-value",
    "connect_timeout": "5",
    "first_byte_timeout": "120",
    "idle_timeout": "60",
    "total_timeout": "600",
    "retries": "１",
    "breaker_failures": "5",
    "breaker_seconds": "30",
}


def purpose_form(owner: Person, **changes: Any) -> dict[str, Any]:
    """As a browser sends the form."""
    sent: dict[str, Any] = {
        "name": "窓口の案内文",
        "description": "窓口で渡す案内文の下書き。",
        "owner": owner.pk,
        "data_classes": ["public", "internal"],
        "retention": "y3",
        "review": "normal",
        "networks": "10.12.0.0/16",
        "hours": "月-金 8:30-17:15",
    }
    for direction in (handling.INPUT, handling.OUTPUT):
        for group in Group:
            sent[f"{direction}-{group}"] = str(handling.DEFAULTS[direction][group])
    return {**sent, **changes}


def fields_of(page: Any) -> dict[str, Any]:
    """What a browser sends of a page on which nobody types: its form as it stands there."""
    form = page.context["form"]
    found: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if bound.field.widget.__class__.__name__ == "CheckboxInput":
            found |= {bound.html_name: "on"} if value else {}
        elif value is not None:
            found[bound.html_name] = value
    began = re.search(r'name="revision-began" value="([^"]*)"', text(page))
    return {**found, "revision-began": html.unescape(began[1]) if began else ""}


class TestUpstreams:
    def test_it_works(self, client_of: ClientOf, it_staff: Person) -> None:
        client = client_of(it_staff)
        assert client.get(url("add_upstream")).status_code == 200
        response = client.post(url("add_upstream"), UPSTREAM)
        row = Upstream.objects.get()
        assert response.url == url("upstream", row.pk)
        page = text(client.get(response.url))
        assert "X-Org" in page
        for hidden in ("a-secret-key", "hidden-value", row.key):
            assert hidden not in page
        changing = text(client.get(url("change_upstream", row.pk)))
        assert "a-secret-key" not in changing
        assert "登録済みです" in changing

    def test_an_empty_key_leaves_the_old_one(self, client_of: ClientOf, it_staff: Person) -> None:
        client = client_of(it_staff)
        client.post(url("add_upstream"), UPSTREAM)
        row = Upstream.objects.get()
        sent = {**UPSTREAM, "key": "", "headers": "", "revision": row.revision}
        client.post(url("change_upstream", row.pk), sent)
        again = Upstream.objects.get()
        assert (again.key, again.headers) == (row.key, row.headers)
        client.post(url("change_upstream", row.pk), {**sent, "revision": again.revision, "forget_key": "on"})
        assert Upstream.objects.get().key == ""

    def test_what_is_wrong_is_told_and_the_key_is_not_sent_back(
        self, client_of: ClientOf, it_staff: Person
    ) -> None:
        sent = {**UPSTREAM, "base_url": "mycity", "retries": "99", "headers": "no colon"}
        response = client_of(it_staff).post(url("add_upstream"), sent)
        assert response.status_code == 422
        assert {"retries", "headers"} <= set(response.context["form"].errors)
        assert "a-secret-key" not in text(response)

    def test_all_that_is_wrong_is_told_at_once(self, client_of: ClientOf, it_staff: Person) -> None:
        sent = {
            **UPSTREAM,
            "base_url": "http://me:pw@h/v1",
            "key": "鍵",
            "headers": "Host: x",
            "proxy": "proxy:8080",
            "ca": "no certificate",
            "connect_timeout": "0",
            "retries": "six",
        }
        response = client_of(it_staff).post(url("add_upstream"), sent)
        assert response.status_code == 422
        wrong = {"base_url", "key", "headers", "proxy", "ca", "connect_timeout", "retries"}
        assert set(response.context["form"].errors) == wrong
        page = text(response)
        assert "利用者名やパスワードを含める" in page
        assert "「接続を待つ秒数」は、0.1以上の数にしてください。" in page
        assert "「やり直す回数」は、整数で入力してください。" in page

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"total_timeout": "100"}, "first_byte_timeout"),
            ({"connect_timeout": "30", "first_byte_timeout": "20"}, "connect_timeout"),
            ({"base_url": "http://169.254.169.254/latest"}, "base_url"),
            ({"base_url": "http://127.0.0.1:8080/v1"}, "base_url"),
            ({"name": "見え\u200bない"}, "name"),
        ],
    )
    def test_what_makes_no_sense_is_told_beside_its_field(
        self, client_of: ClientOf, it_staff: Person, wrong: dict[str, str], field: str
    ) -> None:
        response = client_of(it_staff).post(url("add_upstream"), {**UPSTREAM, **wrong})
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]
        assert not Upstream.objects.exists()

    def test_the_sample_needs_no_address(self, client_of: ClientOf, it_staff: Person) -> None:
        sent = {**UPSTREAM, "kind": "sample", "base_url": "", "key": "", "headers": ""}
        assert client_of(it_staff).post(url("add_upstream"), sent).status_code == 302

    def test_the_opt_out_and_back(self, client_of: ClientOf, it_staff: Person, upstream: Upstream) -> None:
        client = client_of(it_staff)
        assert "まだ確かめていません" in text(client.get(url("upstream", upstream.pk)))
        sent = {"on": "令和8年4月1日", "proof": "利用規約第8条", "revision": upstream.revision}
        assert client.post(url("opt_out", upstream.pk), sent).status_code == 302
        assert "利用規約第8条" in text(client.get(url("upstream", upstream.pk)))
        sent = {"reason": "規約が変わった", "revision": upstream.revision + 1}
        assert client.post(url("withdraw_opt_out", upstream.pk), sent).status_code == 302
        assert not Upstream.objects.get().opted_out

    def test_switching(self, client_of: ClientOf, it_staff: Person, model: Model, upstream: Upstream) -> None:
        client = client_of(it_staff)
        page = text(client.get(url("switch_upstream", upstream.pk)))
        assert model.name in page
        assert client.post(url("switch_upstream", upstream.pk), {"reason": ""}).status_code == 422
        client.post(url("switch_upstream", upstream.pk), {"reason": "障害"})
        assert not Upstream.objects.get().enabled
        client.post(url("switch_upstream", upstream.pk), {"revision": ""})
        assert Upstream.objects.get().enabled

    def test_a_stale_form(self, client_of: ClientOf, it_staff: Person) -> None:
        client = client_of(it_staff)
        client.post(url("add_upstream"), UPSTREAM)
        row = Upstream.objects.get()
        sent = {**UPSTREAM, "revision": row.revision}
        assert client.post(url("change_upstream", row.pk), {**sent, "name": "先"}).status_code == 302
        late = client.post(url("change_upstream", row.pk), {**sent, "name": "後"})
        assert late.status_code == 422
        assert Upstream.objects.get().name == "先"


class TestModels:
    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, upstream: Upstream, system: AISystem
    ) -> None:
        client = client_of(it_staff)
        assert client.get(url("add_model")).status_code == 200
        sent = {
            "name": "assistant",
            "system": system.pk,
            "upstream-0": upstream.pk,
            "there-0": "gemma",
            "upstream-2": upstream.pk,
            "there-2": "spare",
            "order-2": "7",
            "weight-2": "３",
        }
        response = client.post(url("add_model"), sent)
        row = Model.objects.get()
        assert response.url == url("model", row.pk)
        assert list(row.routes.values_list("name", "order", "weight")) == [("gemma", 0, 1), ("spare", 7, 3)]
        assert "gemma" in text(client.get(url("model", row.pk)))
        assert client.get(url("change_model", row.pk)).status_code == 200
        assert client.post(url("remove_model", row.pk), {"revision": row.revision}).status_code == 302
        assert not Model.objects.exists()

    def test_half_a_row_and_none(
        self, client_of: ClientOf, it_staff: Person, upstream: Upstream, system: AISystem
    ) -> None:
        sent = {"name": "assistant", "system": system.pk, "upstream-0": upstream.pk}
        response = client_of(it_staff).post(url("add_model"), sent)
        assert "there-0" in response.context["form"].errors
        response = client_of(it_staff).post(url("add_model"), {"name": "assistant", "system": system.pk})
        assert response.status_code == 422
        assert "接続先を1つ以上" in text(response)

    @pytest.mark.parametrize("forged", ["99999999", "9" * 300, "x"])
    def test_a_forged_choice(
        self, client_of: ClientOf, it_staff: Person, upstream: Upstream, system: AISystem, forged: str
    ) -> None:
        for name in ("system", "upstream-0"):
            sent = {"name": "a", "system": system.pk, "upstream-0": upstream.pk, "there-0": "x", name: forged}
            response = client_of(it_staff).post(url("add_model"), sent)
            assert response.status_code == 422
            assert name in response.context["form"].errors


class TestPurposes:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, owner: Person) -> None:
        client = client_of(it_staff)
        assert client.get(url("add_purpose")).status_code == 200
        sent = purpose_form(owner, **{"input-personal": "block", "input-type-AGE": "mask"})
        response = client.post(url("add_purpose"), sent)
        assert response.status_code == 302, response.context["form"].errors
        row = Purpose.objects.get()
        assert row.input_handling["groups"]["personal"] == "block"
        assert row.input_handling["types"] == {"AGE": "mask"}
        assert row.hours == [[day, 510, 1035] for day in range(5)]
        page = text(client.get(url("purpose", row.pk)))
        assert "個人情報は入力できません" in page
        assert "月-金 8:30-17:15" in page
        shown = text(client.get(url("change_purpose", row.pk)))
        assert "10.12.0.0/16" in shown

    def test_the_matrix_says_which_cell_is_wrong(
        self, client_of: ClientOf, it_staff: Person, owner: Person
    ) -> None:
        sent = purpose_form(
            owner,
            **{"input-personal": "allow", "input-numbers": "confirm", "output-type-MY_NUMBER": "allow"},
        )
        response = client_of(it_staff).post(url("add_purpose"), sent)
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {
            "input-personal",
            "input-numbers",
            "output-type-MY_NUMBER",
        }

    def test_an_action_that_answers_cannot_have(
        self, client_of: ClientOf, it_staff: Person, owner: Person
    ) -> None:
        sent = purpose_form(owner, **{"output-personal": "confirm"})
        response = client_of(it_staff).post(url("add_purpose"), sent)
        assert set(response.context["form"].errors) == {"output-personal"}

    def test_personal_data_ask_for_a_basis(
        self, client_of: ClientOf, it_staff: Person, owner: Person
    ) -> None:
        sent = purpose_form(owner, data_classes=["personal"])
        response = client_of(it_staff).post(url("add_purpose"), sent)
        assert "legal_basis" in response.context["form"].errors

    def test_a_name_twice_and_an_owner_of_another_town(
        self, client_of: ClientOf, it_staff: Person, purpose: Purpose, outsider: Person
    ) -> None:
        owner = purpose.owner
        response = client_of(it_staff).post(url("add_purpose"), purpose_form(owner, name=purpose.name))
        assert "name" in response.context["form"].errors
        response = client_of(it_staff).post(url("add_purpose"), purpose_form(outsider))
        assert "owner" in response.context["form"].errors

    def test_switching(self, client_of: ClientOf, it_staff: Person, grant: Grant) -> None:
        client, purpose = client_of(it_staff), grant.purpose
        assert "1件" in text(client.get(url("switch_purpose", purpose.pk)))
        client.post(url("switch_purpose", purpose.pk), {"reason": "見直し"})
        assert not Purpose.objects.get().enabled
        client.post(url("switch_purpose", purpose.pk), {"revision": ""})
        assert Purpose.objects.get().enabled

    def test_a_stale_tab_does_not_undo_what_another_made_stricter(
        self, client_of: ClientOf, it_staff: Person, it_department: Department, purpose: Purpose
    ) -> None:
        another = make_person(it_staff.municipality, "0099", "情報 次子", it_department, Role.IT_STAFF)
        mine, address = client_of(it_staff), url("change_purpose", purpose.pk)
        tab = fields_of(mine.get(address))
        other = client_of(another)
        assert (
            other.post(address, {**fields_of(other.get(address)), "input-expression": "block"}).status_code
            == 302
        )
        refused = mine.post(address, {**tab, "description": "短く。"})
        assert refused.status_code == 422
        page = text(refused)
        assert "「不適切な表現（入力）」は「止める」に変わりました" in page
        assert f"更新した人：{another}" in page
        assert Purpose.objects.get().description == purpose.description
        assert mine.post(address, fields_of(refused)).status_code == 302
        saved = Purpose.objects.get()
        assert saved.description == "短く。"
        assert saved.input_handling["groups"]["expression"] == "block"

    def test_what_two_tabs_changed_is_put_side_by_side(
        self, client_of: ClientOf, it_staff: Person, purpose: Purpose
    ) -> None:
        client, address = client_of(it_staff), url("change_purpose", purpose.pk)
        tab = fields_of(client.get(address))
        client.post(address, {**tab, "hours": "土日 9:00-12:00"})
        refused = client.post(address, {**tab, "hours": "平日 9:00-12:00"})
        assert "土-日 9:00-12:00" in str(refused.context["form"].errors["hours"])
        assert client.post(address, {**fields_of(refused), "hours": "土日 9:00-12:00"}).status_code == 302
        assert Purpose.objects.get().hours == [[5, 540, 720], [6, 540, 720]]

    def test_who_uses_it_reads_the_card(
        self, client_of: ClientOf, staff: Person, neighbour: Person, grant: Grant
    ) -> None:
        page = client_of(staff).get(url("purpose", grant.purpose_id))
        assert page.status_code == 200
        assert url("change_purpose", grant.purpose_id) not in text(page)
        # to whom it is nothing, it is as if it were not there
        for id in (grant.purpose_id, 99999):
            assert client_of(neighbour).get(url("purpose", id)).status_code == 404


def grant_form(system: AISystem, purpose: Purpose, **changes: Any) -> dict[str, Any]:
    return {
        "who": "person",
        "system": system.pk,
        "purpose": purpose.pk,
        "starts_on": TODAY.isoformat(),
        "expires_on": SOON.isoformat(),
        **changes,
    }


class TestGrants:
    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, staff: Person, system: AISystem, purpose: Purpose
    ) -> None:
        client = client_of(it_staff)
        assert client.get(url("add_grant")).status_code == 200
        sent = grant_form(system, purpose, person=staff.pk, requests="1,000")
        confirm = client.post(url("add_grant"), sent)
        assert confirm.status_code == 200
        assert "この内容で利用権を与えますか" in text(confirm)
        assert not Grant.objects.exists()
        back = client.post(url("add_grant"), {**sent, "step": "back"})
        assert back.status_code == 200
        assert "1,000" in text(back)
        made = client.post(url("add_grant"), {**sent, "step": "confirmed"})
        row = Grant.objects.get()
        assert made.url == url("grant", row.pk)
        assert (row.requests, row.keys.count()) == (1000, 0)

    def test_a_key_is_shown_once_and_kept_nowhere(
        self, client_of: ClientOf, it_staff: Person, owner: Person, model: Model, purpose: Purpose
    ) -> None:
        client = client_of(it_staff)
        sent = grant_form(
            model.system,
            purpose,
            who="application",
            application="Open WebUI",
            responsible=owner.pk,
            step="confirmed",
        )
        page = client.post(url("add_grant"), sent)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        found = set(KEY.findall(text(page)))
        assert len(found) == 1
        (key,) = found
        assert GrantKey.objects.get().digest == keys.digest(key)
        for expected in ("http://127.0.0.1:8080/v1", "assistant", "OPENAI_API_KEY", "curl"):
            assert expected in text(page)
        row = Grant.objects.get()
        for other in (url("grant", row.pk), url("grants"), reverse("audit:trail"), reverse("home")):
            assert key not in text(client.get(other))
        assert key not in str(dict(client.session))
        again = client.post(url("add_grant"), sent)
        assert again.status_code == 422
        assert not KEY.search(text(again))

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"expires_on": "2020-01-01"}, "expires_on"),
            ({"starts_on": (SOON + datetime.timedelta(days=1)).isoformat()}, "expires_on"),
            ({"starts_on": "令和8年4月1日", "expires_on": "令和18年4月1日"}, "expires_on"),
        ],
    )
    def test_what_will_be_refused_is_told_before_it_is_confirmed(
        self,
        client_of: ClientOf,
        it_staff: Person,
        staff: Person,
        system: AISystem,
        purpose: Purpose,
        changes: dict[str, str],
        field: str,
    ) -> None:
        sent = {**grant_form(system, purpose, person=staff.pk), **changes}
        response = client_of(it_staff).post(url("add_grant"), sent)
        assert response.status_code == 422
        assert list(response.context["form"].errors) == [field]

    def test_what_a_grant_waits_for_is_told(
        self, client_of: ClientOf, it_staff: Person, owner: Person, system: AISystem, purpose: Purpose
    ) -> None:
        AISystem.objects.update(stage="plan")
        client = client_of(it_staff)
        sent = grant_form(system, purpose, who="application", application="窓口", responsible=owner.pk)
        confirm = text(client.post(url("add_grant"), sent))
        made = text(client.post(url("add_grant"), {**sent, "step": "confirmed"}))
        later = text(client.get(url("grant", Grant.objects.get().pk)))
        assert KEY.search(made)
        for page in (confirm, made, later):
            assert "「企画」の段階です" in page
            assert "モデルがまだありません" in page
            assert f"{url('add_model')}?system={system.pk}" in page
        assert "数秒で使えるようになります" not in made
        mine = client_of(owner)
        assert "窓口" in text(mine.get(url("mine")))
        assert url("add_model") not in text(mine.get(url("grant", Grant.objects.get().pk)))

    def test_a_grant_that_can_be_used_waits_for_nothing(
        self, client_of: ClientOf, it_staff: Person, model: Model, grant: Grant
    ) -> None:
        page = text(client_of(it_staff).get(url("grant", grant.pk)))
        assert "段階です" not in page
        assert "モデルがまだありません" not in page
        Grant.objects.update(starts_on=SOON)
        assert "から使えます" in text(client_of(it_staff).get(url("grant", grant.pk)))

    def test_what_the_page_before_has_chosen(
        self, client_of: ClientOf, it_staff: Person, model: Model, purpose: Purpose
    ) -> None:
        client = client_of(it_staff)
        page = text(client.get(url("model", model.pk)))
        assert f"{url('add_grant')}?system={model.system_id}" in page
        given = {"system": model.system_id, "purpose": purpose.pk}
        form = client.get(url("add_grant"), given).context["form"]
        assert (str(form["system"].value()), str(form["purpose"].value())) == (
            str(model.system_id),
            str(purpose.pk),
        )
        assert client.get(url("add_grant"), {"system": "9" * 400, "purpose": "<x>"}).status_code == 200

    def test_nothing_to_choose_yet(self, client_of: ClientOf, it_staff: Person) -> None:
        page = text(client_of(it_staff).get(url("add_grant")))
        assert "選べるAIシステムがまだありません" in page
        assert "先に利用目的を登録してください" in page

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"who": "application"}, "application"),
            ({"who": "person"}, "person"),
            ({"expires_on": "いつか"}, "expires_on"),
            ({"requests": "0"}, "requests"),
            ({"purpose": "9" * 300}, "purpose"),
        ],
    )
    def test_what_is_refused(
        self,
        client_of: ClientOf,
        it_staff: Person,
        system: AISystem,
        purpose: Purpose,
        changes: dict[str, Any],
        field: str,
    ) -> None:
        response = client_of(it_staff).post(url("add_grant"), {**grant_form(system, purpose), **changes})
        assert response.status_code == 422
        assert field in response.context["form"].errors

    def test_what_the_action_refuses_is_told(
        self,
        client_of: ClientOf,
        it_staff: Person,
        staff: Person,
        model: Model,
        personal: Purpose,
        purpose: Purpose,
        grant: Grant,
    ) -> None:
        client = client_of(it_staff)
        sent = grant_form(model.system, personal, person=staff.pk, step="confirmed")
        response = client.post(url("add_grant"), sent)
        assert "庁内のvLLM" in text(response)
        twice = grant_form(grant.system, grant.purpose, person=staff.pk, step="confirmed")
        assert "person" in client.post(url("add_grant"), twice).context["form"].errors

    def test_changing_and_revoking(
        self, client_of: ClientOf, it_staff: Person, grant: Grant, application: actions.Made
    ) -> None:
        client = client_of(it_staff)
        sent = {
            "starts_on": TODAY.isoformat(),
            "expires_on": SOON.isoformat(),
            "tokens": "5000",
            "revision": grant.revision,
        }
        assert client.get(url("change_grant", grant.pk)).status_code == 200
        assert client.post(url("change_grant", grant.pk), sent).status_code == 302
        assert client.post(url("change_grant", grant.pk), sent).status_code == 422  # stale
        assert client.post(url("revoke_grant", grant.pk), {"reason": ""}).status_code == 422
        assert client.post(url("revoke_grant", grant.pk), {"reason": "異動"}).status_code == 302
        page = text(client.get(url("grant", grant.pk)))
        assert "取消済み" in page
        assert url("change_grant", grant.pk) not in page
        both = {**sent, "responsible": it_staff.pk, "revision": application.grant.revision}
        assert client.post(url("change_grant", application.grant.pk), both).status_code == 302
        assert Grant.objects.get(pk=application.grant.pk).responsible == it_staff

    def test_an_owner_sees_those_of_the_own_system(
        self, client_of: ClientOf, owner: Person, it_staff: Person, grant: Grant, staff: Person
    ) -> None:
        other = make_system(it_staff, name="別のAI", stage="pilot")
        hidden = actions.create_grant(
            it_staff,
            it_staff.municipality,
            system=other,
            purpose=grant.purpose,
            person=staff,
            expires_on=SOON,
        ).grant
        page = text(client_of(owner).get(url("grants")))
        assert url("grant", grant.pk) in page
        assert url("grant", hidden.pk) not in page
        assert client_of(owner).get(url("grant", hidden.pk)).status_code == 404

    def test_a_person_is_typed_in_a_larger_town(
        self,
        client_of: ClientOf,
        it_staff: Person,
        care: Department,
        system: AISystem,
        purpose: Purpose,
    ) -> None:
        client = client_of(it_staff)
        assert 'name="person-typed"' not in text(client.get(url("add_grant")))
        people = [
            make_person(
                it_staff.municipality, f"{7000 + n}", "山田 花子", care, Role.STAFF, kana="ヤマダ ハナコ"
            )
            for n in range(FEW)
        ]
        page = text(client.get(url("add_grant")))
        assert 'name="person-typed"' in page
        assert f"山田 花子（7003） {care.name} ヤマダ ハナコ" in page
        sent = grant_form(system, purpose)
        wrong = client.post(url("add_grant"), {**sent, "person-typed": "山田 花子"})
        assert f"当てはまる職員が{FEW}人います" in text(wrong)
        assert care.name in text(wrong)
        unknown = client.post(url("add_grant"), {**sent, "person-typed": "9999"})
        assert unknown.status_code == 422
        for typed in ("7003", f"山田 花子（7003） {care.name} ヤマダ ハナコ"):
            confirm = client.post(url("add_grant"), {**sent, "person-typed": typed})
            assert confirm.status_code == 200
            assert str(people[3]) in text(confirm)
        client.post(url("add_grant"), {**sent, "person-typed": "7003", "step": "confirmed"})
        assert Grant.objects.get().person == people[3]

    def test_the_filters(
        self, client_of: ClientOf, it_staff: Person, grant: Grant, application: actions.Made
    ) -> None:
        client = client_of(it_staff)
        Grant.objects.filter(pk=grant.pk).update(last_used_at=timezone.now() - datetime.timedelta(days=99))
        page = text(client.get(url("grants"), {"state": "unused"}))
        assert url("grant", grant.pk) in page
        assert url("grant", application.grant.pk) not in page
        for state in ("active", "never_used", "no_keeper", "expiring", "ended", "nonsense"):
            assert client.get(url("grants"), {"state": state, "q": "介護"}).status_code == 200

    def test_the_number_of_queries_does_not_grow(
        self,
        client_of: ClientOf,
        it_staff: Person,
        owner: Person,
        application: actions.Made,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client = client_of(it_staff)
        client.get(url("grants"))
        with django_assert_max_num_queries(40) as first:
            client.get(url("grants"))
        for number in range(8):
            actions.create_grant(
                it_staff,
                it_staff.municipality,
                system=application.grant.system,
                purpose=application.grant.purpose,
                application=f"A{number}",
                responsible=owner,
                expires_on=SOON,
            )
        with django_assert_max_num_queries(len(first)):
            client.get(url("grants"))


class TestKeys:
    def test_the_keeper_replaces_it(
        self, client_of: ClientOf, owner: Person, application: actions.Made
    ) -> None:
        client, grant = client_of(owner), application.grant
        assert client.get(url("rotate_key", grant.pk)).status_code == 200
        sent = {"grace_days": "3", "revision": grant.revision}
        page = client.post(url("rotate_key", grant.pk), sent)
        (key,) = set(KEY.findall(text(page)))
        assert key != application.key
        assert "取替え中" in text(client.get(url("grant", grant.pk)))
        reloaded = client.post(url("rotate_key", grant.pk), sent)
        assert reloaded.status_code == 422  # a page that is sent twice makes no second key
        assert GrantKey.objects.count() == 2

    def test_a_person_makes_a_first_key(self, client_of: ClientOf, staff: Person, grant: Grant) -> None:
        page = client_of(staff).post(url("rotate_key", grant.pk), {"grace_days": "0", "revision": "0"})
        assert KEY.search(text(page))

    def test_one_key_is_taken(self, client_of: ClientOf, owner: Person, application: actions.Made) -> None:
        client, grant, key = client_of(owner), application.grant, application.grant.keys.get()
        assert key.prefix in text(client.get(url("revoke_key", grant.pk, key.pk)))
        assert client.post(url("revoke_key", grant.pk, key.pk), {"revision": ""}).status_code == 302
        assert not GrantKey.objects.get().works()

    def test_a_forged_key_of_another_grant(
        self, client_of: ClientOf, staff: Person, grant: Grant, application: actions.Made
    ) -> None:
        key = application.grant.keys.get()
        client = client_of(staff)
        for forged in (key.pk, 99999, 2**70):
            assert client.post(url("revoke_key", grant.pk, forged), {}).status_code == 404
        assert client.post(url("revoke_key", application.grant.pk, key.pk), {}).status_code == 404
        assert GrantKey.objects.get().works()


class TestMine:
    def test_it_works(
        self, client_of: ClientOf, staff: Person, owner: Person, grant: Grant, application: actions.Made
    ) -> None:
        page = text(client_of(staff).get(url("mine")))
        assert "文書の下書き・要約" in page
        assert "個人情報は入力しないでください" in page
        assert "Open WebUI" not in page
        assert "Open WebUI" in text(client_of(owner).get(url("mine")))

    def test_nothing_given(self, client_of: ClientOf, neighbour: Person) -> None:
        assert "与えられた利用権はありません" in text(client_of(neighbour).get(url("mine")))

    def test_what_is_stopped_says_why(
        self, client_of: ClientOf, it_staff: Person, staff: Person, grant: Grant
    ) -> None:
        actions.stop(it_staff, it_staff.municipality, target=grant.system, why="誤りが続いた")
        assert "誤りが続いた" in text(client_of(staff).get(url("mine")))
        actions.stop(it_staff, it_staff.municipality, target=None, why="点検のため")
        page = text(client_of(staff).get(url("mine")))
        assert "すべてのAIを止めています" in page
        assert "点検のため" in page


class TestStops:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, auditor: Person, system: AISystem) -> None:
        client = client_of(it_staff)
        assert "止めているAIはありません" in text(client.get(url("stops")))
        assert client.get(url("add_stop"), {"scope": "system", "system": system.pk}).status_code == 200
        assert client.post(url("add_stop"), {"scope": "system", "reason": "x"}).status_code == 422
        sent = {"scope": "system", "system": system.pk, "reason": "誤りが続いた"}
        assert client.post(url("add_stop"), sent).status_code == 302
        assert client.post(url("add_stop"), sent).status_code == 422
        row = Stop.objects.get()
        for person in (it_staff, auditor):
            assert "1件を止めています" in text(client_of(person).get(url("stops")))
        assert url("lift_stop", row.pk) not in text(client_of(auditor).get(url("stops")))
        client.post(url("add_stop"), {"scope": "everything", "reason": "全体の点検", "step": "confirmed"})
        assert "すべてのAIを止めています" in text(client.get(url("stops")))
        assert client.get(url("lift_stop", row.pk)).status_code == 200
        assert client.post(url("lift_stop", row.pk), {"reason": "直した"}).status_code == 302
        assert Stop.objects.get(pk=row.pk).lifted_at is not None

    def test_the_reason_in_english(
        self, client_of: ClientOf, it_staff: Person, staff: Person, grant: Grant
    ) -> None:
        actions.stop(it_staff, it_staff.municipality, target=grant.system, why="点検", why_en="Being checked")
        for person, address in (
            (it_staff, url("stops")),
            (staff, url("mine")),
            (staff, url("grant", grant.pk)),
        ):
            assert "Being checked" not in text(client_of(person).get(address))
            english = client_of(person).get(address, headers={"accept-language": "en"})
            assert "Being checked" in text(english)

    def test_who_may_not_stop_is_told_whom_to_tell(
        self, client_of: ClientOf, it_staff: Person, auditor: Person
    ) -> None:
        assert "AIサービス責任者に知らせてください" in text(client_of(auditor).get(url("stops")))
        assert "AIサービス責任者に知らせてください" not in text(client_of(it_staff).get(url("stops")))

    def test_why_it_goes_again(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        row = actions.stop(it_staff, it_staff.municipality, target=system, why="点検")
        actions.lift_stop(it_staff, row, why="設定を直したため")
        assert "設定を直したため" in text(client_of(it_staff).get(url("stops")))

    def test_who_stopped_and_resumed_by_command(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        row = actions.stop(CONSOLE, it_staff.municipality, target=system, why="点検")
        client = client_of(it_staff)
        assert text(client.get(url("stops"))).count("操作卓（コマンド）") == 2  # what is on, and the record
        actions.lift_stop(CONSOLE, row, why="直した")
        page = text(client.get(url("stops")))
        assert "操作卓（コマンド）：直した" in page
        found = load_workbook(BytesIO(client.get(url("stops"), {"format": "xlsx"}).content)).worksheets[0]
        cells = [cell for line in found.iter_rows(values_only=True) for cell in line]
        assert cells.count("操作卓（コマンド）") == 2

    def test_applications_that_go_on_when_their_keeper_is_stopped(
        self,
        client_of: ClientOf,
        it_staff: Person,
        owner: Person,
        staff: Person,
        application: actions.Made,
    ) -> None:
        client, link = client_of(it_staff), url("grant", application.grant.pk)
        form = text(client.get(url("add_stop")))
        assert link in form
        assert "職員を止めても止まらないもの" in form
        response = client.post(
            url("add_stop"), {"scope": "person", "person": owner.pk, "reason": "調査"}, follow=True
        )
        page = text(response)
        assert "止まっていません" in page
        assert "この職員がキーを預かるアプリケーション（1件）は、止まりません。" in page
        assert link in page
        assert link in text(client.get(url("lift_stop", Stop.objects.get().pk)))
        # who keeps none leaves nothing running
        actions.stop(it_staff, it_staff.municipality, target=staff, why="調査")
        assert text(client.get(url("stops"))).count("は、止まりません。") == 1
        # a key that is taken, and a grant that has ended, are told no more
        actions.revoke_grant(it_staff, application.grant, why="調査")
        for address in (url("stops"), url("add_stop")):
            assert link not in text(client.get(address)).split("停止の記録")[0]

    def test_an_owner_of_a_system_is_not_told_of_others_keys(
        self, client_of: ClientOf, owner: Person, application: actions.Made
    ) -> None:
        assert "止まらないもの" not in text(client_of(owner).get(url("add_stop")))

    def test_an_owner_stops_the_own_system(
        self, client_of: ClientOf, owner: Person, it_staff: Person, system: AISystem
    ) -> None:
        client = client_of(owner)
        assert "すべてのAI</label>" not in text(client.get(url("add_stop")))
        for forged in (
            {"scope": "everything", "reason": "x"},
            {"scope": "system", "system": make_system(it_staff, name="別").pk, "reason": "x"},
        ):
            assert client.post(url("add_stop"), forged).status_code == 422
        sent = {"scope": "system", "system": system.pk, "reason": "誤りが続いた"}
        assert client.post(url("add_stop"), sent).status_code == 302
        other = actions.stop(
            it_staff, it_staff.municipality, target=make_system(it_staff, name="他"), why="点検"
        )
        for id in (other.pk, 99999):
            assert client.post(url("lift_stop", id), {"reason": "x"}).status_code == 404
        theirs = actions.stop(it_staff, it_staff.municipality, target=None, why="点検")
        assert client.post(url("lift_stop", theirs.pk), {"reason": "x"}).status_code == 403


class TestRules:
    def test_it_works(self, client_of: ClientOf, it_staff: Person) -> None:
        client = client_of(it_staff)
        sent = {"contact": "内線 2210", "inspection": "forbidden_words:\n  - 禁句\n", "revision": "0"}
        assert client.get(url("change_rules")).status_code == 200
        assert client.post(url("change_rules"), sent).status_code == 302
        page = text(client.get(url("rules")))
        assert "内線 2210" in page
        assert "禁句" in page
        assert "禁句" in text(client.get(url("change_rules")))

    @pytest.mark.parametrize(
        "policy",
        ["a: [", "- a list", "strange: 1", "types: [X]", "a: &x [1]\nb: *x", "rules: 2026-01-01", "\x00"],
    )
    def test_what_is_no_policy(self, client_of: ClientOf, it_staff: Person, policy: str) -> None:
        response = client_of(it_staff).post(url("change_rules"), {"inspection": policy, "revision": "0"})
        assert response.status_code == 422
        assert "inspection" in response.context["form"].errors


READING = ("upstreams", "models", "purposes", "grants", "stops", "rules")
EDITING = ("add_upstream", "add_model", "add_purpose", "add_grant", "change_rules")


class TestWhoMay:
    @pytest.mark.parametrize("name", READING)
    def test_readers(
        self,
        client_of: ClientOf,
        it_staff: Person,
        executive: Person,
        auditor: Person,
        staff: Person,
        name: str,
    ) -> None:
        for person in (it_staff, executive, auditor):
            assert client_of(person).get(url(name)).status_code == 200
        assert client_of(staff).get(url(name)).status_code == 403

    @pytest.mark.parametrize("name", EDITING)
    def test_editors(
        self, client_of: ClientOf, owner: Person, executive: Person, auditor: Person, staff: Person, name: str
    ) -> None:
        for person in (owner, executive, auditor, staff):
            assert client_of(person).get(url(name)).status_code == 403
            assert client_of(person).post(url(name), {}).status_code == 403

    @pytest.mark.parametrize("name", [*READING, *EDITING, "mine", "add_stop"])
    def test_signed_out(self, client: Client, db: None, name: str) -> None:
        response = client.get(url(name))
        assert response.status_code == 302
        assert response.url.startswith(reverse("accounts:sign_in"))

    def test_another_town(
        self,
        client_of: ClientOf,
        outsider: Person,
        model: Model,
        application: actions.Made,
        upstream: Upstream,
        it_staff: Person,
    ) -> None:
        client, grant = client_of(outsider), application.grant
        stop = actions.stop(it_staff, it_staff.municipality, target=None, why="よその点検")
        key = grant.keys.get()
        addresses = [
            *(url(one, upstream.pk) for one in ("upstream", "change_upstream", "switch_upstream", "opt_out")),
            url("withdraw_opt_out", upstream.pk),
            *(url(one, model.pk) for one in ("model", "change_model", "remove_model")),
            *(url(one, grant.purpose_id) for one in ("purpose", "change_purpose", "switch_purpose")),
            *(url(one, grant.pk) for one in ("grant", "change_grant", "revoke_grant", "rotate_key")),
            url("revoke_key", grant.pk, key.pk),
            url("lift_stop", stop.pk),
        ]
        for address in addresses:
            assert client.get(address).status_code == 404, address
            assert client.post(address, {"reason": "x", "revision": "0"}).status_code == 404, address
        for name in READING:
            page = text(client.get(url(name)))
            for theirs in (upstream.name, model.name, "Open WebUI", grant.purpose.name, "よその点検"):
                assert theirs not in page


class TestLanguages:
    def test_what_is_stored_in_japanese_says_so(
        self, client_of: ClientOf, it_staff: Person, grant: Grant
    ) -> None:
        client = client_of(it_staff)
        actions.change_grant(CONSOLE, grant, {"requests": 5})
        assert "操作卓" in text(client.get(url("grant", grant.pk)))
        client.cookies["kijun_language"] = "en"
        page = text(client.get(url("grant", grant.pk)))
        assert '<span lang="ja">介護 三郎' in page
        assert "操作卓" not in page
        assert " console<br>" in page
        assert '<span lang="ja">介護 三郎' in text(client.get(url("grants")))
        card = text(client.get(url("purpose", grant.purpose_id)))
        assert '<span lang="ja">庁内の文書の下書きに使う。</span>' in card
        assert '<span lang="ja"></title>' not in card

    def test_labels_of_the_matrix_in_english(
        self, client_of: ClientOf, it_staff: Person, owner: Person
    ) -> None:
        client = client_of(it_staff)
        client.cookies["kijun_language"] = "en"
        sent = purpose_form(owner, **{"input-numbers": "allow"})
        page = text(client.post(url("add_purpose"), sent))
        assert "・" not in page[page.index("<main") :].split("</main")[0]
        assert "（Input）" not in page

    def test_every_page_in_english(
        self,
        client_of: ClientOf,
        it_staff: Person,
        model: Model,
        application: actions.Made,
        upstream: Upstream,
        system: AISystem,
    ) -> None:
        client, grant = client_of(it_staff), application.grant
        client.cookies["kijun_language"] = "en"
        stop = actions.stop(it_staff, it_staff.municipality, target=system, why="check")
        for address in (
            *(url(name) for name in (*READING, *EDITING, "mine", "add_stop")),
            url("upstream", upstream.pk),
            url("opt_out", upstream.pk),
            url("model", model.pk),
            url("purpose", grant.purpose_id),
            url("grant", grant.pk),
            url("rotate_key", grant.pk),
            url("revoke_grant", grant.pk),
            url("lift_stop", stop.pk),
        ):
            page = text(client.get(address))
            assert '<html lang="en">' in page
            main = re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])
            named = ("庁内のvLLM", "議事録作成支援", "責任 次郎", "デジタル推進課", "文書の下書き・要約")
            for word in (*named, "庁内の文書の下書きに使う。", "情報 太郎", "千代田区", "月-金"):
                main = main.replace(word, "")
            left = re.findall(r"[ぁ-んァ-ヶ一-龠]{2,}", main)
            allowed = {"氏名", "管理", "花子", "介護", "三郎", "責任", "次郎", "情報", "太郎", "令和"}
            assert not set(left) - allowed, f"{address}: {left[:5]}"
