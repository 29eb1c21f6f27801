"""Loading the sample town in one transaction: it is there whole, or not at all. What its people asked AI goes into the ledger afterwards."""

from __future__ import annotations

from django.db import transaction
from django.utils import translation

from kijun.governance.accounts.roles import Role
from kijun.governance.organisation.models import Municipality
from kijun.sites.sample import (
    access,
    chatting,
    documents,
    feedback,
    governance,
    incidents,
    records,
    reviews,
    story,
    town,
)
from kijun.sites.sample.content import CODE, content

COLUMN = 15


def is_loaded() -> bool:
    return Municipality.objects.filter(code=CODE, is_sample=True).exists()


def load() -> list[str]:
    """Make the sample town. Returns the lines that tell who may sign in; without any when it is there already."""
    if is_loaded():
        return [
            "見本の町 みちしるべ市 は読み込み済みです。パスワードは読み込んだときに一度だけ表示しました。",
            "The sample town is loaded already; its passwords were shown once, when it was loaded.",
            "読み込み直す / To load it anew:  kijun sample remove && kijun sample load  (./run kijun …)",
        ]
    with transaction.atomic(), translation.override("ja"):
        made = town.found()
        governance.establish(made)
        access.open_up(made, story.tell(made))
    with translation.override("ja"):
        documents.tell(made.municipality)
        told = records.tell(made.municipality)
        if not told:  # the ledger can be written
            feedback.tell(made.municipality)
            reviews.tell(made.municipality)
            chatting.tell(made.municipality)
            incidents.tell(made.municipality)
        return [*_lines(made), *told]


def _lines(made: town.Town) -> list[str]:
    lines = [
        "",
        "見本の町 みちしるべ市 を読み込みました。次の職員でサインインできます（パスワードは今だけ表示します）。",
        "The sample town is loaded. Sign in as one of these people; the passwords are shown only now.",
        "code は団体コード、number は職員番号です。 / code is the municipality's, number the person's.",
        f"  {'role':{COLUMN}}{'code':8}{'number':8}{'password':21}",
    ]
    for one in content()["people"]:
        number = one["number"]
        roles = "・".join(str(Role(role).label) for role in one["roles"])
        who = f"{one['name']} / {one['title']} / {roles}"
        lines.append(f"  {one['roles'][0]:{COLUMN}}{CODE:8}{number:8}{made.passwords[number]:21}{who}")
    return [*lines, ""]
