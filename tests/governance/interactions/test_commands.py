"""``kijun records …``: what the pages do, in a person's name; whoever may not there may not here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kijun.cli.main import main
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.interactions import jobs, ledger
from kijun.governance.interactions.models import AccessReport, ImportRun, ImportTemplate
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.ledger.model import Kind, Query, Unavailable, new_id, now_ms
from tests.governance.commanding import printed
from tests.governance.interactions.made import exchange
from tests.governance.interactions.test_importing_tables import book
from tests.governance.interactions.test_reports import MONTH, october, report  # noqa: F401  fixtures

Run = Callable[..., Any]
AUDITOR = ("--as", "0007")
WHY = ("--reason", "定期監査（第3四半期）")
NAME = "山田太郎"


@pytest.fixture
def run(capsys: Any) -> Run:
    """``run("search", …)``: what the command prints as JSON."""

    def call(*words: str) -> Any:
        code = main(["records", *words, "--json"])
        found = capsys.readouterr()
        assert code == 0, found.err
        return json.loads(found.out)

    return call


@pytest.fixture
def refused(capsys: Any) -> Callable[..., tuple[int, str]]:
    """The exit code, and what is told on standard error; nothing is printed."""

    def call(*words: str) -> tuple[int, str]:
        code = main(["records", *words])
        found = capsys.readouterr()
        assert found.out == ""
        return code, found.err

    return call


def looks(town: str) -> list[Any]:
    with ledger.reading() as book:
        return list(book.search(Query(municipality=town, kinds=(Kind.LOOK,))).records)


class TestReading:
    def test_it_works(self, run: Run, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff, f"氏名：{NAME}　の介護認定の通知を直して", "直しました。")
        told = run("search", *AUDITOR, *WHY)
        [one] = told["records"]
        assert (one["id"], one["person"], one["system"]) == (id, "0004", "AI-001")
        assert one["verdicts"] == ["masked", "allowed"]
        assert (told["more"], told["unread_segments"]) == (False, 0)
        assert NAME not in str(told)

    def test_an_application_stands_where_a_person_would(
        self, capsys: Any, auditor: Person, staff: Person, record: Any
    ) -> None:
        """As on the page: nobody signed in, and the name of what asked is known."""
        record([replace(one, application="Open WebUI", person="") for one in exchange(staff, "質問")])
        [line] = printed(capsys, "records", "search", *AUDITOR, *WHY).splitlines()
        assert line.split("\t")[2] == "Open WebUI"

    def test_one_record_with_verdicts_and_proof(
        self, run: Run, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して", "⟦氏名1⟧様の通知です。")
        told = run("show", id, *AUDITOR, *WHY)
        question, answer = told["entries"]
        assert (question["kind"], question["verdict"], answer["kind"]) == ("input", "masked", "output")
        assert question["texts"][0]["text"].startswith("氏名：⟦氏名1⟧")
        assert {one["type"] for one in question["findings"]} >= {"PERSON"}
        with ledger.reading() as book:
            proof = book.prove(question["place"])
        assert proof is not None
        assert question["proof"]["leaf"] == proof.leaf
        assert question["proof"]["path"] == list(proof.path)
        assert [one["action"] for one in told["history"]] == ["interactions.opened"]
        assert NAME not in str(told)

    def test_what_else_was_sent_and_findings_with_place_and_reason(
        self, run: Run, capsys: Any, auditor: Person, staff: Person, record: Any
    ) -> None:
        entries = exchange(staff, f"氏名：{NAME}　と氏名：{NAME}　の通知", "はい")
        content: Any = entries[0].content
        content["request"]["metadata"] = {"note": "奥の言葉"}
        record(entries)
        told = run("show", entries[0].interaction, *AUDITOR, *WHY)
        assert told["entries"][0]["others"] == [{"where": "metadata", "text": "metadata.note: 奥の言葉"}]
        assert main(["records", "show", entries[0].interaction, *AUDITOR, *WHY]) == 0
        text = capsys.readouterr().out
        assert "そのほかに送られたもの / also sent\n    metadata.note: 奥の言葉" in text
        [line] = [one for one in text.splitlines() if one.startswith("  PERSON: mask")]
        why = content["findings"][0]["why"]
        assert line == f"  PERSON: mask × 2\tmessages[0].content\t{why['ja']} / {why['en']}"

    def test_the_last_day_there_is(self, run: Run, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff)
        [one] = run("search", *AUDITOR, *WHY, "--until", "9999-12-31")["records"]
        assert one["id"] == id

    def test_what_another_told_of_a_decision_is_named_and_not_shown(
        self, run: Run, staff: Person, record: Any
    ) -> None:
        (made,) = exchange(staff, "x")
        made = replace(made, kind=Kind.DECISION, content={"decision": "⟦氏名1⟧"}, masked={"⟦氏名1⟧": "甲"})
        became = replace(made, id=new_id(), kind=Kind.OUTCOME, person="", masked={"⟦氏名1⟧": "乙"})
        record([made, became])
        told = run("show", made.interaction, "--as", staff.staff_number, "--unmask", *WHY)
        assert [one["values"] for one in told["entries"]] == [{"⟦氏名1⟧": "甲"}]
        assert told["hidden"] == ["outcome"]

    def test_a_decision_keeps_its_model_and_is_found_by_its_person(
        self, run: Run, refused: Any, auditor: Person, staff: Person, record: Any
    ) -> None:
        (made,) = exchange(staff, "x")
        same = replace(made, content={"features": {"a": 1}}, person="?99990")
        decision = replace(same, kind=Kind.DECISION, model="見守り予測")
        record([decision, replace(same, id="", kind=Kind.OUTCOME, model="")])
        [one] = run("search", *AUDITOR, *WHY, "--person", "９９９９０")["records"]
        assert (one["person"], one["model"]) == ("?99990", "見守り予測")
        assert run("show", one["id"], *AUDITOR, *WHY)["model"] == "見守り予測"
        assert run("search", *AUDITOR, *WHY, "--person", "88880")["records"] == []
        # the number by which the ledger knows somebody is a number of nobody's, and words are none
        record(exchange(staff, "質問"))
        assert str(staff.pk) != staff.staff_number
        assert run("search", *AUDITOR, *WHY, "--person", str(staff.pk))["records"] == []
        assert refused("search", *AUDITOR, *WHY, "--person", "だれか")[0] == 2

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("--since", "2027-01-01", "--until", "2026-01-01"), "--until has to be"),
            (("--finding", "NOPE"), "There is no kind NOPE"),
        ],
    )
    def test_what_no_record_can_answer_is_refused(
        self, refused: Any, auditor: Person, staff: Person, say: Any, words: tuple[str, ...], told: str
    ) -> None:
        say(staff)
        code, text = refused("search", *AUDITOR, *WHY, *words)
        assert code == 2
        assert told in text
        assert looks(auditor.municipality.code) == []

    def test_the_look_is_recorded_as_done_at_the_console(
        self, run: Run, auditor: Person, executive: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        run("search", *AUDITOR, *WHY, "--text", "広報", "--person", "0004")
        run("show", id, *AUDITOR, *WHY)
        opened, searched = looks(auditor.municipality.code)
        assert searched.person == opened.person == str(auditor.pk)
        assert searched.content["asked"] == {"text": "広報", "person": str(staff.pk)}
        assert searched.content["whose"] == [str(staff.pk)]
        assert (opened.content["interaction"], opened.content["why"]) == (id, WHY[1])
        assert opened.content["by_command"] is True
        told = Told.objects.filter(action="interactions.opened").get()
        assert told.actor_label == "監査 六実（操作卓 console）"
        assert told.actor_id == str(auditor.pk)
        assert run("looks", "--as", "0006")["looks"][0]["by_command"]

    def test_nothing_is_printed_that_cannot_be_recorded(
        self, refused: Any, auditor: Person, staff: Person, say: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        id = say(staff, "読まれない質問")

        def full(_entries: Any) -> Any:
            raise Unavailable("空きがありません。", "The disk is full.")

        monkeypatch.setattr(ledger, "record", full)
        for words in (("search",), ("show", id), ("show", id, "--unmask")):
            code, told = refused(*words, *AUDITOR, *WHY)
            assert code == 1
            assert told == "空きがありません。\nThe disk is full.\n"

    @pytest.mark.parametrize(
        ("words", "count"),
        [
            (["--text", "税金"], 1),
            (["--person", "0008"], 2),
            (["--system", "AI-001", "--purpose", "文書の下書き・要約"], 3),
            (["--department", "21"], 1),
            (["--finding", "MY_NUMBER"], 1),
            (["--verdict", "blocked"], 0),
            (["--since", "令和8年1月1日", "--until", "R99.1.1"], 3),
            (["--until", "2020-01-01"], 0),
            (["--model", "assistant", "--source", "gateway"], 3),
            (["--application", "x"], 0),
        ],
    )
    def test_by_what_is_asked(
        self,
        run: Run,
        auditor: Person,
        staff: Person,
        neighbour: Person,
        say: Any,
        words: list[str],
        count: int,
    ) -> None:
        say(staff, "転入届の書き方を教えて")
        say(neighbour, "税金の督促状を直して")
        say(neighbour, "個人番号は 1234 5678 9018 です")
        assert len(run("search", *AUDITOR, *WHY, *words)["records"]) == count

    def test_more_than_asked_for(self, run: Run, auditor: Person, staff: Person, say: Any) -> None:
        ids = [say(staff, f"質問{n}") for n in range(5)]
        told = run("search", *AUDITOR, *WHY, "--limit", "2")
        assert [one["id"] for one in told["records"]] == ids[:2:-1]
        assert told["more"]
        assert not run("search", *AUDITOR, *WHY, "--limit", "5")["more"]
        assert looks(auditor.municipality.code)[-1].content["interactions"] == ids[:2:-1]

    def test_ones_own_need_no_reason_and_are_told_nobody(
        self, run: Run, staff: Person, neighbour: Person, say: Any
    ) -> None:
        id = say(staff, "自分の質問")
        say(neighbour, "隣の質問")
        assert [one["id"] for one in run("search", "--mine", "--as", "0004")["records"]] == [id]
        assert run("show", id, "--as", "0004")["own"]
        assert looks(staff.municipality.code) == []

    def test_values_for_those_who_may(
        self, run: Run, refused: Any, auditor: Person, approver: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, f"氏名：{NAME}　の通知を直して")
        told = run("show", id, *AUDITOR, *WHY, "--unmask")
        assert told["entries"][0]["values"] == {"⟦氏名1⟧": NAME}
        assert looks(auditor.municipality.code)[0].content["look"] == "unmasked"
        assert refused("show", id, "--as", "0005", *WHY, "--unmask")[0] == 1
        assert "values" not in run("show", id, "--as", "0005", *WHY)["entries"][0]

    def test_for_people(self, auditor: Person, staff: Person, say: Any, capsys: Any) -> None:
        id = say(staff, "転入届の\n書き方", "窓口で書きます。")
        assert main(["records", "search", *AUDITOR, *WHY]) == 0
        assert id in capsys.readouterr().out
        assert main(["records", "show", id, *AUDITOR, *WHY]) == 0
        told = capsys.readouterr().out
        assert "  assistant: 窓口で書きます。" in told
        assert "証明 / proof:" in told

    @pytest.mark.usefixtures("earlier_night")
    def test_what_was_erased_is_not_there(
        self, run: Run, refused: Any, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff, at=now_ms() - 3 * 366 * 86_400_000)
        assert run("search", *AUDITOR, *WHY)["records"][0]["id"] == id
        assert jobs.keep() == 2
        assert run("search", *AUDITOR, *WHY)["records"] == []
        assert refused("show", id, *AUDITOR, *WHY)[0] == 2


class TestWhoMay:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["search", "--as", "0004", *WHY], 1),
            (["holds", "--as", "0004"], 1),
            (["looks", "--as", "0005"], 1),
            (["report", "list", "--as", "0004"], 1),
            (["template", "list", "--as", "0007"], 1),
            (["imports", "--as", "0007"], 1),
            (["search", *AUDITOR], 2),  # no reason
            (["search", *AUDITOR, "--reason", " "], 2),
            (["search", "--as", "9999", *WHY], 2),
            (["search", *AUDITOR, *WHY, "--system", "AI-999"], 2),
            (["search", *AUDITOR, *WHY, "--department", "xx"], 2),
            (["search", *AUDITOR, *WHY, "--limit", "0"], 2),
            (["show", "0" * 32, *AUDITOR, *WHY], 2),
            (["show", "x" * 300, *AUDITOR, *WHY], 2),
            (["release", "nothing", *AUDITOR, *WHY], 2),
            (["report", "show", "99", *AUDITOR], 2),
            (["report", "show", "9" * 40, *AUDITOR], 2),
            ([], 2),
            (["report"], 2),
        ],
    )
    def test_refusals(
        self,
        refused: Any,
        auditor: Person,
        approver: Person,
        staff: Person,
        say: Any,
        words: list[str],
        code: int,
    ) -> None:
        say(staff)
        found, told = refused(*words)
        assert found == code
        assert told
        assert looks(staff.municipality.code) == []

    def test_a_person_who_left(self, refused: Any, auditor: Person, staff: Person, say: Any) -> None:
        say(staff)
        Person.objects.filter(pk=auditor.pk).update(is_active=False)
        assert refused("search", *AUDITOR, *WHY)[0] == 1

    def test_what_is_out_of_reach_is_not_there(
        self, run: Run, refused: Any, approver: Person, staff: Person, neighbour: Person, say: Any
    ) -> None:
        mine, other = say(staff, "課の質問"), say(neighbour, "隣の課の質問")
        found = run("search", "--as", "0005", *WHY)["records"]
        assert [one["id"] for one in found] == [mine]
        assert refused("show", other, "--as", "0005", *WHY)[0] == 2
        assert refused("show", mine, "--as", "0005")[0] == 2  # no reason
        assert run("show", mine, "--as", "0005", *WHY)["id"] == mine

    def test_another_town(
        self,
        run: Run,
        refused: Any,
        auditor: Person,
        staff: Person,
        outsider: Person,
        say: Any,
    ) -> None:
        id = say(staff, "この町の質問")
        here = ("--municipality", staff.municipality.code)
        there = ("--as", "0002", "--municipality", outsider.municipality.code)
        hold = run("hold", id, *AUDITOR, *WHY, *here)["id"]
        assert run("search", *there, *WHY)["records"] == []
        assert run("holds", *there, "--all") == []
        for words in (["show", id], ["hold", id], ["release", hold]):
            assert refused(*words, *there, *WHY)[0] == 2
        # no municipality named: there are two
        assert refused("search", *AUDITOR, *WHY)[0] == 2
        assert run("holds", *AUDITOR, *here)[0]["id"] == hold


class TestHolds:
    def test_put_and_released(self, run: Run, refused: Any, auditor: Person, staff: Person, say: Any) -> None:
        id = say(staff)
        made = run("hold", id, *AUDITOR, *WHY)
        assert (made["record"], made["by"], made["released_at"]) == (id, "0007", None)
        assert run("search", *AUDITOR, *WHY)["records"][0]["held"]
        assert run("show", id, *AUDITOR, *WHY)["holds"][0]["id"] == made["id"]
        assert [one["id"] for one in run("holds", *AUDITOR)] == [made["id"]]
        assert run("hold", id, *AUDITOR, *WHY)["id"] == made["id"]  # for the same reason there is one
        again = run("hold", id, *AUDITOR, "--reason", "別の件")
        assert [one["id"] for one in again["held_already"]] == [made["id"]]
        assert made["held_already"] == []
        run("release", again["id"], *AUDITOR, *WHY)
        released = run("release", made["id"], *AUDITOR, "--reason", "調査が済んだ")
        assert (released["record"], released["released_by"]) == (id, "0007")
        assert run("holds", *AUDITOR) == []
        assert len(run("holds", *AUDITOR, "--all")) == 2
        code, text = refused("release", made["id"], *AUDITOR, *WHY)
        assert code == 1  # it was
        assert len(text.splitlines()) == 2  # in both languages
        labels = Told.objects.filter(action__in=["interactions.held", "interactions.released"])
        assert {one.actor_label for one in labels} == {"監査 六実（操作卓 console）"}

    def test_a_record_that_is_not_there(self, refused: Any, auditor: Person, staff: Person, say: Any) -> None:
        say(staff)
        assert refused("hold", "0" * 32, *AUDITOR, *WHY)[0] == 2
        with pytest.raises(SystemExit):
            main(["records", "hold", "0" * 32, *AUDITOR])


@pytest.mark.usefixtures("report")
class TestReports:
    def test_list_and_show(self, run: Run, auditor: Person, care: Department, staff: Person) -> None:
        found = run("report", "list", *AUDITOR)
        assert {one["department"] for one in found} == {care.code, "30"}
        one = next(row for row in found if row["department"] == care.code)
        assert (one["month"], one["interactions"], one["acknowledged_at"]) == (MONTH, 6, None)
        told = run("report", "show", str(one["id"]), *AUDITOR)
        assert told["people"] == [{"person": "0004", "count": 6}]
        assert told["systems"] == [{"system": "AI-001", "count": 6}]
        assert told["findings"][0] | {"count": 1} == {
            "type": "MY_NUMBER", "count": 1, "masked": 0, "confirmed": 0, "blocked": 1,
        }  # fmt: skip
        assert run("report", "list", *AUDITOR, "--month", "2020-01") == []

    def test_acknowledged_by_the_approver_alone(
        self, run: Run, refused: Any, auditor: Person, approver: Person, care: Department
    ) -> None:
        [one] = run("report", "list", "--as", "0005")
        assert one["department"] == care.code
        id = str(one["id"])
        assert refused("report", "acknowledge", id, *AUDITOR)[0] == 1
        code, told = refused("report", "acknowledge", id, "--as", "0005", "--odd")
        assert code == 1
        assert "comment" in told
        done = run("report", "acknowledge", id, "--as", "0005", "--odd", "--comment", "朝礼で周知した。")
        assert (done["acknowledged_by"], done["odd"], done["comment"]) == ("0005", True, "朝礼で周知した。")
        code, told = refused("report", "acknowledge", id, "--as", "0005")
        assert code == 1  # once
        assert told.splitlines() == [
            "すでに上長 四郎さんが確認しました。",
            "上長 四郎 has already acknowledged this report.",
        ]
        assert [row["department"] for row in run("report", "list", *AUDITOR, "--waiting")] == ["30"]

    def test_remarked_on(self, run: Run, refused: Any, auditor: Person, approver: Person) -> None:
        [one] = run("report", "list", "--as", "0005")
        id = str(one["id"])
        assert refused("report", "remark", id, "--as", "0005", "--comment", "まだ早い")[0] == 1
        run("report", "acknowledge", id, "--as", "0005")
        [told] = run("report", "remark", id, "--as", "0005", "--comment", "夜の3回に心当たりがない")[
            "remarks"
        ]
        assert (told["by"], told["text"]) == ("0005", "夜の3回に心当たりがない")
        assert refused("report", "remark", id, *AUDITOR, "--comment", "監査から")[0] == 1

    def test_another_departments_is_not_there(self, refused: Any, approver: Person, tax: Department) -> None:
        other = AccessReport.objects.get(department=tax)
        for words in ("show", "acknowledge"):
            assert refused("report", words, str(other.pk), "--as", "0005")[0] == 2
        assert AccessReport.objects.get(pk=other.pk).acknowledged_at is None


class TestImports:
    COLUMNS = (
        "--column",
        "at=日時",
        "--column",
        "person=職員",
        "--column",
        "question=質問",
        "--column",
        "answer=回答",
    )
    IT = ("--as", "0002")

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "log.csv"
        path.write_text(
            "日時,職員,質問,回答\n"
            f"2026/06/01 10:00,0004,氏名：{NAME}　の通知を直して,直しました\n"
            "2026/06/01 11:00,0004,広報の案,案です\n"
            "2026/06/01 12:00,9999,だれかの質問,はい\n",
            encoding="utf-8",
        )
        return path

    @pytest.fixture
    def template(self, run: Run, system: AISystem, it_staff: Person, staff: Person) -> dict[str, Any]:
        found: dict[str, Any] = run(
            "template",
            "save",
            "庁内チャット",
            *self.IT,
            "--system",
            "AI-001",
            *self.COLUMNS,
            "--retention",
            "y5",
        )
        return found

    def test_preview_then_run(
        self, run: Run, template: dict[str, Any], file: Path, it_staff: Person, auditor: Person
    ) -> None:
        told = run("import", str(file), "--template", "庁内チャット", *self.IT)
        assert (told["rows"], told["fresh"], told["double"], told["recorded"]) == (3, 2, 0, False)
        assert [one["row"] for one in told["wrong"]] == [4]
        assert told["shown"][0]["person"] == "0004"
        assert told["shown"][0]["findings"] == ["PERSON"]
        assert NAME not in str(told)
        assert ImportRun.objects.count() == 0
        assert run("search", *AUDITOR, *WHY)["records"] == []

        told = run("import", str(file), "--template", "庁内チャット", *self.IT, "--run")
        assert (told["state"], told["done"], told["wrong_rows"]) == ("done", 2, 1)
        assert len(run("search", *AUDITOR, *WHY, "--source", "import")["records"]) == 2
        again = run("import", str(file), "--template", "庁内チャット", *self.IT, "--run")
        assert (again["fresh"], again["double"], again["recorded"]) == (0, 2, False)
        [listed] = run("imports", *self.IT)
        assert (listed["file"], listed["by"]) == ("log.csv", "0002")
        told_by = Told.objects.get(action="interactions.import_confirmed")
        assert told_by.actor_label == "情報 太郎（操作卓 console）"

    def test_a_template_is_changed_and_removed(
        self, run: Run, refused: Any, template: dict[str, Any]
    ) -> None:
        assert template["columns"]["at"] == "日時"
        changed = run(
            "template",
            "save",
            "庁内チャット",
            *self.IT,
            "--column",
            "model=モデル",
            "--column",
            "answer=",
            "--unknown",
            "keep",
        )
        assert changed["id"] == template["id"]
        assert changed["columns"] == {"at": "日時", "person": "職員", "question": "質問", "model": "モデル"}
        assert (changed["unknown"], changed["retention"]) == ("keep", "y5")
        assert run("template", "list", *self.IT) == [changed]
        assert refused("template", "save", "新", *self.IT)[0] == 2  # no system
        assert refused("template", "save", "新", *self.IT, "--system", "AI-001")[0] == 1  # no columns
        assert refused("template", "save", "庁内チャット", *self.IT, "--column", "who")[0] == 2
        twice = ("--column", "question=質問", "--column", "question=内容")
        code, text = refused("template", "save", "庁内チャット", *self.IT, *twice)
        assert code == 2
        assert "The field question is given twice." in text
        code, text = refused("template", "save", "庁内チャット", *self.IT, "--column", "answer=質問")
        assert code == 1
        assert "質問" in text
        code, text = refused("template", "save", "", *self.IT, "--system", "AI-001")
        assert code == 1
        assert text.splitlines()[0].startswith("name: ")
        code, text = refused("template", "save", "庁\u202e内", *self.IT, "--system", "AI-001", *self.COLUMNS)
        assert "U+202E" in text
        run("template", "remove", "庁内チャット", *self.IT)
        assert ImportTemplate.objects.count() == 0

    def test_a_file_that_cannot_be_read(
        self, refused: Any, template: dict[str, Any], tmp_path: Path, file: Path
    ) -> None:
        how = ("--template", "庁内チャット", *self.IT)
        assert refused("import", str(tmp_path / "missing.csv"), *how)[0] == 1
        (tmp_path / "other.csv").write_text("a,b\n1,2\n")
        code, told = refused("import", str(tmp_path / "other.csv"), *how, "--run")
        assert code == 1
        assert "日時" in told
        assert "column" in told.splitlines()[1]  # in English too
        assert refused("import", str(file), "--template", "ない", *self.IT)[0] == 2
        assert ImportRun.objects.count() == 0

    def test_faults_of_rows_in_both_languages(
        self, run: Run, capsys: Any, template: dict[str, Any], tmp_path: Path, staff: Person
    ) -> None:
        log = tmp_path / "log.csv"
        log.write_text(
            "日時,職員,質問,回答\n2026/10/1 9:00,0004,一,はい\n2026/10/1 9:00,0004,一,はい\nきのう,0004,二,\n"
        )
        how = ("import", str(log), "--template", "庁内チャット", *self.IT)
        told = run(*how)
        [wrong] = told["wrong"]
        assert wrong["row"] == 4
        assert "is no date" not in wrong["errors"][0]
        assert "is no date and time" in wrong["errors_en"][0]
        assert told["repeated"] == [{"row": 3, "first": 2}]
        assert main(["records", *how]) == 0
        text = capsys.readouterr().out
        assert f"4: {wrong['errors_en'][0]}" in text
        assert "Says the same as row 2." in text

    def test_sheets_and_what_is_passed_over_in_both_languages(
        self, run: Run, capsys: Any, template: dict[str, Any], tmp_path: Path, staff: Person
    ) -> None:
        head = ["日時", "職員", "質問", "回答"]
        log = tmp_path / "log.xlsx"
        title, first = ["利用ログ"], ["2026/10/1", "0004", "質問", ""]
        wrong = ["2026/10/1", "0004", "壊れた", "#NAME?"]
        months = {"9月": [title, head, first], "10月": [title, head, first, wrong]}
        log.write_bytes(book({**months, "表紙": [["町"]]}))
        how = ("import", str(log), "--template", "庁内チャット", *self.IT)
        told = run(*how)
        assert told["sheets"] == [{"sheet": "9月", "rows": 1}, {"sheet": "10月", "rows": 2}]
        cover, titles = told["passed"]
        assert (cover["count"], cover["rows"]) == (1, [])
        assert "lacks the heading" in cover["what_en"]
        assert (titles["what"], titles["rows"]) == ("見出しより上の行", ["9月!1", "10月!1"])
        assert [one["row"] for one in told["wrong"]] == ["10月!4"]
        assert "an error of Excel's (#NAME?)" in told["wrong"][0]["errors_en"][0]
        assert main(["records", *how]) == 0
        text = capsys.readouterr().out
        assert "読み取ったシート / sheets read: 9月 1, 10月 2" in text
        assert "passed over: 見出しより上の行 / rows above the headings: 2 (9月!1, 10月!1)" in text

    def test_a_template_in_use_is_not_removed_in_both_languages(
        self, run: Run, refused: Any, template: dict[str, Any], file: Path
    ) -> None:
        run("import", str(file), "--template", "庁内チャット", *self.IT, "--run")
        code, text = refused("template", "remove", "庁内チャット", *self.IT)
        assert code == 1
        assert len(text.splitlines()) == 2
        assert text.splitlines()[1].isascii()

    def test_another_towns_template_is_not_there(
        self, refused: Any, template: dict[str, Any], file: Path, outsider: Person
    ) -> None:
        there = ("--as", "0002", "--municipality", "141003")
        for words in (["import", str(file), "--template"], ["template", "remove"]):
            assert refused(*words, "庁内チャット", *there)[0] == 2

    def test_a_ledger_that_cannot_be_written(
        self, refused: Any, template: dict[str, Any], file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_entries: Any) -> Any:
            raise Unavailable("空きがありません。", "The disk is full.")

        monkeypatch.setattr(ledger, "record", full)
        code, told = refused("import", str(file), "--template", "庁内チャット", *self.IT, "--run")
        assert code == 1
        assert "goes on by itself" in told
        assert ImportRun.objects.get().state == "waiting"


def test_towns_have_their_own(
    run: Run, auditor: Person, other_town: Municipality, outsider: Person, record: Any
) -> None:
    record(exchange(outsider, "よその質問", "はい"))
    assert run("search", *AUDITOR, *WHY, "--municipality", "131016")["records"] == []
