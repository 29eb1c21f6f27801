"""The sample's public register entries: two published, one an unfinished draft."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from kijun.governance.inventory.models import AISystem
from kijun.governance.register import actions
from kijun.sites.sample.approving import approve_all, approve_next
from kijun.sites.sample.content import ago
from kijun.sites.sample.town import Town

RELATIVE = re.compile(r"^[+-]\d+d$")


@functools.cache
def texts() -> dict[str, dict[str, Any]]:
    import yaml

    found: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("register.yaml").read_text(encoding="utf-8")
    )
    return found


def _dated(value: Any) -> Any:
    """``+180d`` is a day, counted from today."""
    if isinstance(value, str) and RELATIVE.match(value):
        return ago(-int(value[:-1])).isoformat()
    return value


def prepare(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    """Fill the entry as ``register`` says: published, draft, or none."""
    if wanted["register"] == "none":
        return
    actor = town.first("it_staff")
    entry = actions.start_entry(actor, system)
    values = {key: _dated(value) for key, value in texts()[wanted["key"]].items()}
    entry = actions.save_entry(actor, entry, values, None)
    if wanted["register"] == "published":
        approve_all(actions.submit(actor, entry, comment="住民への公開の決裁をお願いします（見本）。"))


def renew(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    """The second version: residents read that the trial is over."""
    if wanted["register"] == "published":
        system.refresh_from_db()
        entry = actions.start_entry(town.first("it_staff"), system)
        approve_all(
            actions.submit(town.first("it_staff"), entry, comment="運用に移ったため更新します（見本）。")
        )


def update(town: Town, system: AISystem, wanted: dict[str, Any]) -> None:
    """New figures that wait for the approver (審査) or, reviewed already, for an executive (決裁)."""
    if "update" not in wanted:
        return
    actor, values = town.first("it_staff"), dict(wanted["update"])
    waits_for = values.pop("waits_for")
    entry = actions.start_entry(actor, system)
    entry = actions.save_entry(actor, entry, {key: _dated(value) for key, value in values.items()}, None)
    approval = actions.submit(actor, entry, comment="件数を新しくしました（見本）。")
    if waits_for == "decide":
        approve_next(approval)
