"""Ready-made systems, for the tests of this app and of those above it."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from kijun.governance.accounts.models import Person
from kijun.governance.inventory.models import AISystem


def complete_values(**changes: Any) -> dict[str, Any]:
    """Cleaned values of every step."""
    return {
        "name": "議事録作成支援",
        "name_en": "Minutes assistant",
        "summary": "会議の録音を文字にし、要約の案を作る。",
        "field": "庁内共通",
        "functions": ["generative"],
        "problem": "議事録の作成に4時間かかる。",
        "expected_effect": "1時間に減らす。",
        "alternatives": "外部への委託",
        "support_contact": "デジタル推進課 内線1234",
        "network": "lgwan",
        "external_service": True,
        "vendor_name": "株式会社ことのは",
        "service_name": "ことのは議事録",
        "model_name": "2026年版",
        "shared_use": False,
        "procurement": "随意契約",
        "contract_yen": 1_200_000,
        "data_kinds": ["personal"],
        "data_subjects": "会議の出席者",
        "data_source": "会議の録音",
        "retention": "1年",
        "abroad": False,
        "training": "off_confirmed",
        "training_checked_on": datetime.date(2026, 10, 1),
        "learns": False,
        "resident_facing": False,
        "affected": "会議の出席者",
        "human_check": "係長が録音と照らして確認する。",
        "fallback": "手作業に戻す。",
        "legal_basis": "文書取扱規程",
        **changes,
    }


def make_system(maker: Person, **changes: Any) -> AISystem:
    """A registered system of the maker's town, straight into the database; ``stage`` and any field may be given."""
    values = complete_values(**changes)
    departments = values.pop("user_departments", [])
    last = AISystem.objects.of(maker.municipality).order_by("-number").first()
    system = AISystem.objects.create(
        municipality=maker.municipality,
        number=last.number + 1 if last else 1,
        made_by=maker,
        registered_by=maker,
        registered_at=values.pop("registered_at", timezone.now()),
        step=7,
        **values,
    )
    system.user_departments.set(departments)
    return system
