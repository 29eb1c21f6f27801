"""What stands in Japanese on an English page is told to be so: names, reasons, what was said (WCAG 3.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from kijun.governance.accounts.models import Person
from kijun.governance.interactions import actions
from kijun.governance.interactions.templatetags.spoken import spoken, spoken_in, spoken_list
from kijun.governance.organisation.models import Department
from tests.governance.interactions.made import refusal
from tests.governance.interactions.test_records import WHY, page, reader

ClientOf = Callable[[Person], Client]


class TestPages:
    def test_it_works(
        self, client_of: ClientOf, auditor: Person, staff: Person, care: Department, say: Any
    ) -> None:
        id = say(staff, "広報の案を考えて", "Here is a draft.")
        actions.put_hold(auditor, id, "苦情の調査のため")
        Person.objects.filter(pk=auditor.pk).update(language="en")
        client = reader(client_of, auditor)
        text = page(client, "/staff/records/")
        assert f'<span lang="ja">{WHY}</span>' in text
        assert '<span lang="ja">広報の案を考えて</span>' in text
        text = page(client, f"/staff/records/one/{id}/")
        assert '<span lang="ja">介護 三郎</span>' in text
        assert '<div class="said" lang="ja">広報の案' in text
        assert '<div class="said">Here is' in text
        for address in ("holds", "looks"):
            assert '<span lang="ja">監査 六実</span>' in page(client, f"/staff/records/{address}/")
        assert '<span lang="ja">苦情の調査のため</span>' in page(client, "/staff/records/holds/")

    def test_refused_calls(self, client_of: ClientOf, it_staff: Person, staff: Person, record: Any) -> None:
        record([refusal(staff, "stopped", 3)])
        Person.objects.filter(pk=it_staff.pk).update(language="en")
        assert '<span lang="ja">介護 三郎</span>' in page(client_of(it_staff), "/staff/records/refused/")

    def test_nothing_on_a_japanese_page(
        self, client_of: ClientOf, auditor: Person, staff: Person, say: Any
    ) -> None:
        id = say(staff)
        text = page(reader(client_of, auditor), f"/staff/records/one/{id}/")
        assert '<span lang="ja">' not in text
        assert '<div class="said">' in text


class TestSpoken:
    @pytest.mark.parametrize("text", ["広報", "カナ", "ｶﾅ", "々", "𠮷", "ver. 二"])
    def test_japanese(self, text: str) -> None:
        with override("en"):
            assert spoken(text) == f'<span lang="ja">{text}</span>'

    @pytest.mark.parametrize("value", ["", None, "—", "gpt-4", "Ａ", "⟦1⟧"])
    def test_others(self, value: Any) -> None:
        with override("en"):
            assert spoken(value) == value

    def test_nothing_gets_in(self) -> None:
        with override("en"):
            assert spoken("<b>太字") == '<span lang="ja">&lt;b&gt;太字</span>'
            assert spoken_list(["<i>", "二"]) == '&lt;i&gt;, <span lang="ja">二</span>'
            assert spoken_in([SimpleNamespace(text='"><b>字')]) == ' lang="ja"'
        assert spoken("<b>太字") == "<b>太字"  # the template escapes it
        assert spoken_list(["<i>", "二"]) == "&lt;i&gt;、二"
