"""Forms of the records pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from kijun.governance.access.form_fields import PurposeChoice, SystemChoice
from kijun.governance.access.models import Purpose
from kijun.governance.access.plain import wrong_name
from kijun.governance.access.purpose_forms import RETENTION_LABELS
from kijun.governance.accounts.models import Person
from kijun.governance.interactions import importing, wording
from kijun.governance.interactions.hours import OUT
from kijun.governance.interactions.look_search import SHORTEST_ID, WhichLooks, person_key, whose_keys
from kijun.governance.interactions.models import ImportTemplate
from kijun.governance.interactions.reach import Reach
from kijun.governance.interactions.searching import LONGEST_ID, Asked
from kijun.governance.inventory.models import AISystem
from kijun.governance.organisation.models import Department, Municipality
from kijun.ledger.model import RETENTIONS, Verdict
from kijun.web.forms import DateField, Form
from kijun.web.templatetags.kit import named

CHOOSE = _("選んでください")
Choices = list[tuple[str, Any]]


def _choices(rows: Iterable[tuple[str, Any]]) -> Choices:
    return [("", _("すべて")), *rows]


class SearchForm(Form):
    """What is looked for; only what is within the person's reach is offered."""

    text = forms.CharField(label=_("内容に含まれる言葉"), required=False, max_length=200)
    person = forms.CharField(label=_("職員（氏名か番号）"), required=False, max_length=100)
    department = forms.ChoiceField(
        label=_("部署"), required=False, help_text=_("下にある部署の記録も含めます。")
    )
    alone = forms.BooleanField(label=_("下にある部署を含めない"), required=False)
    system = forms.ChoiceField(label=pgettext_lazy("one", "AIシステム"), required=False)
    purpose = forms.ChoiceField(label=pgettext_lazy("one", "利用目的"), required=False)
    finding = forms.ChoiceField(label=_("見つかったもの"), required=False)
    verdict = forms.ChoiceField(
        label=_("結果（質問か回答）"),
        required=False,
        help_text=_("「そのまま通した」は、質問も回答もそのまま通したものです。"),
    )
    since = DateField(label=_("この日から"), required=False, help_text="")
    until = DateField(label=_("この日まで"), required=False, help_text="")
    application = forms.CharField(
        label=_("アプリケーション"), required=False, max_length=80, help_text=_("名称の一部でも探せます。")
    )
    model = forms.CharField(
        label=_("モデル"), required=False, max_length=120, help_text=_("名称の一部でも探せます。")
    )
    source = forms.ChoiceField(label=_("記録の経路"), required=False)
    hours = forms.ChoiceField(label=_("質問した時間"), required=False)

    def __init__(self, *args: Any, viewer: Person, reach: Reach, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.own = viewer, own
        town = viewer.municipality
        systems = AISystem.objects.of(town).filter(registered_at__isnull=False).order_by("number")
        departments = Department.objects.of(town).order_by("path")
        choices: dict[str, Choices] = {
            "system": [(str(one.pk), f"{one.code} {one.shown_name}") for one in systems],
            "purpose": [(str(one.pk), one.shown_name) for one in Purpose.objects.of(town).order_by("name")],
            "department": [
                (str(one.pk), named(one))
                for one in departments
                if reach.everything or reach.systems or str(one.pk) in reach.departments
            ],
            "finding": [(one, wording.finding(one)) for one in (*wording.FINDINGS, *wording.GROUPED)],
            "verdict": [
                (str(one), wording.asked_verdict(one)) for one in (*map(str, Verdict), *wording.TOGETHER)
            ],
            "hours": [(OUT, wording.OUT_OF_HOURS)],
            "source": list(wording.SOURCES.items()),
        }
        for name, rows in choices.items():
            self.fields[name].choices = _choices(rows)  # type: ignore[attr-defined]  # a ChoiceField
        if own:
            for name in ("person", "department", "alone", "application"):
                del self.fields[name]

    MORE = ("department", "alone", "system", "purpose", "verdict", "application", "model", "source", "hours")

    def first_fields(self) -> list[Any]:
        """What people ask most."""
        return [field for field in self if field.name not in self.MORE]

    def more_fields(self) -> list[Any]:
        """The rest, folded away."""
        return [field for field in self if field.name in self.MORE]

    def uses_more(self) -> bool:
        """One of the folded ones is in use, or wrong."""
        return any(self.data.get(name) for name in self.MORE)

    def clean_person(self) -> str:
        """The primary key, as the ledger knows the person."""
        return person_key(self.viewer.municipality, self.cleaned_data["person"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        _check_days(self, values)
        return values

    def asked(self) -> Asked:
        """What the form asks; call it when the form is valid."""
        return Asked(**self.cleaned_data)


def _check_days(form: Form, values: dict[str, Any]) -> None:
    since, until = values.get("since"), values.get("until")
    if since and until and until < since:
        form.add_error("until", _("「この日まで」は、「この日から」以降の日にしてください。"))


class LooksForm(Form):
    """Who looked at what."""

    by = forms.CharField(label=_("見た人（氏名か番号）"), required=False, max_length=100)
    whom = forms.CharField(
        label=_("だれの記録か（氏名か番号、アプリケーション）"), required=False, max_length=100
    )
    record = forms.CharField(
        label=_("どの記録か（記録の番号）"),
        required=False,
        max_length=LONGEST_ID,
        help_text=_("はじめの8文字からで探せます。"),
    )
    what = forms.ChoiceField(label=_("したこと"), required=False)
    words = forms.CharField(label=_("理由か、探した言葉"), required=False, max_length=200)
    since = DateField(label=_("この日から"), required=False, help_text="")
    until = DateField(label=_("この日まで"), required=False, help_text="")

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        self.fields["what"].choices = _choices(wording.LOOKS.items())  # type: ignore[attr-defined]  # a ChoiceField

    def clean_by(self) -> str:
        """The primary key, as the ledger knows the person."""
        return person_key(self.municipality, self.cleaned_data["by"], applications=False)

    def clean_whom(self) -> frozenset[str]:
        """Ids of people and applications, as looks name them."""
        return whose_keys(self.municipality, self.cleaned_data["whom"])

    def clean_record(self) -> str:
        """An id, or enough of one."""
        id: str = self.cleaned_data["record"].strip()
        if id and len(id) < SHORTEST_ID:
            raise ValidationError(_("記録の番号は、はじめの8文字以上を入力してください。"))
        return id

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        _check_days(self, values)
        return values

    def which(self) -> WhichLooks:
        """What the form asks; call it when the form is valid."""
        return WhichLooks(**self.cleaned_data)


class ReasonForm(Form):
    """Why somebody looks at others' records, or does something about one."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "例：定期監査（令和8年度第3四半期）／住民からの苦情（受付番号 12）の調査／利用報告で気になった点の確認"
        ),
    )

    def __init__(self, *args: Any, example: StrOrPromise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if example:
            self.fields["reason"].help_text = example

    def clean_reason(self) -> str:
        """Who reads it later has to read what was written."""
        text: str = self.cleaned_data["reason"]
        if (wrong := wrong_name(text, lines=True)) is not None:
            raise wrong
        return text


class AcknowledgeForm(Form):
    """What the department's approver says of a report."""

    odd = forms.TypedChoiceField(
        label=_("気になる点"),
        choices=[("no", _("ない")), ("yes", _("ある"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("気になる点と対応"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例：止めた3件は、個人番号の入った申請書を貼り付けたもの。朝礼で周知した。"),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    sometimes_required = ("comment",)


class RemarkForm(Form):
    """What is noticed after a report was acknowledged."""

    remark = forms.CharField(
        label=_("書き足す気になる点と対応"),
        max_length=1000,
        required=False,  # the action says what to write; an empty one that came too late has nothing to say
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例：1日の夜の3回は、選挙事務のため。係の全員に申告を求めた。"),
    )
    sometimes_required = ("remark",)


NEW = tuple(ImportTemplate.Form.values)


class FileForm(Form):
    """A log, and how it is read."""

    how = forms.ChoiceField(
        label=_("読み方"),
        help_text=_("前に使った読み方を選ぶか、新しく決めます。"),
    )
    file = forms.FileField(
        label=_("ファイル"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx,.jsonl"}),
        help_text=_("CSV（UTF-8、Shift_JIS、UTF-16）、Excel（.xlsx）、JSONL。20MB、2万行まで。"),
    )

    def __init__(self, *args: Any, templates: Iterable[ImportTemplate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.templates = {str(one.pk): one for one in templates}
        kept = [(key, str(one)) for key, one in self.templates.items()]
        fresh = [(f"new-{value}", label) for value, label in ImportTemplate.Form.choices]
        # None is chosen beforehand: which it is knows only who has the file.
        groups: list[Any] = [("", CHOOSE)]
        groups += [(_("保存した読み方"), kept)] if kept else []
        self.fields["how"].choices = [*groups, (_("新しく決める"), fresh)]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > importing.LIMITS.max_bytes:
            raise ValidationError(_("ファイルが大きすぎます（上限20MB）。期間を分けて書き出してください。"))
        return file


class TemplateForm(Form):
    """How one product's log is read. For a table, a choice of heading for each field."""

    name = forms.CharField(label=_("読み方の名称"), max_length=80, help_text=_("例：○○チャットの利用ログ"))
    system = SystemChoice(label=pgettext_lazy("one", "AIシステム"))
    purpose = PurposeChoice(
        label=pgettext_lazy("one", "利用目的"),
        required=False,
        empty_label=_("決めない"),
        help_text=_("選ぶと、見つかったものを、その目的ならどう扱うかも記録します。"),
    )
    retention = forms.ChoiceField(label=_("記録の保存期間"), initial="y1")
    zone = forms.ChoiceField(
        label=_("日時の時間帯"),
        choices=[("local", _("日本時間")), ("utc", _("世界標準時（UTC）"))],
        help_text=_("日時に時差が書かれているときは、そちらを使います。"),
    )
    unknown = forms.ChoiceField(
        label=_("利用者が職員に見つからない行"),
        choices=[("error", _("誤りとして取り込まない")), ("keep", _("利用者不明として取り込む"))],
    )

    def __init__(self, *args: Any, viewer: Person, form: str, headings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        town = viewer.municipality
        systems = AISystem.objects.of(town).filter(registered_at__isnull=False).order_by("number")
        self.fields["system"].queryset = systems  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["purpose"].queryset = Purpose.objects.of(town).order_by("name")  # type: ignore[attr-defined]  # as above
        self.fields["retention"].choices = [(key, RETENTION_LABELS[key]) for key in RETENTIONS]  # type: ignore[attr-defined]  # a ChoiceField
        self.columns: list[str] = []
        if form != ImportTemplate.Form.TABLE:
            del self.fields["zone"]
            return
        offered: Choices = [("", _("この列はない")), *((one, one) for one in dict.fromkeys(headings) if one)]
        for key, label in importing.FIELDS.items():
            self.columns.append(key)
            self.fields[key] = forms.ChoiceField(
                label=label, choices=offered, required=key in importing.REQUIRED
            )

    def about_fields(self) -> list[Any]:
        """What is decided once for all rows."""
        return [field for field in self if field.name not in self.columns]

    def column_fields(self) -> list[Any]:
        """Which heading holds what; none for forms that are known."""
        return [field for field in self if field.name in self.columns]

    def values(self, form: str) -> dict[str, Any]:
        """As `save_template` takes it."""
        data = self.cleaned_data
        columns = {key: data[key] for key in self.columns if data.get(key)}
        mapping = {"columns": columns, "zone": data.get("zone", "utc"), "unknown": data["unknown"]}
        same = {key: data[key] for key in ("name", "system", "purpose", "retention")}
        return {**same, "form": form, "mapping": mapping}
