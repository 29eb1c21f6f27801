"""Forms of collections and documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access import queries as access
from kijun.governance.access.form_fields import PurposeChoice
from kijun.governance.accounts.forms import DepartmentField
from kijun.governance.accounts.person_field import PersonField
from kijun.governance.chat.documents.models import Collection, PurposeReading
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import DateField, Form, ModelMultipleChoiceField, RevisionMixin

ACCEPTED = ".txt,.md,.html,.docx,.xlsx,.pptx,.pdf,.csv"


class CollectionForm(Form, RevisionMixin):
    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例：市民課の手引"))
    owner = PersonField(
        label=_("管理する人"),
        help_text=_("文書の登録と見直しを受け持つ人です。"),
    )
    is_open = forms.BooleanField(
        label=_("庁内のどの利用目的からも使える"),
        required=False,
        help_text=_("外すと、この文書集を名指しした利用目的だけが使えます。"),
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"] = DepartmentField(municipality, planned=False, label=_("所管の部署"))
        self.fields["owner"].offer(municipality)  # type: ignore[attr-defined]  # a choice of people
        self.order_fields(["name", "department", "owner", "is_open"])


class UploadForm(Form):
    """A document, or with ``title`` left out a new version of one."""

    title = forms.CharField(label=_("文書名"), max_length=120)
    file = forms.FileField(
        label=_("ファイル"),
        help_text=_("文字を含むPDF、Word、Excel、PowerPoint、HTML、テキスト。20MBまで。"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )
    dated = DateField(
        label=_("内容の時点"), help_text=_("いつの時点で正しい内容か。施行日、改正日、発行日など。")
    )
    review_by = DateField(
        label=_("見直し期限"),
        help_text=_("この日を過ぎると、回答の引用から自動で外れ、管理する人に知らせます。"),
    )

    def __init__(self, *args: Any, again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            del self.fields["title"]


class WhyForm(Form):
    why = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class SearchForm(Form):
    q = forms.CharField(label=_("調べること"), max_length=400)


class ReadingForm(Form, RevisionMixin):
    """Which documents one purpose reads."""

    purpose = PurposeChoice(label=pgettext_lazy("one", "利用目的"))
    collections = ModelMultipleChoiceField(
        Collection.objects.none(),
        label=_("使う文書集"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("何も選ばないと、「庁内のどの利用目的からも使える」文書集をすべて使います。"),
    )
    for_models = forms.BooleanField(label=_("質問の前に、関係する箇所をAIに渡す"), required=False)
    overdue = forms.BooleanField(label=_("見直し期限を過ぎた文書も、印を付けて示す"), required=False)

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].queryset = access.purposes(municipality)  # type: ignore[attr-defined]  # a choice field
        self.fields["collections"].queryset = Collection.objects.of(municipality)  # type: ignore[attr-defined]  # the same


def first_of(row: PurposeReading) -> dict[str, Any]:
    """What the form begins with."""
    return {
        "purpose": row.purpose_id,
        "collections": [one.pk for one in row.collections.all()],
        "for_models": row.for_models,
        "overdue": row.overdue,
        "revision": row.revision,
    }
