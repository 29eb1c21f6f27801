"""``kijun incidents …``: what the pages do, in a person's name."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from kijun.governance.accounts.models import Person
from kijun.governance.audit.models import Entry
from kijun.governance.incidents import actions
from kijun.governance.incidents.models import Incident
from tests.governance.commanding import printed, refused, told
from tests.governance.incidents.test_reporting import held

MINE = ("--as", "0004")
OWNER = ("--as", "0003")
AGO = datetime.datetime.now().replace(hour=10, minute=0) - datetime.timedelta(days=20)
"""When it was noticed, in the town's time."""


@pytest.fixture
def opening(tmp_path: Path) -> list[str]:
    """The arguments of a report."""
    path = tmp_path / "what.txt"
    path.write_text("窓口で誤った案内をした。", encoding="utf-8")
    return [
        "incidents", "open", *MINE, "--title", "誤った案内", "--what", str(path), "--harm", "wrong",
        "--severity", "medium", "--residents", "yes", "--noticed", AGO.isoformat(timespec="minutes"),
    ]  # fmt: skip


def test_it_works(
    capsys: Any, opening: list[str], say: Any, staff: Person, owner: Person, system: Any
) -> None:
    record = say(staff)
    made = told(capsys, *opening, "--interaction", record, "--count", "3")
    row = Incident.objects.get()
    assert (made["code"], made["leader"], made["severity"], made["affected_count"]) == (
        "IN-001",
        "0003",
        "medium",
        3,
    )
    assert row.system == system
    assert held(staff.municipality) == [record]
    assert "操作卓" in Entry.objects.get(action="incidents.opened").actor_label
    [one] = told(capsys, "incidents", "list", *OWNER, "--open", "--severity", "medium", "--harm", "wrong")
    assert one["title"] == "誤った案内"
    actions.measure(owner, row, "端末を外した")
    shown = told(capsys, "incidents", "show", "in-001", *OWNER)
    assert "端末を外した" in str(shown["timeline"])
    assert shown["notices"][0]["whom"] == "residents"
    assert shown["left"]
    assert "端末を外した" not in str(told(capsys, "incidents", "show", "1", *MINE))
    assert "timeline" in printed(capsys, "incidents", "show", "1", *OWNER)
    assert told(capsys, "incidents", "list", *OWNER, "--state", "closed") == []
    assert told(capsys, "incidents", "list", *OWNER, "--late", "--system", system.code)[0]["code"] == "IN-001"


def test_who_may_not(
    capsys: Any, opening: list[str], incident: Any, say: Any, staff: Person, neighbour: Person
) -> None:
    row = incident()
    code, words = refused(capsys, "incidents", "show", row.code, "--as", "0008")
    assert code == 2
    assert "IN-001" in words
    opening[opening.index("0004")] = "0008"
    code, _words = refused(capsys, *opening, "--interaction", say(staff))
    assert code == 2
    assert Incident.objects.count() == 1


def test_bad_input(capsys: Any, opening: list[str], staff: Person) -> None:
    code, words = refused(
        capsys, *opening, "--began", (AGO + datetime.timedelta(days=1)).isoformat(timespec="minutes")
    )
    assert code == 1
    assert "before it was noticed" in words
    with pytest.raises(SystemExit):
        told(capsys, *opening, "--noticed", "きのう")
    assert not Incident.objects.exists()
