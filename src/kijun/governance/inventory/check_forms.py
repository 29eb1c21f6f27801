"""Forms of the life cycle: change of stage, verification, pilot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.inventory import queries
from kijun.governance.inventory.fields import YesNoField
from kijun.governance.inventory.forms import DepartmentChoice, lines
from kijun.governance.organisation.models import Department, Municipality
from kijun.web.forms import DateField, DecimalField, Form, RevisionMixin


class StageForm(Form, RevisionMixin):
    """The day, and the reason where one is asked for."""

    on = DateField(label=_("段階が変わる日"))
    reason = forms.CharField(label=_("理由"), widget=lines(3), max_length=2000, required=False)

    def __init__(self, *args: Any, needs_reason: bool, retires: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.fields["on"].initial = timezone.localdate()
        if retires:
            self.fields["on"].label = _("使い終わった日")
            self.fields["reason"].help_text = _(
                "あとから見る人のために残します。例：契約の満了に伴い、後継のAIに移行した。"
            )
        elif needs_reason:
            self.fields["reason"].help_text = _("例：回答の誤りが続いたため、実証に戻して原因を調べる。")
        else:
            self.fields["reason"].help_text = _("進めると判断した根拠や決裁の番号があれば書きます。")


class VerificationForm(Form):
    suitable = YesNoField(label=_("業務に適していますか"))
    suitable_note = forms.CharField(
        label=_("そう判断した理由"),
        widget=lines(3),
        max_length=2000,
        help_text=_("例：対象の会議20回で、要点の抜けは2%以下だった。"),
    )
    tested = YesNoField(label=_("試験をしましたか"))
    tested_note = forms.CharField(
        label=_("試験の方法と結果"),
        widget=lines(3),
        max_length=2000,
        help_text=_("例：地元の制度を問う50問を入力し、正答は48問だった。"),
    )
    integrated = YesNoField(label=_("業務の流れとほかのシステムに組み込みましたか"))
    integrated_note = forms.CharField(
        label=_("組み込みの内容"),
        widget=lines(3),
        max_length=2000,
        help_text=_("例：確認の手順を事務手引きに加え、文書管理システムへの保存を試した。"),
    )
    verified_on = DateField(label=_("検証日"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verified_on"].initial = timezone.localdate()


class PilotForm(Form):
    started_on = DateField(label=_("実証の開始日"))
    ended_on = DateField(label=_("実証の終了日"))
    department = DepartmentChoice(
        label=_("実証をした部署"), queryset=Department.objects.none(), required=False
    )
    result = forms.CharField(
        label=_("わかったこと"),
        widget=lines(),
        max_length=4000,
        help_text=_("うまくいったことと、いかなかったことの両方を書きます。"),
    )
    effect_measure = forms.CharField(
        label=_("効果の指標"), max_length=120, help_text=_("何で測ったか。例：議事録1件の作成時間")
    )
    effect_before = DecimalField(label=_("導入前の値"), max_digits=12, decimal_places=2)
    effect_after = DecimalField(label=_("実証での値"), max_digits=12, decimal_places=2)
    effect_unit = forms.CharField(label=_("単位"), max_length=20, help_text=_("例：分、件、円"))
    go_on = YesNoField(label=_("運用に進みますか"))

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = queries.assignable_departments(municipality)  # type: ignore[attr-defined]  # a choice field, not the base class

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("started_on") and values.get("ended_on") and values["ended_on"] < values["started_on"]:
            self.add_error("ended_on", _("終了日は、開始日以降の日付にしてください。"))
        return values
