"""A municipality's own controls: the sheet, the preview, and what it leads to."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kijun.catalog import Control, Evidence, Frequency, Level, Role, Text, Tier, load, write_template
from kijun.catalog.own_columns import COLUMNS, row_of
from kijun.governance.accounts.models import Person
from kijun.governance.assessments import actions, catalogue
from kijun.governance.assessments.models import OwnControls
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Municipality
from tests.governance.assessments.made import open_cycle

URL = "/staff/assessments/catalog/own/"
ClientOf = Callable[[Person], Client]


def own_control(id: str, statement: str = "窓口の端末に目隠しを付ける。") -> Control:
    return Control(
        id=id,
        topic=id[1:].rpartition(".")[0],
        role=Role.USER,
        level=Level.SYSTEM,
        title=Text("画面の目隠し"),
        statement=Text(statement),
        done_when=(Text("すべての窓口端末に付いている"),),
        place="要綱 第5条",
        frequency=Frequency.YEARLY,
        tiers=Tier.LOW.upward,
        evidence=(Evidence.ATTESTATION,),
    )


def sheet(*controls: Control) -> SimpleUploadedFile:
    file = io.BytesIO()
    write_template(file, load(), controls)
    return SimpleUploadedFile("own.xlsx", file.getvalue())


def test_json_and_back() -> None:
    control = own_control("L5.1.1")
    assert catalogue.from_json(catalogue.to_json(control)) == control


def test_an_import_is_previewed_then_applied(
    client_of: ClientOf, it_staff: Person, town: Municipality
) -> None:
    client = client_of(it_staff)
    shown = client.post(URL, {"file": sheet(own_control("L5.1.1"))})
    assert shown.status_code == 200
    assert "L5.1.1" in shown.content.decode()
    assert not OwnControls.objects.exists()
    packed = BeautifulSoup(shown.content, "html.parser").find("input", {"name": "packed"})
    assert packed is not None
    assert client.post(URL, {"packed": packed["value"]}).status_code == 302
    assert [one.id for one in catalogue.newest(town).controls if one.is_own] == ["L5.1.1"]
    assert client.get(URL).status_code == 200
    assert client.get("/staff/assessments/catalog/controls/L5.1.1/").status_code == 200
    # the same preview once more: somebody (we) imported meanwhile
    client.post(URL, {"packed": packed["value"]})
    assert OwnControls.objects.count() == 1
    changed = client.post(URL, {"file": sheet(own_control("L5.1.1", "別の文にする。"))}).content.decode()
    assert "別の文にする。" in changed
    assert "答え直し" in changed
    same = client.post(URL, {"file": sheet(own_control("L5.1.1"))}).content.decode()
    assert "同じ内容です" in same


def test_every_field_that_changes_is_shown(client_of: ClientOf, it_staff: Person, town: Municipality) -> None:
    control = own_control("L5.1.1")
    actions.import_own(it_staff, town, [control])
    other = dataclasses.replace(control, tiers=Tier.CRITICAL.upward)
    text = client_of(it_staff).post(URL, {"file": sheet(other)}).content.decode()
    assert "求めるリスク区分" in text
    assert "低、中、高、極めて高い" in text


def test_a_csv_file_in_the_code_of_windows(client_of: ClientOf, it_staff: Person) -> None:
    lines = [[column.name.ja for column in COLUMNS], row_of(own_control("L5.1.1"))]
    text = "\r\n".join(",".join(cells) for cells in lines)
    file = SimpleUploadedFile("own.csv", text.encode("cp932"))
    response = client_of(it_staff).post(URL, {"file": file})
    assert response.status_code == 200
    assert "画面の目隠し" in response.content.decode()


def test_earlier_imports_stay_in_sight(client_of: ClientOf, it_staff: Person, town: Municipality) -> None:
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    actions.import_own(it_staff, town, [])
    text = client_of(it_staff).get(URL).content.decode()
    assert "これまでの取り込み（2回）" in text
    assert "独自の対策 1件" in text


def test_errors_stand_by_row_and_nothing_changes(client_of: ClientOf, it_staff: Person) -> None:
    bad = own_control("L5.1.1")
    response = client_of(it_staff).post(URL, {"file": sheet(bad, bad)})
    assert response.status_code == 422
    assert "3行目" in response.content.decode()
    rubbish = client_of(it_staff).post(URL, {"file": SimpleUploadedFile("own.xlsx", b"no workbook")})
    assert rubbish.status_code == 422
    assert client_of(it_staff).post(URL, {}).status_code == 422
    assert not OwnControls.objects.exists()


def test_a_forged_or_foreign_preview_is_refused(
    client_of: ClientOf, it_staff: Person, outsider: Person
) -> None:
    shown = client_of(outsider).post(URL, {"file": sheet(own_control("L5.1.1"))})
    packed = BeautifulSoup(shown.content, "html.parser").find("input", {"name": "packed"})
    assert packed is not None
    for value in ("x", packed["value"]):
        client_of(it_staff).post(URL, {"packed": value})
    assert not OwnControls.objects.exists()


def test_the_template_reads_back(client_of: ClientOf, it_staff: Person, town: Municipality) -> None:
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    client = client_of(it_staff)
    saved = client.get(URL + "template/")
    again = client.post(URL, {"file": SimpleUploadedFile("own.xlsx", saved.content)})
    assert "同じ内容です" in again.content.decode()


def test_new_cycles_ask_them(town: Municipality, it_staff: Person, system: AISystem) -> None:
    actions.import_own(it_staff, town, [own_control("L5.1.1")])
    cycle = open_cycle(it_staff, town)
    answer = cycle.assessments.get(system=system).answers.get(control_id="L5.1.1")
    assert (answer.role, answer.principle) == ("user", "5")


def test_only_it_staff(client_of: ClientOf, staff: Person, town: Municipality) -> None:
    assert client_of(staff).get(URL).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.import_own(staff, town, [])


def test_an_import_compared_with_another_one_is_refused(
    client_of: ClientOf, it_staff: Person, town: Municipality
) -> None:
    client = client_of(it_staff)
    shown = client.post(URL, {"file": sheet(own_control("L5.1.1"))})
    packed = BeautifulSoup(shown.content, "html.parser").find("input", {"name": "packed"})
    assert packed is not None
    actions.import_own(it_staff, town, [own_control("L6.1.1")])
    refused = client.post(URL, {"packed": packed["value"]}, follow=True)
    assert "別の人が独自の対策を取り込みました" in refused.content.decode()
    assert [one.id for one in catalogue.newest(town).controls if one.is_own] == ["L6.1.1"]
