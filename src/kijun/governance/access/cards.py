"""What people read about a purpose before they use it, and what an application is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from kijun.gateway.handling import group_of
from kijun.gateway.snapshot import Action, Group
from kijun.governance.access import handling, limits, publishing, queries, states
from kijun.governance.access.models import PERSONAL_CLASSES, Grant, Model, Purpose, TownRules
from kijun.governance.access.purpose_forms import RETENTION_LABELS
from kijun.governance.inventory.models import IN_USE
from kijun.governance.organisation.models import Municipality
from kijun.web import dates


@dataclass(frozen=True, slots=True)
class Cell:
    """One action as a tag."""

    label: StrOrPromise
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the matrix: what is found, what happens to it on the way in and out."""

    label: StrOrPromise
    hint: StrOrPromise
    input: Cell
    output: Cell


@dataclass(frozen=True, slots=True)
class Card:
    """The service card of a purpose. ``personal``: whether personal data may be entered at all."""

    purpose: Purpose
    classes: list[str]
    personal: bool
    headline: str
    retention: StrOrPromise
    networks: list[str]
    hours: list[str]
    lines: list[Line]
    exceptions: list[Line]


def card(purpose: Purpose) -> Card:
    """All that a person should know before using AI for this purpose."""
    personal = bool(PERSONAL_CLASSES & set(purpose.data_classes))
    return Card(
        purpose,
        states.class_labels(purpose),
        personal,
        _headline(purpose, personal),
        RETENTION_LABELS.get(purpose.retention, purpose.retention),
        list(purpose.networks),
        limits.shown_hours(purpose.hours),
        [
            Line(
                handling.GROUP_LABELS[group],
                handling.GROUP_HINTS[group],
                _cell(handling.action_of(purpose.input_handling, handling.INPUT, group)),
                _cell(handling.action_of(purpose.output_handling, handling.OUTPUT, group)),
            )
            for group in Group
        ],
        _exceptions(purpose),
    )


def _exceptions(purpose: Purpose) -> list[Line]:
    given = (purpose.input_handling.get("types", {}), purpose.output_handling.get("types", {}))
    lines = []
    for type_ in handling.TYPES:
        if type_ in given[0] or type_ in given[1]:
            group = group_of(type_)
            cells = [
                _cell(Action(one[type_]) if type_ in one else handling.action_of(value, direction, group))
                for one, value, direction in (
                    (given[0], purpose.input_handling, handling.INPUT),
                    (given[1], purpose.output_handling, handling.OUTPUT),
                )
            ]
            lines.append(Line(handling.type_label(type_), handling.GROUP_LABELS[group], *cells))
    return lines


def _cell(action: Action) -> Cell:
    return Cell(handling.ACTION_LABELS[action], handling.ACTION_TONES[action])


def _headline(purpose: Purpose, personal: bool) -> str:
    """In one sentence what a person must know: may personal information be entered?"""
    action = handling.action_of(purpose.input_handling, handling.INPUT, Group.PERSONAL)
    if personal and action is Action.MASK:
        return _("個人情報は、決められた範囲で入力できます。AIに渡る前に伏せられ、回答では元に戻ります。")
    if personal:
        return _("個人情報は、決められた範囲で入力できます。必要なものだけを入力してください。")
    if action is Action.BLOCK:
        return _("個人情報は入力できません。見つかると送信を止めます。")
    return _("個人情報は入力しないでください。見つかったものは、AIに渡る前に伏せられます。")


@dataclass(frozen=True, slots=True)
class Missing:
    """What a grant still waits for before it can be used, and the page where that is done."""

    text: str
    url: str = ""
    link: str = ""


def not_yet(grant: Grant) -> list[Missing]:
    """Why nothing can be asked with this grant today, however well its key is kept; empty where it can. Also for one not yet saved."""
    found, state = [], queries.state_of(grant)
    name = f"{grant.system.code} {grant.system.shown_name}"
    if state == "not_begun":
        text = _("%(day)sから使えます。") % {"day": dates.format_date(grant.starts_on)}
        found.append(Missing(text))
    if state == "purpose_off":
        url = reverse("access:purpose", args=[grant.purpose.pk])
        found.append(Missing(_("この利用目的は、今は使えません。"), url, _("利用目的を見る")))
    if grant.revoked_at is None and grant.system.stage not in IN_USE:
        text = _("「%(system)s」は「%(stage)s」の段階です。「実証」に進むまでは、キーがあっても使えません。")
        values = {"system": name, "stage": grant.system.get_stage_display()}
        url = reverse("inventory:system", args=[grant.system.pk])
        found.append(Missing(text % values, url, _("AIシステムを見る")))
    if grant.revoked_at is None and not client(grant).model:
        text = _("「%(system)s」には、アプリが指定するモデルがまだありません。") % {"system": name}
        url = f"{reverse('access:add_model')}?system={grant.system.pk}"
        found.append(Missing(text, url, _("モデルを登録する")))
    return found


@dataclass(frozen=True, slots=True)
class Client:
    """What an application is set up with."""

    base_url: str
    model: str


def client(grant: Grant) -> Client:
    """The gateway's address, and the first model of the grant's system ("" where it has none yet)."""
    name = Model.objects.filter(system=grant.system_id).order_by("pk").values_list("name", flat=True).first()
    return Client(publishing.base_url(), name or "")


def snippets(found: Client, key: str) -> dict[str, str]:
    """Ready to be pasted: ``curl``, the ``openai`` package of Python, the settings of Open WebUI."""
    model = found.model or "MODEL"
    return {
        "curl": (
            f"curl {found.base_url}/chat/completions \\\n"
            f'  -H "Authorization: Bearer {key}" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f'  -d \'{{"model": "{model}", "messages": [{{"role": "user", "content": "こんにちは"}}]}}\''
        ),
        "python": (
            "from openai import OpenAI\n\n"
            f'client = OpenAI(base_url="{found.base_url}", api_key="{key}")\n'
            "answer = client.chat.completions.create(\n"
            f'    model="{model}",\n'
            '    messages=[{"role": "user", "content": "こんにちは"}],\n'
            ")\n"
            "print(answer.choices[0].message.content)"
        ),
        "webui": (f"OPENAI_API_BASE_URL={found.base_url}\nOPENAI_API_KEY={key}\nENABLE_OLLAMA_API=false"),
    }


def contact(municipality: Municipality) -> str:
    """Whom staff ask about AI."""
    row: Any = TownRules.objects.of(municipality).first()
    return row.contact if row else ""
