"""The form of an issued report."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kijun.governance.reports.models import Issue
from kijun.web.forms import DateField, Form


class IssueForm(Form):
    audience = forms.ChoiceField(label=_("報告先"), choices=Issue.Audience.choices, widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("件名"), max_length=200, help_text=_("例：令和8年度 AIガバナンス報告書（12月議会）")
    )
    requested_on = DateField(label=_("求められた日"), required=False)
    issued_on = DateField(label=_("報告した日"))
    note = forms.CharField(
        label=_("内容"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("公表した場所や、説明した要点を書きます。"),
    )
