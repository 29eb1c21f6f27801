"""The sample town's reference documents, the service that quotes them, and a purpose for looking up the town's own rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.db import transaction

from kijun.governance.access import actions as access
from kijun.governance.access import handling
from kijun.governance.access.models import Model, Purpose
from kijun.governance.accounts.models import Person
from kijun.governance.accounts.roles import Role
from kijun.governance.approvals import actions as approvals
from kijun.governance.approvals import eligibility
from kijun.governance.chat.documents import actions, indexing
from kijun.governance.chat.documents.models import Collection
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample.content import ago, ahead

FOLDER: Final = Path(__file__).with_name("documents")
#: File, title, days since the content counts, days until its review is due.
DOCUMENTS: Final = (
    ("bunsho.md", "文書の手引", 240, 300),
    ("kyuka.md", "勤務時間と休暇の手引", 240, 300),
    ("keiyaku.md", "契約の手引", 330, 20),
    ("security.md", "情報セキュリティの手引", 120, 240),
)
MODEL: Final = "kijun-reference"
READERS: Final = ("3001", "3003", "3005", "4001")


def tell(town: Municipality) -> None:
    """Documents that are approved, and everything that answers need; then the index, at once."""
    with transaction.atomic():
        writer = Person.objects.get(municipality=town, staff_number="3001")
        setter = Person.objects.get(municipality=town, staff_number="2003")
        collection = _collection(setter, writer)
        for file, title, since, until in DOCUMENTS:
            _document(writer, collection, file, title, since, until)
        _open_up(setter)
    indexing.build_of(town)


def _collection(setter: Person, writer: Person) -> Collection:
    department = writer.department
    assert department is not None
    values = {"name": "庁内の手引（見本）", "department": department, "owner": writer, "is_open": True}
    return actions.save_collection(setter, None, values)


def _document(writer: Person, collection: Collection, file: str, title: str, since: int, until: int) -> None:
    version = actions.upload(
        writer,
        collection,
        None,
        title=title,
        file_name=file,
        content=(FOLDER / file).read_bytes(),
        dated=ago(since),
        review_by=ahead(until),
    )
    approval = actions.submit(writer, version, comment="見本の町の手引です。")
    holders = eligibility.holders(writer.municipality, Role.APPROVER, collection.department)
    approver = holders.exclude(pk=writer.pk).first()
    assert approver is not None
    for step in approval.steps.order_by("order"):
        approvals.approve(approver, step, comment="内容を確かめた。")


def _open_up(setter: Person) -> None:
    """The service, its model, the purpose, and who may ask."""
    town = setter.municipality
    service = access.save_upstream(
        setter, town, None, {"name": "参考文書の検索（外部に送りません）", "kind": "reference"}
    )
    proof = "このコンピューターの中で、承認した文書を引用するだけで、入力をどこにも送りません。"
    service = access.record_opt_out(setter, service, on=ago(30), proof=proof)
    system = Model.objects.select_related("system").get(municipality=town, name="kijun-sample").system
    routes = [access.Way(service, MODEL)]
    access.save_model(setter, town, None, name=MODEL, system=system, routes=routes)
    purpose = _purpose(setter)
    actions.save_reading(setter, purpose, {"collections": [], "for_models": True, "overdue": False})
    for person in Person.objects.filter(municipality=town, staff_number__in=READERS):
        access.create_grant(
            setter,
            town,
            system=system,
            purpose=purpose,
            person=person,
            expires_on=ahead(180),
            with_key=False,
        )


def _purpose(setter: Person) -> Purpose:
    values: dict[str, Any] = {
        "name": "庁内の決まりを調べる",
        "name_en": "Looking up our own rules",
        "description": "庁内の手引を、出典とともに調べます。回答は承認した文書からの引用です。個人の事情は入力しません。",
        "owner": setter,
        "data_classes": ["public", "internal"],
        "retention": "y1",
        "review": "light",
    }
    for direction in (handling.INPUT, handling.OUTPUT):
        values[f"{direction}_handling"] = handling.default(direction)
    return access.save_purpose(setter, setter.municipality, None, values)
