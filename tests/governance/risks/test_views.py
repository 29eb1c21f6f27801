"""Pages of the risk assessment."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem
from kijun.governance.risks import actions, facts, queries, rule
from kijun.governance.risks.models import RiskAssessment
from tests.governance.inventory.made import make_system
from tests.governance.risks.made import assess, fill

ClientOf = Callable[[Person], Client]
Assess = Callable[..., RiskAssessment]
TODAY = timezone.localdate()


def url(name: str, *args: Any) -> str:
    return reverse(f"risks:{name}", args=args)


def axes(*levels: str) -> dict[str, str]:
    return dict(zip((axis.key for axis in rule.AXES), levels, strict=True))


def panel(system: AISystem) -> str:
    return reverse("inventory:section", args=[system.pk, "risk"])


class TestGuidedForm:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client = client_of(it_staff)
        assert "リスクを評価する" in client.get(panel(system)).content.decode()
        response = client.post(url("start", system.pk), follow=True)
        draft = RiskAssessment.objects.get()
        assert response.redirect_chain[-1][0] == url("part", draft.pk, "use")
        self.send(client, url("part", draft.pk, "use"), {"public_authority": "none"})
        data = {"data_subjects": ["staff"], "data_kinds": ["personal"]}
        self.send(client, url("part", draft.pk, "data"), data)
        where = self.send(client, url("part", draft.pk, "axes"), axes("1", "1", "2", "1"))
        while "ratings" in where:
            page = client.get(where)
            assert page.status_code == 200
            answers = {}
            for risk in page.context["form"].risks:
                answers |= {
                    f"{risk.id}-applies": "yes",
                    f"{risk.id}-harm": "2",
                    f"{risk.id}-likelihood": "2",
                }
            where = self.send(client, where, answers)
        assert where == url("result", draft.pk)
        page = client.get(where)
        assert page.context["missing"] == []
        review = TODAY + datetime.timedelta(days=100)
        where = self.send(client, where, {"residual_note": "残る", "next_review_on": review.isoformat()})
        assert where == url("assessment", draft.pk)
        assert client.get(where).status_code == 200
        assert "評価し直す" in client.get(panel(system)).content.decode()

    def send(self, client: Client, address: str, data: dict[str, Any]) -> str:
        revision = RiskAssessment.objects.get().revision
        response = client.post(address, {**data, "revision": revision})
        assert response.status_code == 302, response.context["form"].errors
        return str(response.url)

    def test_what_is_open_is_asked_for(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client, draft = client_of(it_staff), actions.start(it_staff, system)
        for address, sent in (
            (url("part", draft.pk, "use"), {}),
            (url("part", draft.pk, "use"), {"public_authority": "supports"}),
            (url("part", draft.pk, "data"), {"data_kinds": ["none", "personal"], "data_subjects": "staff"}),
            (url("part", draft.pk, "axes"), {"users": "1"}),
            (url("ratings", draft.pk, "6"), {"R6.1.1-applies": "yes", "R6.1.1-harm": "9"}),
            (url("ratings", draft.pk, "6"), {"R6.1.1-applies": "no"}),
        ):
            assert client.post(address, {**sent, "revision": 0}).status_code == 422, address

    def test_nobody_s_information_is_no_personal_information(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        draft = actions.start(it_staff, system)
        sent = {"data_subjects": ["none"], "data_kinds": ["personal"]}
        page = client_of(it_staff).post(url("part", draft.pk, "data"), sent)
        assert page.status_code == 422
        assert "だれの情報かを選んでください" in page.content.decode()

    def test_axes_start_where_the_inventory_decides_and_may_not_contradict_it(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        AISystem.objects.filter(pk=system.pk).update(resident_facing=True)
        draft, client = actions.start(it_staff, system), client_of(it_staff)
        form = client.get(url("part", draft.pk, "axes")).context["form"]
        assert form.initial["users"] == 3
        assert form.initial["information"] == 2
        page = client.post(url("part", draft.pk, "axes"), {**axes("1", "1", "1", "1"), "revision": 0})
        assert page.status_code == 422
        assert set(page.context["form"].errors) == {"users", "information", "judgement"}
        sent = {**axes("3", "1", "2", "2"), "revision": 0}
        assert client.post(url("part", draft.pk, "axes"), sent).status_code == 302

    def test_the_figures_are_explained_and_a_risk_applies_until_it_is_set_aside(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        page = client_of(it_staff).get(url("ratings", actions.start(it_staff, system).pk, "6"))
        assert rule.HARM_MEANS[3].ja in page.content.decode()
        assert page.context["form"]["R6.1.1-applies"].value() == "yes"
        assert page.context["form"]["R6.1.1-harm"].value() is None

    def test_other_data_than_the_inventory_s_are_pointed_out(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        draft = fill(it_staff, actions.start(it_staff, system), kinds=["personal", "sensitive"])
        words = "台帳の「扱う情報」と違います"
        for address in (url("part", draft.pk, "data"), url("result", draft.pk)):
            assert words in client_of(it_staff).get(address).content.decode()
        actions.save_part(it_staff, draft, "data", {"data_kinds": list(system.data_kinds)})
        assert words not in client_of(it_staff).get(url("result", draft.pk)).content.decode()

    def test_all_that_is_wrong_with_the_result_is_told_at_once(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        draft = fill(it_staff, actions.start(it_staff, system), authority="supports")
        sent = {"overruled_tier": "critical", "next_review_on": "2099/1/1", "revision": draft.revision}
        page = client_of(it_staff).post(url("result", draft.pk), sent)
        assert set(page.context["form"].errors) == {"overrule_reason", "next_review_on", "residual_note"}

    def test_the_summary_names_the_risk(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        page = client_of(it_staff).post(
            url("ratings", actions.start(it_staff, system).pk, "6"), {"revision": 0}
        )
        assert "R6.1.1：害の大きさを選んでください。" in page.content.decode()

    def test_leaving_halfway_keeps_it(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client, draft = client_of(it_staff), actions.start(it_staff, system)
        sent = {"public_authority": "supports", "later": "1", "revision": 0}
        assert client.post(url("part", draft.pk, "use"), sent).url == panel(system)
        assert "評価を続ける" in client.get(panel(system)).content.decode()
        draft.refresh_from_db()
        assert draft.public_authority == "supports"

    def test_a_stale_form(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client, draft = client_of(it_staff), actions.start(it_staff, system)
        sent = {"public_authority": "none", "revision": 0}
        assert client.post(url("part", draft.pk, "use"), sent).status_code == 302
        assert client.post(url("part", draft.pk, "use"), sent).status_code == 422

    def test_unknown_parts(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client, draft = client_of(it_staff), actions.start(it_staff, system)
        assert client.get(url("part", draft.pk, "other")).status_code == 404
        assert client.get(url("ratings", draft.pk, "99")).status_code == 404
        assert client.get(url("assessment", draft.pk)).status_code == 302

    def test_the_result_shows_what_is_missing_and_what_changed(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        draft = fill(it_staff, actions.start(it_staff, system), harm=3, likelihood=3)
        actions.save_part(it_staff, draft, "axes", {"axes": {}})
        page = client_of(it_staff).get(url("result", draft.pk))
        assert len(page.context["missing"]) == 1
        assert len(page.context["changes"]) > 5

    def test_others(
        self,
        client_of: ClientOf,
        staff: Person,
        owner: Person,
        outsider: Person,
        it_staff: Person,
        system: AISystem,
    ) -> None:
        draft = actions.start(it_staff, system)
        assert client_of(owner).get(url("part", draft.pk, "use")).status_code == 200
        assert client_of(staff).get(url("part", draft.pk, "use")).status_code == 403
        assert client_of(outsider).get(url("part", draft.pk, "use")).status_code == 404
        assert client_of(outsider).post(url("start", system.pk)).status_code == 404
        assert Client().get(url("part", draft.pk, "use")).status_code == 302

    def test_the_owner_is_not_offered_a_lower_tier(
        self, client_of: ClientOf, owner: Person, it_staff: Person, system: AISystem
    ) -> None:
        draft = fill(owner, actions.start(owner, system), authority="supports")
        for person, tiers in ((owner, {"", "critical"}), (it_staff, {"", "low", "medium", "critical"})):
            form = client_of(person).get(url("result", draft.pk)).context["form"]
            assert {value for value, _label in form.fields["overruled_tier"].choices} == tiers

    def test_throwing_a_draft_away(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        draft = actions.start(it_staff, system)
        assert client_of(it_staff).post(url("discard", draft.pk)).url == panel(system)
        assert not RiskAssessment.objects.exists()


class TestAssessmentPage:
    def test_it_works(self, client_of: ClientOf, staff: Person, assessed: Assess) -> None:
        page = client_of(staff).get(url("assessment", assessed(authority="supports").pk))
        assert page.status_code == 200
        assert "A2" in page.content.decode()

    def test_others(self, client_of: ClientOf, neighbour: Person, outsider: Person, assessed: Assess) -> None:
        one = assessed()
        assert client_of(neighbour).get(url("assessment", one.pk)).status_code == 403
        assert client_of(outsider).get(url("assessment", one.pk)).status_code == 404

    def test_a_lowered_tier_is_shown_with_its_reason_everywhere(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        reason = "庁内の会議だけに使い、職員が毎回すべて確かめるため。"
        one = assess(
            it_staff,
            system,
            {"overruled_tier": "medium", "overrule_reason": reason},
            authority="supports",
        )
        client = client_of(it_staff)
        for address in (
            url("assessment", one.pk),
            panel(system),
            reverse("inventory:system", args=[system.pk]),
            reverse("inventory:systems"),
            url("overview"),
        ):
            assert reason in client.get(address).content.decode(), address

    def test_acceptance(
        self, client_of: ClientOf, executive: Person, it_staff: Person, assessed: Assess
    ) -> None:
        one = assessed(authority="decides")
        client = client_of(executive)
        assert url("accept", one.pk) in client.get(url("assessment", one.pk)).content.decode()
        assert client_of(it_staff).get(url("accept", one.pk)).status_code == 403
        assert client.get(url("accept", one.pk)).status_code == 200
        sent = {"note": "毎月の点検を条件とする。", "revision": one.revision}
        assert client.post(url("accept", one.pk), sent).status_code == 302
        assert client.get(url("assessment", one.pk)).status_code == 200


class TestTheSystemChanged:
    def test_it_is_told_where_the_tier_is_shown(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        one, client = assessed(), client_of(it_staff)
        words = "台帳の登録内容が変わりました"
        assert words not in client.get(panel(system)).content.decode()
        system.data_kinds, system.training = ["personal", "sensitive"], "unknown"
        system.save()
        overview = client.get(reverse("inventory:system", args=[system.pk])).content.decode()
        assert "登録内容が変わったので、評価し直してください。" in overview
        for address in (panel(system), url("assessment", one.pk)):
            page = client.get(address).content.decode()
            assert words in page
            assert (
                "「個人情報（保有個人情報）」から「個人情報（保有個人情報）、要配慮個人情報」に変更" in page
            )
        listed = client.get(url("overview") + "?state=changed")
        assert "登録内容が変わった" in listed.content.decode()
        assert list(listed.context["shown"].page.object_list) == [system]

    def test_the_next_assessment_tells_what_was_different(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        system.model_name = "2027年版"
        system.save()
        draft = actions.start(it_staff, system)
        changes = client_of(it_staff).get(url("result", draft.pk)).context["changes"]
        assert [(str(one.label), one.before, one.after) for one in changes] == [
            ("モデルと版", "2026年版", "2027年版")
        ]

    def test_an_assessment_without_a_copy_of_the_inventory_differs_in_its_own_answers_only(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        old = assessed()
        without = {key: value for key, value in old.facts.items() if key != "registered"}
        RiskAssessment.objects.filter(pk=old.pk).update(facts=without)
        draft = actions.start(it_staff, system)
        assert client_of(it_staff).get(url("result", draft.pk)).context["changes"] == []

    def test_a_retired_system_is_left_alone(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, assessed: Assess
    ) -> None:
        assessed()
        system.problem, system.stage = "別の目的", "retired"
        system.save()
        assert "評価し直してください" not in client_of(it_staff).get(panel(system)).content.decode()


class TestLists:
    @pytest.mark.parametrize("many", [3, 30])
    def test_the_number_of_queries_is_constant(
        self,
        client_of: ClientOf,
        it_staff: Person,
        django_assert_max_num_queries: Any,
        many: int,
    ) -> None:
        for n in range(many):
            assess(it_staff, make_system(it_staff, name=f"AI {n}"))
        client = client_of(it_staff)
        client.get(url("overview"))
        with django_assert_max_num_queries(26):
            client.get(url("overview"))

    @pytest.mark.parametrize(
        ("query", "found"),
        [("tier=high", 1), ("tier=none", 1), ("state=none", 1), ("state=unaccepted", 1), ("state=due", 0)],
    )
    def test_filters(
        self, client_of: ClientOf, it_staff: Person, assessed: Assess, query: str, found: int
    ) -> None:
        assessed(authority="supports")
        make_system(it_staff, name="未評価のもの")
        client = client_of(it_staff)
        assert client.get(url("overview") + "?" + query).context["shown"].total == found
        assert client.get(url("overview") + "?format=xlsx").status_code == 200

    def test_the_inventory_has_the_tier(
        self, client_of: ClientOf, it_staff: Person, assessed: Assess
    ) -> None:
        assessed(authority="supports")
        address = reverse("inventory:systems")
        assert client_of(it_staff).get(address + "?tier=high&sort=tier").context["shown"].total == 1
        assert client_of(it_staff).get(address + "?tier=low").context["shown"].total == 0


def test_the_rule_is_open_to_everybody_signed_in(client_of: ClientOf, neighbour: Person) -> None:
    page = client_of(neighbour).get(url("rule"))
    assert page.status_code == 200
    for floor in rule.FLOORS:
        assert floor.when.ja in page.content.decode()
    assert Client().get(url("rule")).status_code == 302


def test_principles_without_a_risk_are_left_out(it_staff: Person, system: AISystem) -> None:
    draft = actions.start(it_staff, system)
    assert all(risks for _principle, risks in facts.by_principle(draft))
    assert queries.draft(system) == draft
