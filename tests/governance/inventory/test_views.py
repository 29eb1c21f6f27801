"""Pages of the inventory: the ordinary day, bad input, strangers, a stale form, a constant number of queries."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory import actions, lists, queries, sheets, steps
from kijun.governance.inventory.models import AISystem, Dataset
from kijun.governance.organisation.models import Department
from kijun.web.excel import Sheet, read_table, write_workbook
from tests.governance.inventory.made import make_system

ClientOf = Callable[[Person], Client]
TODAY = timezone.localdate()


def url(name: str, *args: Any) -> str:
    return reverse(f"inventory:{name}", args=args)


def answers(values: dict[str, Any]) -> dict[str, Any]:
    """Cleaned values as a browser sends them."""
    sent: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            sent[name] = "yes" if value else "no"
        elif isinstance(value, list):
            sent[name] = [one.pk if hasattr(one, "pk") else one for one in value]
        else:
            sent[name] = value.pk if hasattr(value, "pk") else value
    return sent


class TestGuidedForm:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, values: dict[str, Any]) -> None:
        client, sent = client_of(it_staff), answers(values)
        assert client.get(url("start")).status_code == 200
        response = client.post(url("start"))
        system = AISystem.objects.get()
        pages = ["basics", "purpose", "people", "service", "data", "residents"]
        assert response.url == url("step", system.pk, "basics")
        for slug in pages:
            page = client.get(url("step", system.pk, slug))
            assert page.status_code == 200
            sent["revision"] = AISystem.objects.get().revision
            response = client.post(url("step", system.pk, slug), sent)
            assert response.status_code == 302, response.context["form"].errors
        assert response.url == url("check", system.pk)
        page = client.get(response.url)
        assert "株式会社ことのは" in page.content.decode()
        sent["revision"] = AISystem.objects.get().revision
        response = client.post(url("check", system.pk), {"revision": sent["revision"]}, follow=True)
        assert response.redirect_chain[-1][0] == url("system", system.pk)
        assert not AISystem.objects.get().is_draft

    def test_required_answers_are_asked_for_and_what_was_typed_stays(
        self, client_of: ClientOf, it_staff: Person
    ) -> None:
        draft = actions.start_system(it_staff, it_staff.municipality)
        page = client_of(it_staff).post(
            url("step", draft.pk, "basics"), {"summary": "途中まで", "revision": 0}
        )
        assert page.status_code == 422
        assert "途中まで" in page.content.decode()
        assert "name" in page.context["form"].errors

    def test_leaving_and_coming_back_goes_on_there(
        self, client_of: ClientOf, it_staff: Person, values: dict[str, Any]
    ) -> None:
        client, draft = client_of(it_staff), actions.start_system(it_staff, it_staff.municipality)
        sent = {**answers(values), "revision": 0}
        client.post(url("step", draft.pk, "basics"), sent)
        response = client.post(
            url("step", draft.pk, "purpose"), {"problem": "半分だけ", "later": "1", "revision": 1}
        )
        assert response.url == url("start")
        assert "議事録作成支援" in client.get(url("start")).content.decode()
        assert client.get(url("resume", draft.pk)).url == url("step", draft.pk, "purpose")
        assert "半分だけ" in client.get(url("step", draft.pk, "purpose")).content.decode()

    def test_the_check_lists_everything_missing(self, client_of: ClientOf, it_staff: Person) -> None:
        draft = actions.start_system(it_staff, it_staff.municipality)
        page = client_of(it_staff).get(url("check", draft.pk)).content.decode()
        assert url("step", draft.pk, "residents") + "#id_human_check" in page
        refused = client_of(it_staff).post(url("check", draft.pk), {"revision": "0"})
        assert refused.status_code == 422

    def test_the_same_name_is_told_and_not_refused(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, values: dict[str, Any]
    ) -> None:
        draft = actions.start_system(it_staff, it_staff.municipality)
        sent = {**answers(values), "name": "議事録作成 支援", "revision": 0}
        page = client_of(it_staff).post(url("step", draft.pk, "basics"), sent, follow=True)
        assert system.code in page.content.decode()

    def test_a_forged_person_or_department_is_refused(
        self,
        client_of: ClientOf,
        it_staff: Person,
        outsider: Person,
        system: AISystem,
        values: dict[str, Any],
    ) -> None:
        theirs = outsider.department
        assert theirs is not None
        for forged in (
            {"owner": outsider.pk},
            {"provider_department": theirs.pk},
            {"user_departments": [theirs.pk]},
        ):
            sent = {**answers(values), **forged, "revision": system.revision}
            page = client_of(it_staff).post(url("step", system.pk, "people"), sent)
            assert page.status_code == 422
        system.refresh_from_db()
        assert system.owner == values["owner"]

    def test_a_stale_form(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, values: dict[str, Any]
    ) -> None:
        client, sent = client_of(it_staff), {**answers(values), "revision": 0}
        assert client.post(url("step", system.pk, "basics"), {**sent, "name": "先"}).status_code == 302
        page = client.post(url("step", system.pk, "basics"), {**sent, "name": "後の人の名称"})
        assert page.status_code == 422
        assert "後の人の名称" in page.content.decode()
        now = AISystem.objects.get(pk=system.pk)
        assert now.name == "先"
        again = {**sent, "name": "後の人の名称", "revision": page.context["form"]["revision"].value()}
        assert client.post(url("step", system.pk, "basics"), again).status_code == 302
        assert AISystem.objects.get(pk=system.pk).name == "後の人の名称"

    def test_a_change_from_the_check_returns_to_the_check(
        self, client_of: ClientOf, it_staff: Person, values: dict[str, Any]
    ) -> None:
        draft, client = actions.start_system(it_staff, it_staff.municipality), client_of(it_staff)
        for step in steps.STEPS:
            actions.save_step(it_staff, draft, step.number, {n: values[n] for n in step.fields}, None)
        page = client.get(url("step", draft.pk, "purpose")).content.decode()
        assert page.index("保存して確認に戻る") < page.index("保存して次へ進む")
        draft.refresh_from_db()
        sent = {**answers(values), "revision": draft.revision, "back_to_check": "1"}
        assert client.post(url("step", draft.pk, "purpose"), sent).url == url("check", draft.pk)

    def test_a_draft_is_shown_to_its_maker_and_it_staff_only(
        self, client_of: ClientOf, it_staff: Person, auditor: Person, executive: Person
    ) -> None:
        draft = actions.start_system(it_staff, it_staff.municipality)
        assert draft in queries.visible_systems(it_staff)
        assert draft not in queries.visible_systems(auditor)
        assert client_of(executive).get(url("system", draft.pk)).status_code == 403

    def test_whoever_answers_for_a_system_may_change_it_without_the_role(
        self, client_of: ClientOf, staff: Person, it_staff: Person, system: AISystem
    ) -> None:
        assert client_of(staff).get(url("step", system.pk, "basics")).status_code == 403
        actions.set_owner(it_staff, system, staff)
        page = client_of(staff).get(url("system", system.pk)).content.decode()
        assert url("step", system.pk, "basics") in page
        assert client_of(staff).get(url("step", system.pk, "basics")).status_code == 200
        assert client_of(staff).get(url("stage", system.pk)).status_code == 200

    def test_unknown_steps_and_others(
        self, client_of: ClientOf, it_staff: Person, owner: Person, outsider: Person, system: AISystem
    ) -> None:
        assert client_of(it_staff).get(url("step", system.pk, "check-up")).status_code == 404
        assert client_of(outsider).get(url("step", system.pk, "basics")).status_code == 404
        assert client_of(owner).get(url("step", system.pk, "basics")).status_code == 200
        assert client_of(owner).get(url("start")).status_code == 403
        assert Client().get(url("start")).status_code == 302


SECTIONS = ["overview", "data", "people", "datasets", "checks", "stages"]


class TestSystemPage:
    @pytest.mark.parametrize("section", SECTIONS)
    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, dataset: Dataset, section: str
    ) -> None:
        page = client_of(it_staff).get(url("section", system.pk, section))
        assert page.status_code == 200
        assert system.name in page.content.decode()

    def test_who_sees_it(
        self,
        client_of: ClientOf,
        staff: Person,
        approver: Person,
        auditor: Person,
        executive: Person,
        administrator: Person,
        neighbour: Person,
        outsider: Person,
        system: AISystem,
    ) -> None:
        for person in (staff, approver, auditor, executive, administrator):
            assert client_of(person).get(url("system", system.pk)).status_code == 200, person
        assert client_of(neighbour).get(url("system", system.pk)).status_code == 403
        assert client_of(outsider).get(url("system", system.pk)).status_code == 404
        assert Client().get(url("system", system.pk)).status_code == 302

    def test_a_part_of_the_tree_above_or_below_counts(
        self, it_staff: Person, staff: Person, welfare: Department, tax: Department
    ) -> None:
        above = make_system(it_staff, name="部", user_departments=[welfare])
        elsewhere = make_system(it_staff, name="税", user_departments=[tax])
        seen = set(queries.visible_systems(staff))
        assert above in seen
        assert elsewhere not in seen

    def test_readers_get_no_buttons(self, client_of: ClientOf, staff: Person, system: AISystem) -> None:
        page = client_of(staff).get(url("system", system.pk)).content.decode()
        assert url("step", system.pk, "basics") not in page
        assert url("stage", system.pk) not in page
        assert client_of(staff).get(url("stage", system.pk)).status_code == 403

    def test_unknown_section(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        assert client_of(it_staff).get(url("section", system.pk, "nothing")).status_code == 404


class TestStagePage:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client = client_of(it_staff)
        page = client.get(url("stage", system.pk) + "?to=idea")
        assert page.status_code == 200
        data = {"to": "idea", "on": TODAY.isoformat(), "reason": "考え直す", "revision": system.revision}
        assert client.post(url("stage", system.pk), data).status_code == 302
        system.refresh_from_db()
        assert system.stage == "idea"
        assert client.get(url("section", system.pk, "stages")).status_code == 200

    def test_closed_gates_are_a_checklist_with_links(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        AISystem.objects.filter(pk=system.pk).update(owner=None, support_contact="")
        page = client_of(it_staff).get(url("stage", system.pk) + "?to=operation").content.decode()
        assert url("step", system.pk, "people") in page
        assert url("verify", system.pk) in page
        assert 'name="reason"' not in page

    def test_choose(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        assert client_of(it_staff).get(url("stage", system.pk) + "?to=choose").status_code == 200

    def test_what_remains_is_shown_before_and_after_retiring(
        self, client_of: ClientOf, it_staff: Person, staff: Person, system: AISystem, dataset: Dataset
    ) -> None:
        client = client_of(it_staff)
        page = client.get(url("stage", system.pk) + "?to=retired").content.decode()
        assert url("dataset", dataset.pk) in page
        actions.change_stage(it_staff, system, "retired", reason="契約の満了")
        assert url("dataset", dataset.pk) in client.get(url("system", system.pk)).content.decode()
        assert "残っています" not in client_of(staff).get(url("system", system.pk)).content.decode()

    def test_retiring_needs_a_reason(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        data = {"to": "retired", "on": TODAY.isoformat(), "reason": "", "revision": system.revision}
        assert client_of(it_staff).post(url("stage", system.pk), data).status_code == 422


class TestChecks:
    def test_verification(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        client = client_of(it_staff)
        assert client.get(url("verify", system.pk)).status_code == 200
        data = {
            "suitable": "yes",
            "suitable_note": "適している",
            "tested": "yes",
            "tested_note": "50問",
            "integrated": "no",
            "integrated_note": "まだ",
            "verified_on": "令和8年4月1日",
        }
        assert client.post(url("verify", system.pk), data).status_code == 302
        assert not system.verifications.get().passed
        later = {**data, "verified_on": (TODAY + datetime.timedelta(days=1)).isoformat()}
        assert client.post(url("verify", system.pk), later).status_code == 422

    def test_pilot(
        self, client_of: ClientOf, it_staff: Person, outsider: Person, system: AISystem, care: Department
    ) -> None:
        client = client_of(it_staff)
        assert client.get(url("pilot", system.pk)).status_code == 200
        data = {
            "started_on": "R8.4.1",
            "ended_on": "R8.6.30",
            "department": care.pk,
            "result": "半分になった",
            "effect_measure": "作成時間",
            "effect_before": "１８０",
            "effect_after": "90.5",
            "effect_unit": "分",
            "go_on": "yes",
        }
        assert client.post(url("pilot", system.pk), {**data, "ended_on": "R8.3.1"}).status_code == 422
        theirs = outsider.department
        assert theirs is not None
        assert client.post(url("pilot", system.pk), {**data, "department": theirs.pk}).status_code == 422
        assert client.post(url("pilot", system.pk), data).status_code == 302
        assert client.get(url("section", system.pk, "checks")).status_code == 200


class TestLists:
    def test_it_works(self, client_of: ClientOf, it_staff: Person, system: AISystem) -> None:
        page = client_of(it_staff).get(url("systems"))
        assert system.name in page.content.decode()

    def test_empty(self, client_of: ClientOf, it_staff: Person) -> None:
        assert url("start") in client_of(it_staff).get(url("systems")).content.decode()

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_number_of_queries_is_constant(
        self,
        client_of: ClientOf,
        it_staff: Person,
        owner: Person,
        care: Department,
        it_department: Department,
        django_assert_max_num_queries: Any,
        many: int,
    ) -> None:
        for n in range(many):
            make_system(
                it_staff,
                name=f"AI {n}",
                owner=owner,
                provider_department=it_department,
                user_departments=[care, it_department],
            )
        client = client_of(it_staff)
        client.get(url("systems"))
        with django_assert_max_num_queries(30):
            client.get(url("systems"))

    @pytest.mark.parametrize(
        "query",
        [
            "stage=plan",
            "stage=active",
            "stage=draft",
            "owner=none",
            "q=議事録　支援",
            "q=ai-001",
            "q=2026年版",
            "sort=-owner",
        ],
    )
    def test_filters(self, client_of: ClientOf, it_staff: Person, system: AISystem, query: str) -> None:
        page = client_of(it_staff).get(url("systems") + "?" + query)
        assert page.status_code == 200
        found = system in list(page.context["shown"].page.object_list)
        assert found is (query not in {"stage=draft", "owner=none"})

    def test_by_department_with_what_is_below(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, welfare: Department, tax: Department
    ) -> None:
        client = client_of(it_staff)
        assert client.get(url("systems") + f"?department={welfare.pk}").context["shown"].total == 1
        assert client.get(url("systems") + f"?department={tax.pk}").context["shown"].total == 0

    def test_people_of_other_departments_see_an_empty_list(
        self, client_of: ClientOf, neighbour: Person, outsider: Person, system: AISystem
    ) -> None:
        for person in (neighbour, outsider):
            assert client_of(person).get(url("systems")).context["shown"].total == 0


def listed(system: AISystem) -> dict[str, Any]:
    """The system's row of the Excel file."""
    return sheets.sheet_row(lists.systems_rows(AISystem.objects.all()).get(pk=system.pk))


class TestExcel:
    def workbook(self, rows: list[dict[str, Any]]) -> SimpleUploadedFile:
        content = write_workbook([Sheet("台帳", sheets.sheet_columns(), rows)])
        return SimpleUploadedFile("台帳.xlsx", content)

    def test_round_trip_without_losing_a_word(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        system.summary = "一行目、読点。\n二行目 “引用” 𠮷野"
        system.functions = ["recognition", "generative"]
        system.data_kinds = ["personal", "my_number", "confidential"]
        system.save()
        content = client_of(it_staff).get(url("systems") + "?format=xlsx").content
        result = read_table(content, "台帳.xlsx", sheets.sheet_columns())
        assert result.ok
        rows = sheets.prepare(result.rows, sheets.known(it_staff.municipality))
        expected = {k: v if v != "" else None for k, v in sheets.plain(system).items()}
        assert {k: v if v != "" else None for k, v in rows[0].values.items()} == expected

    def test_preview_then_import(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, care: Department
    ) -> None:
        row = {**listed(system), "name": "新しい名称", "contract_yen": 500}
        new = {"name": "窓口案内AI", "functions": "生成", "user_departments": care.code}
        client = client_of(it_staff)
        response = client.post(url("import"), {"file": self.workbook([row, new])})
        assert response.status_code == 302
        page = client.get(response.url)
        assert "新しい名称" in page.content.decode()
        assert AISystem.objects.get(pk=system.pk).name == "議事録作成支援"
        assert client.post(response.url).status_code == 302
        assert AISystem.objects.get(pk=system.pk).contract_yen == 500
        draft = AISystem.objects.get(name="窓口案内AI")
        assert draft.is_draft
        assert draft.step == 1
        assert list(draft.user_departments.all()) == [care]

    def test_errors_are_told_by_row_and_change_nothing(
        self, client_of: ClientOf, it_staff: Person, system: AISystem, outsider: Person
    ) -> None:
        row = listed(system)
        rows = [
            {**row, "owner": "9999"},
            {"code": "AI-777", "name": "だれのもの"},
            {"summary": "名称がない"},
            {"name": "長い" * 200},
            {"name": "知らない区分", "functions": "万能"},
            {"name": "知らない部署", "provider_department": "ZZ"},
        ]
        client = client_of(it_staff)
        response = client.post(url("import"), {"file": self.workbook(rows)})
        page = client.get(response.url)
        assert page.context["counts"]["error"] == 6
        refused = client.post(response.url)
        assert refused.status_code == 422
        assert AISystem.objects.count() == 1

    def test_nothing_is_overwritten_when_somebody_was_faster(
        self, client_of: ClientOf, it_staff: Person, system: AISystem
    ) -> None:
        client = client_of(it_staff)
        row = {**listed(system), "name": "取り込む名称"}
        response = client.post(url("import"), {"file": self.workbook([row])})
        AISystem.objects.filter(pk=system.pk).update(name="先の人")
        assert client.post(response.url).status_code == 422
        assert AISystem.objects.get(pk=system.pk).name == "先の人"

    def test_no_excel_file(self, client_of: ClientOf, it_staff: Person) -> None:
        page = client_of(it_staff).post(url("import"), {"file": SimpleUploadedFile("台帳.xlsx", b"no")})
        assert page.status_code == 422

    def test_others_may_not(
        self, client_of: ClientOf, owner: Person, it_staff: Person, outsider: Person, system: AISystem
    ) -> None:
        assert client_of(owner).get(url("import")).status_code == 403
        response = client_of(it_staff).post(url("import"), {"file": self.workbook([listed(system)])})
        assert client_of(outsider).get(response.url).status_code == 404


class TestDatasets:
    def data(self, system: AISystem, owner: Person, care: Department) -> dict[str, Any]:
        return {
            "name": "用語集",
            "systems": [system.pk],
            "use": "reference",
            "data_kinds": ["none"],
            "owner_department": care.pk,
            "owner": owner.pk,
            "review_on": "令和9年4月1日",
        }

    def test_it_works(
        self, client_of: ClientOf, it_staff: Person, owner: Person, care: Department, system: AISystem
    ) -> None:
        client = client_of(it_staff)
        assert client.get(url("add_dataset") + f"?system={system.pk}").status_code == 200
        response = client.post(url("add_dataset"), self.data(system, owner, care))
        assert response.status_code == 302
        row = Dataset.objects.get()
        assert client.get(url("dataset", row.pk)).status_code == 200
        assert client.get(url("change_dataset", row.pk)).status_code == 200
        assert client.get(url("datasets")).context["shown"].total == 1
        assert client.get(url("datasets") + "?format=xlsx").status_code == 200
        done = client.post(url("retire_dataset", row.pk), {"on": TODAY.isoformat(), "revision": 0})
        assert done.status_code == 302
        assert client.get(url("dataset", row.pk)).status_code == 200

    def test_strangers(
        self,
        client_of: ClientOf,
        staff: Person,
        neighbour: Person,
        outsider: Person,
        dataset: Dataset,
    ) -> None:
        assert client_of(staff).get(url("dataset", dataset.pk)).status_code == 200
        assert client_of(staff).get(url("change_dataset", dataset.pk)).status_code == 200
        assert client_of(neighbour).get(url("dataset", dataset.pk)).status_code == 403
        assert client_of(outsider).get(url("dataset", dataset.pk)).status_code == 404
        assert client_of(staff).get(url("add_dataset")).status_code == 403

    def test_forged_ids(
        self, client_of: ClientOf, it_staff: Person, outsider: Person, care: Department, system: AISystem
    ) -> None:
        theirs = make_system(outsider)
        data = self.data(system, it_staff, care)
        for forged in ({"systems": [theirs.pk]}, {"owner": outsider.pk}):
            assert client_of(it_staff).post(url("add_dataset"), {**data, **forged}).status_code == 422

    @pytest.mark.parametrize("many", [3, 30])
    def test_the_number_of_queries_is_constant(
        self,
        client_of: ClientOf,
        it_staff: Person,
        system: AISystem,
        care: Department,
        django_assert_max_num_queries: Any,
        many: int,
    ) -> None:
        for n in range(many):
            row = Dataset.objects.create(
                municipality=it_staff.municipality,
                number=n + 1,
                name=f"資料{n}",
                use="reference",
                owner_department=care,
            )
            row.systems.add(system)
        client = client_of(it_staff)
        client.get(url("datasets"))
        with django_assert_max_num_queries(29):
            client.get(url("datasets"))


def test_english_readers_meet_english_names(
    client_of: ClientOf, it_staff: Person, system: AISystem, care: Department
) -> None:
    Department.objects.filter(pk=care.pk).update(name_en="Long-term Care Division")
    client = client_of(it_staff)
    client.post(reverse("set_language"), {"language": "en", "next": "/staff/"})
    for address in (url("systems"), url("section", system.pk, "people")):
        page = client.get(address).content.decode()
        assert "Minutes assistant" in page
        assert "Long-term Care Division" in page
