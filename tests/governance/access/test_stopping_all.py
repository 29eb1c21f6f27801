"""Stopping all AI of the municipality: one page more, with nothing to type again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from kijun.governance.access import actions
from kijun.governance.access.models import Stop
from kijun.governance.accounts.models import Person

SENT = {"scope": "everything", "reason": "全体の点検", "reason_en": "Check"}


def test_it_works(client_of: Callable[[Person], Client], it_staff: Person) -> None:
    from django.urls import reverse

    client, address = client_of(it_staff), reverse("access:add_stop")
    asked = client.post(address, SENT)
    text = asked.content.decode()
    assert asked.status_code == 200
    assert not Stop.objects.exists()
    assert "この自治体のAIを、すべて止めますか" in text
    for name, value in SENT.items():
        assert f'name="{name}" value="{value}"' in text
    back = client.post(address, {**SENT, "step": "back"})
    assert "全体の点検" in back.content.decode()
    assert not Stop.objects.exists()
    assert client.post(address, {**SENT, "step": "confirmed"}).status_code == 302
    assert Stop.objects.get().scope == Stop.Scope.EVERYTHING


def test_what_is_wrong_is_told_before(client_of: Callable[[Person], Client], it_staff: Person) -> None:
    from django.urls import reverse

    client, address = client_of(it_staff), reverse("access:add_stop")
    assert client.post(address, {**SENT, "reason": ""}).status_code == 422
    assert client.post(address, {**SENT, "reason": "止\u202eめる"}).status_code == 422
    assert client.post(address, {**SENT, "reason_en": "\u202e"}).status_code == 422


def test_the_reason_turns_nothing_about_where_callers_read_it(it_staff: Person) -> None:
    for why in ({"why": "止\u202eめる"}, {"why": "点検", "why_en": "sto\u202ep"}):
        with pytest.raises(ValidationError):
            actions.stop(it_staff, it_staff.municipality, target=None, **why)
    old = Stop(scope=Stop.Scope.EVERYTHING, reason="止\u202eめる")
    assert old.shown_reason == "止⟨U+202E⟩める"
