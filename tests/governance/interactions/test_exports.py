"""``kijun ledger export``: a look at everything, recorded before a single record is written out."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kijun.cli.main import main
from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry as Told
from kijun.governance.interactions import ledger
from kijun.ledger.model import JAPAN, Unavailable
from tests.governance.interactions.test_commands import looks

AUDITOR = ("--as", "0007", "--municipality", "131016")
WHY = ("--reason", "定期監査（第3四半期）")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def export(out: Path, *words: str) -> int:
    return main(["ledger", "export", str(out), *words])


class TestExport:
    def test_it_works(self, out: Path, auditor: Person, staff: Person, say: Any, capsys: Any) -> None:
        say(staff, "介護認定の通知を直して", "直しました。")
        assert export(out, *AUDITOR, *WHY, "--format", "csv", "--json") == 0
        manifest = json.loads(capsys.readouterr().out)
        assert (manifest["entries"], manifest["municipality"]) == (3, "131016")
        [look] = looks("131016")
        assert manifest["look"] == look.id, "the export tells of the look, and holds it"
        assert look.id in (out / "entries.jsonl").read_text(encoding="utf-8")
        assert out.stat().st_mode & 0o077 == 0
        assert (out / "entries.jsonl").stat().st_mode & 0o077 == 0
        done = subprocess.run([sys.executable, "-I", "-S", str(out / "kijun_verify.py"), str(out)])
        assert done.returncode == 0

    def test_the_look_says_who_why_what_and_whose(
        self,
        out: Path,
        auditor: Person,
        staff: Person,
        neighbour: Person,
        executive: Person,
        say: Any,
        capsys: Any,
    ) -> None:
        say(staff)
        say(neighbour)
        assert export(out, *AUDITOR, *WHY, "--since", "2026-01-01", "--format", "parquet") == 0
        [look] = looks("131016")
        assert look.person == str(auditor.pk)
        assert look.content["look"] == "taken_out"
        assert look.content["why"] == WHY[1]
        assert look.content["asked"] == {
            "since": "2026-01-01T00:00:00.000+09:00",
            "formats": ["jsonl", "parquet"],
        }
        assert set(look.content["whose"]) == {str(staff.pk), str(neighbour.pk)}
        assert look.content["by_command"] is True
        told = Told.objects.get(action="interactions.taken_out")
        assert told.actor_label == "監査 六実（操作卓 console）"
        assert (told.detail["look"], told.detail["count"]) == (look.id, 4)
        capsys.readouterr()
        assert main(["records", "looks", "--as", "0006", "--municipality", "131016", "--json"]) == 0
        [listed] = json.loads(capsys.readouterr().out)["looks"]
        assert (listed["what"], listed["count"]) == ("taken_out", 4)

    def test_days_bound_it(self, out: Path, auditor: Person, staff: Person, say: Any, capsys: Any) -> None:
        say(staff)
        assert export(out, *AUDITOR, *WHY, "--until", "2020-01-01", "--json") == 0
        assert json.loads(capsys.readouterr().out)["entries"] == 0
        today = datetime.datetime.now(JAPAN).date().isoformat()
        one_day = ("--since", today, "--until", today, "--json")  # both days are in it, as for a search
        assert export(out.with_name("day"), *AUDITOR, *WHY, *one_day) == 0
        assert json.loads(capsys.readouterr().out)["entries"] == 4  # with the two looks
        assert looks("131016")[0].content["asked"]["until"].startswith(f"{today}T23:59:59")
        with pytest.raises(SystemExit) as stopped:
            export(out, *AUDITOR, *WHY, "--since", "2026-11-02", "--until", "2026-11-01")
        assert stopped.value.code == 2
        with pytest.raises(SystemExit) as stopped:
            export(out, *AUDITOR, *WHY, "--since", "yesterday")
        assert stopped.value.code == 2

    def test_nothing_is_written_that_cannot_be_recorded(
        self,
        out: Path,
        auditor: Person,
        staff: Person,
        say: Any,
        monkeypatch: pytest.MonkeyPatch,
        capsys: Any,
    ) -> None:
        say(staff)

        def full(_entries: Any) -> Any:
            raise Unavailable("空きがありません。", "The disk is full.")

        monkeypatch.setattr(ledger, "record", full)
        assert export(out, *AUDITOR, *WHY) == 1
        assert "The disk is full." in capsys.readouterr().err
        assert not any(out.iterdir())

    def test_a_folder_with_files_costs_no_look(
        self, out: Path, auditor: Person, staff: Person, say: Any, capsys: Any
    ) -> None:
        say(staff)
        out.mkdir()
        (out / "mine").touch()
        assert export(out, *AUDITOR, *WHY) == 1
        assert "空ではありません" in capsys.readouterr().err
        assert looks("131016") == []


class TestOutsiders:
    @pytest.mark.parametrize("who", ["0004", "0005", "0003"])
    def test_whoever_does_not_read_everything(
        self,
        who: str,
        out: Path,
        auditor: Person,
        owner: Person,
        staff: Person,
        approver: Person,
        say: Any,
        capsys: Any,
    ) -> None:
        say(staff)
        assert export(out, "--as", who, "--municipality", "131016", *WHY) == 1
        assert "docs/ledger.md" in capsys.readouterr().err
        assert not out.exists()
        assert looks("131016") == []

    def test_a_reason_of_blanks_is_none(
        self, out: Path, auditor: Person, staff: Person, say: Any, capsys: Any
    ) -> None:
        say(staff)
        assert export(out, *AUDITOR, "--reason", " 　") == 2
        assert "--reason" in capsys.readouterr().err
        assert not out.exists()

    def test_another_town_stays_its_own(
        self,
        out: Path,
        record: Callable[..., Any],
        auditor: Person,
        outsider: Person,
        staff: Person,
        say: Any,
        capsys: Any,
    ) -> None:
        say(staff, "よその相談")
        code = outsider.municipality.code
        assert export(out, "--as", outsider.staff_number, "--municipality", code, *WHY) == 0
        assert "よその相談" not in (out / "entries.jsonl").read_text(encoding="utf-8")
        assert export(out, *AUDITOR[:2], "--municipality", "all", *WHY) == 2
