"""What people look for in the trail, and the head that they kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kijun.governance.audit import queries
from kijun.governance.audit.chain import Head
from kijun.web.forms import DateField, Form


class SearchForm(Form):
    """Person, thing, action and days; everything may be left empty."""

    person = forms.CharField(label=_("操作した人"), required=False, max_length=80)
    thing = forms.CharField(label=_("対象"), required=False, max_length=80)
    action = forms.ChoiceField(label=_("操作"), required=False)
    since = DateField(label=_("この日から"), required=False, help_text="")
    until = DateField(label=_("この日まで"), required=False, help_text="")

    def __init__(self, *args: Any, chain: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        action = self.fields["action"]
        assert isinstance(action, forms.ChoiceField)
        action.choices = [("", _("すべて")), *queries.actions(chain)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("「この日から」より後の日にしてください。"))
        return data


class HeadForm(Form):
    """A head noted earlier; empty when none was kept."""

    head = forms.CharField(
        label=_("控えておいた末尾の値"),
        required=False,
        max_length=200,
        help_text=_(
            "前回の検証のあとに控えた値があれば貼り付けてください。末尾を切り取られていないことも確かめます。"
        ),
    )

    def clean_head(self) -> Head | None:
        text = self.cleaned_data["head"]
        if not text:
            return None
        try:
            return Head.parse(text)
        except ValueError as error:
            raise ValidationError(
                _("控えの形が違います。「団体コード:番号:64文字の値」を、そのまま貼り付けてください。"),
                code="head",
            ) from error
