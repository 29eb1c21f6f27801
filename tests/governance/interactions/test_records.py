"""Looking at records: who may, that each look is kept, what is found and how it is shown."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.interactions import ledger, searching
from kijun.governance.interactions.reach import reach_of
from kijun.governance.interactions.searching import Asked
from kijun.governance.interactions.views import records
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department
from kijun.ledger.model import Kind, Query, Unavailable, Verdict, new_id, now_ms
from tests.governance.interactions.made import exchange

ClientOf = Callable[[Person], Client]
WHY = "定期監査（第3四半期）"
NAME = "山田太郎"


def reader(client_of: ClientOf, person: Person) -> Client:
    """A browser in which the reason was given."""
    client = client_of(person)
    answer = client.post("/staff/records/reason/", {"reason": WHY, "next": "/staff/records/"})
    assert answer.status_code == 302, answer.content.decode()
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def once(client: Client, address: str) -> str:
    """What a form hands back."""
    found = re.search(r'name="once" value="([^"]+)"', page(client, address))
    assert found is not None
    return found[1]


def looks(town: str) -> list[Any]:
    with ledger.reading() as book:
        return list(book.search(Query(municipality=town, kinds=(Kind.LOOK,))).records)


@pytest.fixture
def late_outcome(record: Any, staff: Person, system: AISystem) -> Callable[..., Any]:
    """``late_outcome(person=…, department=…, teller=…)``: 介護 三郎's decision, and what somebody else's grant told of it; gives the decision."""

    def put(person: str = "", department: str = "", teller: Person | None = None) -> Any:
        (made,) = exchange(staff, "x", system=system)
        decided = replace(
            made,
            kind=Kind.DECISION,
            verdict=Verdict.MASKED,
            person=person or made.person,
            content={"features": {"備考": "⟦氏名1⟧ 電話 ⟦電話番号1⟧"}, "decision": "訪問"},
            masked={"⟦氏名1⟧": NAME, "⟦電話番号1⟧": "090-1111-2222"},
        )
        became = replace(
            decided,
            id=new_id(),
            kind=Kind.OUTCOME,
            person="" if teller is None else str(teller.pk),
            application="調査" if teller is None else "",
            department=department,
            content={"label": "不要", "source": "調査員 ⟦氏名1⟧"},
            masked={"⟦氏名1⟧": "鈴木一郎"},
        )
        record([decided, became])
        return decided

    return put


class TestTheOrdinaryDay:
    def test_it_works(self, client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff, f"氏名：{NAME}　の介護認定の通知を直して", "直しました。")
        client = client_of(auditor)
        assert client.get("/staff/records/")["Location"].startswith("/staff/records/reason/")
        client = reader(client_of, auditor)
        text = page(client, "/staff/records/")
        assert "介護 三郎" in text
        assert "伏せて通した" in text
        assert NAME not in text
        assert f"/staff/records/one/{id}/" in text
        assert WHY in text

    def test_the_records_number(self, client_of: ClientOf, staff: Person, say: Any) -> None:
        """What the gateway's header, 閲覧の記録, holds and commands call it."""
        id = say(staff)
        text = page(client_of(staff), f"/staff/records/one/{id}/")
        assert f'<dt>記録の番号</dt><dd><code class="whole">{id}</code></dd>' in text
        assert f"記録 {id[:12]}</" in text.split("<h1>")[0].split('class="breadcrumb"')[1]

    def test_one_interaction_with_its_proof(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して", "⟦氏名1⟧様の通知です。")
        text = page(reader(client_of, auditor), f"/staff/records/one/{id}/")
        assert '<span class="placeholder">⟦氏名1⟧</span>' in text
        assert NAME not in text
        assert "kijun ledger prove" in text
        assert "介護 三郎" in text
        assert "900ミリ秒" in text

    def test_findings_of_both_halves_name_their_text(
        self, client_of: ClientOf, auditor: Person, staff: Person, record: Any
    ) -> None:
        asked, answered = exchange(staff, f"氏名：{NAME}　の通知を直して", "直しました。")
        told = {"type": "PERSON", "action": "mask", "where": "messages[1].content", "why": {}}
        said = [{"role": "system", "content": "簡潔に"}, *asked.content["request"]["messages"]]
        content = {**asked.content, "request": {"messages": said}, "findings": [told]}
        found = [{**told, "where": "choices[0].message.content"}, {**told, "where": "tools[0].function.name"}]
        record([
            replace(asked, content=content),
            replace(answered, content={**answered.content, "findings": found}),
        ])  # fmt: skip
        text = page(reader(client_of, auditor), f"/staff/records/one/{asked.interaction}/")
        assert '<span class="cell-hint">文章2</span>' in text
        assert "messages[1].content" not in text
        assert "choices[0]" not in text  # there is only one
        assert "tools[0].function.name" in text  # no text that is shown
        names = re.findall(r'role="region" aria-label="([^"]+)"', text)
        assert {"見つかったもの（入力）", "見つかったもの（出力）"} <= set(names)
        assert len(names) == len(set(names))
        assert "閲覧と保全の履歴（1件）" in text

    def test_which_half_a_verdict_is_of_and_what_was_not_inspected(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any, record: Any
    ) -> None:
        plain = say(staff)
        asked, answered = exchange(staff, "この写真を説明して", "桜です。")
        unread = {**asked.content, "uninspected": [{"where": "messages[0].content[1]", "what": "image"}]}
        record([replace(asked, content=unread, findings=("NOT_INSPECTED",)), answered])
        before, answer = exchange(staff, "前に送った写真", "梅です。")  # recorded when it was no finding yet
        record([replace(before, content={**before.content, "uninspected": unread["uninspected"]}), answer])
        client = reader(client_of, auditor)
        text = page(client, "/staff/records/")
        assert "質問：そのまま通した" in text
        assert "回答：そのまま通した" in text
        assert text.count('<span class="tag tag-neutral">検査できなかったもの') == 2
        found = page(client, "/staff/records/?finding=NOT_INSPECTED")
        assert asked.interaction in found
        assert plain not in found

    def test_an_answer_that_died_says_how_much_of_it_was_seen(
        self, client_of: ClientOf, auditor: Person, staff: Person, record: Any
    ) -> None:
        asked, answered = exchange(staff, "広報の案を考えて", "案の前半です。まだ見せていない所です。")
        error = {"code": "upstream_cut", "ja": "AIサービスの応答が途中で切れました。", "en": "It broke off."}
        more = {"error": error, "delivered": {"characters": 7, "of": 18}}
        died = replace(answered, verdict=Verdict.INCOMPLETE, content={**answered.content, **more})
        record([asked, died])
        text = page(reader(client_of, auditor), f"/staff/records/one/{asked.interaction}/")
        assert "まだ見せていない所です。" in text
        assert "ここまで届いた18文字のうち、利用者に渡したのは7文字です。" in text
        assert "characters" not in text

    def test_each_look_is_kept_in_ledger_and_trail(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        client = reader(client_of, auditor)
        page(client, "/staff/records/?text=広報")
        page(client, f"/staff/records/one/{id}/")
        opened, searched = looks(auditor.municipality.code)
        assert searched.person == str(auditor.pk)
        assert searched.content["why"] == WHY
        assert searched.content["asked"] == {"text": "広報"}
        assert searched.content["whose"] == [str(staff.pk)]
        assert opened.content["look"] == "opened"
        assert opened.content["interaction"] == id
        told = list(Told.objects.filter(action__startswith="interactions.").order_by("pk"))
        assert [one.action for one in told] == ["interactions.searched", "interactions.opened"]
        assert told[0].detail["fields"] == ["text"]
        assert "広報" not in str(told[0].detail)

    def test_ones_own_need_no_reason_and_are_told_nobody(
        self, client_of: ClientOf, staff: Person, neighbour: Person, say: Any
    ) -> None:
        id = say(staff, "自分の質問")
        say(neighbour, "隣の質問")
        client = client_of(staff)
        text = page(client, "/staff/records/mine/")
        assert "自分の質問" in text
        assert "隣の質問" not in text
        assert "自分の質問" in page(client, f"/staff/records/one/{id}/")
        assert looks(staff.municipality.code) == []

    def test_values_are_shown_after_one_more_step(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して", "⟦氏名1⟧様への通知です。")
        client = reader(client_of, auditor)
        address = f"/staff/records/one/{id}/reveal/"
        assert NAME not in page(client, address)
        answer = client.post(address, {"reason": "本人からの開示請求", "once": once(client, address)})
        assert answer.content.decode().count(NAME) == 2  # also where the answer speaks of it
        assert "no-store" in answer["Cache-Control"]
        newest = looks(auditor.municipality.code)[0]
        assert newest.content["look"] == "unmasked"
        assert newest.content["why"] == "本人からの開示請求"
        assert NAME not in page(client, f"/staff/records/one/{id}/")

    def test_a_reload_shows_no_values_again(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id, other = say(staff, f"氏名：{NAME}　の通知"), say(staff, f"氏名：{NAME}　の別の通知")
        client = reader(client_of, auditor)
        address = f"/staff/records/one/{id}/reveal/"
        sent = {"reason": "開示請求7号", "once": once(client, address)}
        # what was given out for one record opens no other, and counts only in this browser
        for where, who in (
            (f"/staff/records/one/{other}/reveal/", client),
            (address, reader(client_of, auditor)),
        ):
            answer = who.post(where, sent)
            assert answer.status_code == 422
            assert NAME not in answer.content.decode()
        sent["once"] = once(client, address)
        assert client.post(address, {**sent, "reason": " "}).status_code == 422
        sent["once"] = once(client, address)
        assert NAME in client.post(address, sent).content.decode()
        before = len(looks(auditor.municipality.code))
        for again in (sent, {"reason": "x"}, {**sent, "once": "x"}):
            answer = client.post(address, again)
            text = answer.content.decode()
            assert answer.status_code == 422
            assert NAME not in text
            assert "もう一度表示するときは、理由を入力してください。" in text
            assert "開示請求7号" not in text
        assert len(looks(auditor.municipality.code)) == before

    def test_all_that_was_sent_can_be_read(
        self, client_of: ClientOf, auditor: Person, staff: Person, record: Any
    ) -> None:
        entries = exchange(staff, "質問", "はい")
        content: Any = entries[0].content
        content["request"]["tools"] = [{"function": {"description": "⟦氏名1⟧を探す<b>"}}]
        content["request"]["zzz"] = {"deep": "奥の言葉"}
        content["findings"] = [{"type": "PERSON", "action": "mask", "where": "tools"}]
        entries[0] = replace(entries[0], masked={"⟦氏名1⟧": NAME})
        record(entries)
        client = reader(client_of, auditor)
        address = f"/staff/records/one/{entries[0].interaction}/"
        text = page(client, address)
        assert "そのほかに送られたもの" in text
        assert "zzz.deep: 奥の言葉" in text
        assert "を探す&lt;b&gt;" in text
        assert "伏せた値を表示する" in text  # though nothing was hidden in what was said
        way = f"{address}reveal/"
        answer = client.post(way, {"reason": "確認", "once": once(client, way)})
        assert NAME in answer.content.decode()
        assert "そのほかに送られたもの" not in page(client_of(staff), "/staff/records/mine/")

    def test_a_decision_keeps_its_model_when_its_outcome_is_known(
        self, client_of: ClientOf, auditor: Person, staff: Person, record: Any
    ) -> None:
        (made,) = exchange(staff, "x")
        decision = replace(
            made, kind=Kind.DECISION, content={"features": {"a": 1}}, model="見守り予測", upstream=""
        )
        record([decision, replace(decision, id="", kind=Kind.OUTCOME, content={"outcome": 1}, model="")])
        text = page(reader(client_of, auditor), f"/staff/records/one/{made.interaction}/")
        assert "見守り予測" in text

    def test_each_entry_has_its_own_placeholders(
        self, client_of: ClientOf, auditor: Person, late_outcome: Any
    ) -> None:
        id = late_outcome().interaction
        client = reader(client_of, auditor)
        address = f"/staff/records/one/{id}/reveal/"
        assert "別々に届いた記録ごと" in page(client, f"/staff/records/one/{id}/")
        text = client.post(
            address, {"reason": "本人からの開示請求", "once": once(client, address)}
        ).content.decode()
        decided, became = text.split("あとで分かった結果", 1)
        assert (decided.count(NAME), decided.count("鈴木一郎")) == (1, 0)
        assert (became.count(NAME), became.count("鈴木一郎")) == (0, 1)

    def test_placeholders_that_cannot_be_mistaken_are_not_explained(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して", "⟦氏名1⟧様への通知です。")
        assert "別々に届いた記録" not in page(reader(client_of, auditor), f"/staff/records/one/{id}/")

    def test_a_number_that_nobody_has_is_told_and_found(
        self, client_of: ClientOf, auditor: Person, staff: Person, late_outcome: Any
    ) -> None:
        made = late_outcome(person=f"?{staff.pk}")
        client = reader(client_of, auditor)
        text = page(client, f"/staff/records/?person={staff.pk}")
        assert made.interaction in text
        assert f"職員番号{staff.pk}（該当する職員なし）" in text
        assert made.interaction not in page(client, f"/staff/records/?person={staff.staff_number}")
        assert client_of(staff).get(f"/staff/records/one/{made.interaction}/").status_code == 404

    def test_looks_are_listed(
        self, client_of: ClientOf, auditor: Person, executive: Person, staff: Person, say: Any
    ) -> None:
        say(staff)
        page(reader(client_of, auditor), "/staff/records/")
        text = page(client_of(executive), "/staff/records/looks/")
        assert "監査 六実" in text
        assert WHY in text
        assert "介護 三郎" in text


class TestFinding:
    @pytest.fixture
    def three(self, say: Any, staff: Person, neighbour: Person) -> list[str]:
        return [
            say(staff, "転入届の書き方を教えて", "窓口で書きます。"),
            say(neighbour, "税金の督促状を直して", "直しました。介護の文言も見ました。"),
            say(neighbour, "個人番号は 1234 5678 9018 です", verdict=Verdict.BLOCKED),
        ]

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("", [2, 1, 0]),
            ("text=税金", [1]),
            ("text=介護", [1]),  # only the answer says it
            ("person=0008", [2, 1]),
            ("person=税務 七海&text=税金", [1]),
            ("verdict=blocked", [2]),
            ("finding=MY_NUMBER", [2]),
            ("model=assistant&source=gateway", [2, 1, 0]),
            ("text=どこにもない", []),
            ("since=令和8年1月1日&until=R99.1.1", [2, 1, 0]),
            ("until=2020/1/1", []),
            ("until=9999-12-31", [2, 1, 0]),
            ("since=1900-01-01&until=9999-12-30", [2, 1, 0]),
            ("since=9999-12-31", []),
        ],
    )
    def test_by_what_is_asked(
        self, client_of: ClientOf, auditor: Person, three: list[str], query: str, places: list[int]
    ) -> None:
        text = page(reader(client_of, auditor), f"/staff/records/?{query}")
        found = sorted((text.find(id), place) for place, id in enumerate(three) if id in text)
        assert [place for _at, place in found] == places
        if not places:
            assert "条件に合う記録はありません" in text

    def test_both_halves_of_an_interaction_stand_in_one_line(
        self, client_of: ClientOf, auditor: Person, three: list[str]
    ) -> None:
        text = page(reader(client_of, auditor), "/staff/records/?text=介護")
        assert text.count(three[1]) == 1
        assert "税金の督促状" in text

    def test_pages_hold_each_interaction_once(self, staff: Person, record: Any) -> None:
        ids = []
        for n in range(30):
            entries = exchange(staff, f"質問{n}", f"回答{n}")
            ids.append(entries[0].interaction)
            record(entries) if n == 29 else ledger.record(entries)
        queries = searching.queries(staff.municipality.code, Asked(), reach_of_everything(staff))
        found: list[str] = []
        before, rounds = None, 0
        while True:
            results = searching.search(queries, before, limit=7)
            found += [one.id for one in results.interactions]
            assert all(len(one.entries) == 2 for one in results.interactions)
            before, rounds = results.before, rounds + 1
            if before is None:
                break
        assert found == ids[::-1]
        assert rounds > 5

    def test_halves_come_together_also_when_hits_lie_far_apart(self, staff: Person, record: Any) -> None:
        """A word once a month among much else: each line has its question, though only the answer holds the word."""
        month, start = 31 * 86_400_000, now_ms() - 400 * 86_400_000
        ids = []
        for n in range(6):
            entries = exchange(staff, f"質問{n}", "督促の文案", at=start + n * month)
            ids.append(entries[0].interaction)
            ledger.record(entries)
            ledger.record(
                [
                    one
                    for m in range(80)
                    for one in exchange(staff, f"別{m}", "別", at=start + n * month + 900_000)
                ]
            )
        queries = searching.queries(staff.municipality.code, Asked(text="督促"), reach_of_everything(staff))
        results = searching.search(queries)
        assert [one.id for one in results.interactions] == ids[::-1]
        assert all(len(one.entries) == 2 for one in results.interactions)

    def test_a_date_that_is_none_is_told(self, client_of: ClientOf, auditor: Person, say: Any) -> None:
        answer = reader(client_of, auditor).get("/staff/records/?since=きのう")
        assert answer.status_code == 422
        assert "読み取れません" in answer.content.decode()
        answer = reader(client_of, auditor).get("/staff/records/?since=2027-01-01&until=2026-01-01")
        assert answer.status_code == 422
        assert "「この日から」以降の日" in answer.content.decode()

    def test_nobody_of_that_name(self, client_of: ClientOf, auditor: Person) -> None:
        answer = reader(client_of, auditor).get("/staff/records/?person=だれでもない")
        assert answer.status_code == 422

    @pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "０"])
    def test_a_forged_place(self, client_of: ClientOf, auditor: Person, say: Any, before: str) -> None:
        say(auditor)
        assert reader(client_of, auditor).get("/staff/records/", {"before": before}).status_code == 200

    def test_many_records_cost_no_more_queries(
        self,
        client_of: ClientOf,
        auditor: Person,
        staff: Person,
        say: Any,
        django_assert_max_num_queries: Any,
    ) -> None:
        for n in range(12):
            say(staff, f"質問{n}")
        client = reader(client_of, auditor)
        page(client, "/staff/records/")
        with django_assert_max_num_queries(45):
            page(client, "/staff/records/")


def reach_of_everything(person: Person) -> Any:

    return replace(reach_of(person), everything=True)


class TestExcel:
    def test_it_works(self, client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して", "直しました。")
        client = reader(client_of, auditor)
        assert "?format=xlsx" in page(client, "/staff/records/")
        [row] = rows_of(client, "/staff/records/")
        assert (row["使った人"], row["結果"]) == ("介護 三郎", "質問：伏せて通した、回答：そのまま通した")
        assert (row["記録の番号"], row["出力のトークン数"]) == (id, 30)
        assert NAME not in str(row)

    def test_it_is_a_look_of_its_own(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        ids = [say(staff, f"質問{n}") for n in range(60)]  # more than a page
        client = reader(client_of, auditor)
        assert len(rows_of(client, "/staff/records/", text="質問")) == 60
        [one] = looks(auditor.municipality.code)
        assert (one.content["look"], one.content["asked"]) == ("exported", {"text": "質問"})
        assert one.content["interactions"] == ids[::-1]
        assert Told.objects.get(action="interactions.exported").detail["count"] == 120

    def test_too_many_are_refused_with_words(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(records, "MOST", 2)
        for n in range(3):
            say(staff, f"質問{n}")
        client = reader(client_of, auditor)
        answer = client.get("/staff/records/", {"format": "xlsx"})
        assert answer.status_code == 422
        assert "Excelには2件までです" in answer.content.decode()
        assert "質問2" in answer.content.decode()
        assert len(rows_of(client, "/staff/records/", text="質問1")) == 1

    def test_ones_own(self, client_of: ClientOf, staff: Person, neighbour: Person, say: Any) -> None:
        id = say(staff)
        say(neighbour)
        assert [row["記録の番号"] for row in rows_of(client_of(staff), "/staff/records/mine/")] == [id]
        assert looks(staff.municipality.code) == []

    def test_a_question_like_a_formula_is_text(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        say(staff, "=1+1")
        answer = reader(client_of, auditor).get("/staff/records/", {"format": "xlsx"})
        cell = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["F2"]
        assert (cell.value, cell.data_type) == ("=1+1", "s")

    def test_what_could_not_be_read_is_said(self, staff: Person, say: Any) -> None:
        from kijun.governance.interactions.lines import workbook
        from kijun.governance.interactions.names import Names

        content = workbook(searching.Results([], unread=2), Names())
        first = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
        assert first.title == "注意"
        assert "2区画が読めませんでした" in str(first["A2"].value)

    def test_strangers_get_none(
        self, client: Client, client_of: ClientOf, staff: Person, outsider: Person, say: Any
    ) -> None:
        say(staff)
        assert client.get("/staff/records/?format=xlsx").status_code == 302
        assert client_of(staff).get("/staff/records/?format=xlsx").status_code == 403
        assert rows_of(reader(client_of, outsider), "/staff/records/") == []


def rows_of(client: Client, address: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(address, {"format": "xlsx", **query})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


class TestWhoMay:
    def test_the_owner_reads_what_was_said_to_the_own_system(
        self, client_of: ClientOf, owner: Person, staff: Person, say: Any, record: Any
    ) -> None:
        here = say(staff, "このシステムへの質問")
        there = exchange(staff, "別のシステムへの質問", "はい")
        record(there)
        client = reader(client_of, owner)
        text = page(client, "/staff/records/")
        assert here in text
        assert there[0].interaction not in text
        assert client.get(f"/staff/records/one/{there[0].interaction}/").status_code == 404

    def test_the_approver_reads_the_own_department(
        self, client_of: ClientOf, approver: Person, staff: Person, neighbour: Person, say: Any
    ) -> None:
        mine, other = say(staff, "課の質問"), say(neighbour, "隣の課の質問")
        client = reader(client_of, approver)
        text = page(client, "/staff/records/")
        assert mine in text
        assert other not in text
        assert client.get(f"/staff/records/one/{other}/").status_code == 404
        # but not what was masked
        assert client.get(f"/staff/records/one/{mine}/reveal/").status_code == 403

    def test_a_decision_stays_its_persons_when_others_tell_what_became_of_it(
        self, client_of: ClientOf, staff: Person, neighbour: Person, late_outcome: Any
    ) -> None:
        made = late_outcome()
        client = client_of(staff)
        address = f"/staff/records/one/{made.interaction}/"
        text = page(client, address)
        assert "features.備考" in text
        assert "あなたには表示しません" in text
        assert "source: 調査員" not in text
        way = f"{address}reveal/"
        shown = client.post(way, {"reason": "入力の確認", "once": once(client, way)}).content.decode()
        assert NAME in shown
        assert "鈴木一郎" not in shown
        assert client_of(neighbour).get(address).status_code == 404

    def test_the_approver_of_one_of_two_departments(
        self,
        client_of: ClientOf,
        approver: Person,
        neighbour: Person,
        owner: Person,
        late_outcome: Any,
        tax: Department,
    ) -> None:
        made = late_outcome(department=str(tax.pk))
        text = page(reader(client_of, approver), f"/staff/records/one/{made.interaction}/")
        assert "features.備考" in text
        assert "source: 調査員" not in text
        # the owner of the system that both were told of reads both
        text = page(reader(client_of, owner), f"/staff/records/one/{made.interaction}/")
        assert "source: 調査員" in text
        assert "あなたには表示しません" not in text

    def test_who_told_what_became_of_it_reads_no_more_than_that(
        self, client_of: ClientOf, neighbour: Person, late_outcome: Any
    ) -> None:
        made = late_outcome(teller=neighbour)
        client = client_of(neighbour)
        text = page(client, f"/staff/records/one/{made.interaction}/")
        assert "source: 調査員" in text
        assert "features.備考" not in text
        assert "介護 三郎" not in text

    def test_an_approver_of_many_departments(
        self,
        client_of: ClientOf,
        owner: Person,
        staff: Person,
        neighbour: Person,
        say: Any,
        record: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(
            searching, "MANY", 0
        )  # one question without bounds, and what it finds is kept within the reach
        here = say(staff, "このシステムへの質問")
        there = exchange(neighbour, "別のシステムへの質問", "はい")
        record(there)
        text = page(reader(client_of, owner), "/staff/records/")
        assert here in text
        assert there[0].interaction not in text
        (look,) = looks(owner.municipality.code)
        assert look.content["whose"] == [str(staff.pk)]

    def test_staff_read_nobody_elses(
        self, client_of: ClientOf, staff: Person, neighbour: Person, say: Any
    ) -> None:
        id = say(neighbour)
        client = client_of(staff)
        assert client.get("/staff/records/").status_code == 403
        assert client.get(f"/staff/records/one/{id}/").status_code == 404
        assert client.post(f"/staff/records/one/{id}/reveal/", {"reason": "x"}).status_code == 404
        for address in ("holds/", "looks/", "reports/", "imports/"):
            assert client.get(f"/staff/records/{address}").status_code == 403

    def test_another_municipality_sees_nothing(
        self, client_of: ClientOf, outsider: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, "他市には見えない質問")
        client = reader(client_of, outsider)
        assert "他市には見えない質問" not in page(client, "/staff/records/")
        for way in ("", "reveal/", "hold/"):
            assert client.get(f"/staff/records/one/{id}/{way}").status_code == 404

    def test_signed_out(self, client: Client, say: Any, staff: Person) -> None:
        id = say(staff)
        for address in ("", "mine/", f"one/{id}/", "holds/"):
            assert "sign-in" in client.get(f"/staff/records/{address}")["Location"]

    @pytest.mark.parametrize("id", ["nothing", "0" * 32, "x" * 300, "%00", "../x"])
    def test_an_id_that_is_none(self, client_of: ClientOf, auditor: Person, say: Any, id: str) -> None:
        say(auditor)
        assert reader(client_of, auditor).get(f"/staff/records/one/{id}/").status_code == 404

    def test_a_reason_leads_nowhere_else(self, client_of: ClientOf, auditor: Person) -> None:
        client = client_of(auditor)
        for where in ("https://evil.example/staff/records/", "//evil.example", "/staff/people/"):
            answer = client.post("/staff/records/reason/", {"reason": WHY, "next": where})
            assert answer["Location"] == "/staff/records/"

    def test_a_reason_is_needed(self, client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff, "理由なしには見えない")
        client = client_of(auditor)
        answer = client.post("/staff/records/reason/", {"reason": "  "})
        assert answer.status_code == 422
        answer = client.get(f"/staff/records/one/{id}/")
        assert answer.status_code == 302
        assert "reason" in answer["Location"]

    def test_the_reason_is_forgotten_after_an_hour(
        self, client_of: ClientOf, auditor: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import time

        client = reader(client_of, auditor)
        later = time.time() + 3700
        monkeypatch.setattr("kijun.governance.interactions.views._shared.time.time", lambda: later)
        assert client.get("/staff/records/").status_code == 302


class TestFailClosed:
    def test_what_cannot_be_recorded_is_not_shown(
        self,
        client_of: ClientOf,
        auditor: Person,
        staff: Person,
        say: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        id = say(staff, "見てはいけない質問")
        client = reader(client_of, auditor)

        def full(_entries: Any) -> Any:
            raise Unavailable("ディスクがいっぱいです。", "The disk is full.")

        monkeypatch.setattr(ledger, "record", full)
        for address in ("/staff/records/", f"/staff/records/one/{id}/"):
            answer = client.get(address)
            assert answer.status_code == 503
            text = answer.content.decode()
            assert "見てはいけない質問" not in text
            assert "ディスクがいっぱいです" in text
        address = f"/staff/records/one/{id}/reveal/"
        answer = client.post(address, {"reason": "x", "once": once(client, address)})
        assert answer.status_code == 503
        assert not Told.objects.filter(action__startswith="interactions.").exists()

    def test_another_process_that_writes_and_does_not_answer(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any, home: Path
    ) -> None:
        import fcntl

        say(staff, "見てはいけない質問")
        client = reader(client_of, auditor)
        with (home / "ledger" / "writer.lock").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            answer = client.get("/staff/records/")
        assert answer.status_code == 503
        assert "見てはいけない質問" not in answer.content.decode()

    def test_a_segment_that_cannot_be_read_is_told(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any, home: Path
    ) -> None:
        from kijun.ledger.sealing import seal

        say(staff, "封入した質問")
        with ledger.reading() as book:
            assert seal(book, force=True).records == 2
        client = reader(client_of, auditor)
        assert "封入した質問" in page(client, "/staff/records/")
        ledger.close()
        for path in (home / "ledger").rglob("*.parquet"):
            path.write_bytes(b"PAR1 broken")
        text = page(client, "/staff/records/")
        assert "読めませんでした" in text
        assert "封入した質問" not in text


class TestWhatIsShown:
    def test_markup_in_what_was_said_is_text(self, client_of: ClientOf, staff: Person, say: Any) -> None:
        id = say(staff, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
        text = page(client_of(staff), f"/staff/records/one/{id}/")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text

    def test_a_deleted_system_shows_its_id(
        self, client_of: ClientOf, auditor: Person, staff: Person, record: Any
    ) -> None:
        entries = exchange(staff, "質問", "回答", application="")
        from dataclasses import replace

        record([replace(one, system="987654") for one in entries])
        assert "987654" in page(reader(client_of, auditor), "/staff/records/")

    def test_in_english(self, client_of: ClientOf, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff, f"氏名：{NAME}")
        client = reader(client_of, auditor)
        client.cookies["kijun_language"] = "en"
        text = page(client, f"/staff/records/one/{id}/")
        assert "Masked and let through" in text
        assert "Records of AI use" in page(client, "/staff/records/")


class TestHolds:
    def test_put_and_released(
        self, client_of: ClientOf, auditor: Person, executive: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        client = reader(client_of, auditor)
        answer = client.post(f"/staff/records/one/{id}/hold/", {"reason": "苦情（受付番号12）の調査"})
        assert answer.status_code == 302
        text = page(client, f"/staff/records/one/{id}/")
        assert "保全中" in text
        assert "苦情（受付番号12）の調査" in text
        assert "保全中" in page(client, "/staff/records/")
        from kijun.ledger.holding import holds_of

        with ledger.reading() as book:
            (hold,) = holds_of(book, auditor.municipality.code)
        other = client_of(executive)
        assert "苦情" in page(other, "/staff/records/holds/")
        answer = other.post(f"/staff/records/holds/{hold.id}/release/", {"reason": "調査が終わった"})
        assert answer.status_code == 302
        again = other.post(f"/staff/records/holds/{hold.id}/release/", {"reason": "もう一度"})
        assert again.status_code == 422
        assert "解除されています" in again.content.decode()
        actions = list(Told.objects.filter(thing_id=id).values_list("action", flat=True))
        assert {"interactions.held", "interactions.released"} <= set(actions)

    def test_one_that_is_there_is_told(
        self, client_of: ClientOf, auditor: Person, executive: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        client, address = reader(client_of, auditor), f"/staff/records/one/{id}/hold/"
        assert "すでに" not in page(client, address)
        client.post(address, {"reason": "苦情の調査"})
        text = page(client, address)
        assert "から、すでに保全しています。" in text
        assert "苦情の調査" in text
        assert "すでに監査 六実が保全しています。" in page(client_of(executive), address)
        assert client.post(address, {"reason": "別の件"}).status_code == 302

    def test_nobody_else(
        self, client_of: ClientOf, owner: Person, outsider: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        assert (
            reader(client_of, owner).post(f"/staff/records/one/{id}/hold/", {"reason": "x"}).status_code
            == 403
        )
        assert (
            reader(client_of, outsider).post(f"/staff/records/one/{id}/hold/", {"reason": "x"}).status_code
            == 404
        )

    def test_a_hold_that_is_none(self, client_of: ClientOf, auditor: Person, say: Any) -> None:
        answer = client_of(auditor).post("/staff/records/holds/nothing/release/", {"reason": "x"})
        assert answer.status_code == 404

    def test_another_municipalitys_hold(
        self, client_of: ClientOf, auditor: Person, outsider: Person, staff: Person, say: Any
    ) -> None:
        from kijun.governance.interactions import actions
        from kijun.ledger.holding import holds_of

        actions.put_hold(auditor, say(staff), "調査")
        with ledger.reading() as book:
            (hold,) = holds_of(book, auditor.municipality.code)
        answer = client_of(outsider).post(f"/staff/records/holds/{hold.id}/release/", {"reason": "x"})
        assert answer.status_code == 404
        with ledger.reading() as book:
            assert holds_of(book, auditor.municipality.code)[0].released_at is None


def test_a_system_of_ones_own_is_not_everything(owner: Person, system: AISystem, staff: Person) -> None:
    reach = reach_of(owner)
    assert reach.systems == {str(system.pk)}
    assert not reach.everything
    assert not reach.nothing
    assert reach_of(staff).nothing
