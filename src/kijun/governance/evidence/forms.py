"""Forms of evidence: choosing what to add, adding a file, a link or an attestation. They only validate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kijun.governance.evidence import attestations, deadlines, store
from kijun.governance.evidence.actions.items import check_link
from kijun.governance.evidence.controls import Book
from kijun.governance.evidence.models import Item, Verdict
from kijun.governance.evidence.scopes import ScopeFacts
from kijun.web.forms import DateField, Form
from kijun.web.uploads import CheckedUpload, UploadError, check_upload

JUDGED = [
    (Verdict.MET, Verdict.MET.label),
    (Verdict.PARTLY, Verdict.PARTLY.label),
    (Verdict.UNMET, Verdict.UNMET.label),
]


class ChooseForm(Form):
    """Where, for which controls, and what kind of evidence."""

    scope = forms.ChoiceField(label=_("対象"))
    kind = forms.ChoiceField(
        label=_("証跡の種類"),
        choices=[
            (Item.Kind.FILE, _("ファイル（規程、議事録、証明書など）")),
            (Item.Kind.LINK, _("リンク（ホームページ、庁内の文書など）")),
            (Item.Kind.ATTESTATION, _("申告（確認したことを自分の名前で述べる）")),
        ],
        widget=forms.RadioSelect,
        initial=Item.Kind.FILE,
    )
    controls = forms.MultipleChoiceField(
        label=_("証明する対策"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("対策を1つ以上選んでください。")},
    )

    def __init__(self, *args: Any, visible: Sequence[ScopeFacts], book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope"]
        scope.choices = [(one.key, one.label) for one in visible]
        field: Any = self.fields["controls"]
        self._grouped = book.grouped()
        field.choices = self._grouped

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, str, bool]], bool]]:
        """The controls by topic with what is ticked, for folding: (topic, [(id, label, ticked)], open)."""
        ticked = set(self["controls"].value() or [])
        found = []
        for topic, choices in self._grouped:
            rows = [(value, label, value in ticked) for value, label in choices]
            found.append((topic, rows, any(row[2] for row in rows)))
        return found


class _Dated(Form):
    """Dates and verdict that every piece of evidence has."""

    note = forms.CharField(
        label=_("説明"),
        help_text=_(
            "何がどう証明されるかを、1、2文で書いてください。例：全職員向けの利用要綱（令和8年4月施行）の第5条。"
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    verdict = forms.ChoiceField(
        label=_("判定"),
        choices=JUDGED,
        widget=forms.RadioSelect,
        help_text=_("この証跡から見て、対策がどこまで満たされているかを選んでください。"),
    )
    effective_on = DateField(label=_("基準日"))
    expires_on = DateField(
        label=_("有効期限"),
        required=False,
        help_text=_("この日を過ぎると、自動で指摘が登録されます。例：令和9年3月31日"),
    )

    def __init__(self, *args: Any, control_ids: Sequence[str], book: Book, **kwargs: Any) -> None:
        self.control_ids, self.book = list(control_ids), book
        today = timezone.localdate()
        initial = {"effective_on": today} | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["effective_on"].help_text = _("内容がいつの時点のものかです。例：令和8年11月23日")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("effective_on"), data.get("expires_on")
        if start and start > timezone.localdate():
            self.add_error("effective_on", _("基準日に先の日付は使えません。"))
        if start and end and end < start:
            self.add_error("expires_on", _("有効期限は、基準日より後の日にしてください。"))
        return data


class LinkForm(_Dated):
    """A page that shows it."""

    title = forms.CharField(label=_("件名"), max_length=200, help_text=_("例：AI利用要綱のページ"))
    url = forms.CharField(
        label=_("アドレス"),
        max_length=500,
        help_text=_("http:// か https:// で始まるもの。例：https://www.example.lg.jp/ai/"),
    )
    field_order = ["title", "url", "note", "verdict", "effective_on", "expires_on"]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            check_link(url)
        except ValidationError as error:
            raise ValidationError(error.message_dict["url"]) from error
        return url


class FileForm(_Dated):
    """A document that shows it. ``cleaned_data["upload"]`` is a :class:`CheckedUpload`."""

    title = forms.CharField(label=_("件名"), max_length=200, help_text=_("例：AI利用要綱（令和8年4月版）"))
    upload = forms.FileField(label=_("ファイル"))
    field_order = ["title", "upload", "note", "verdict", "effective_on", "expires_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = settings.KIJUN_UPLOAD_BYTES // (1024 * 1024)
        self.fields["upload"].help_text = _(
            "PDF、Word、Excel、PowerPoint、CSV、テキスト、PNG、JPEG。%(limit)sMBまで。"
        ) % {"limit": limit}

    def clean_upload(self) -> CheckedUpload:
        sent = self.cleaned_data["upload"]
        limit = settings.KIJUN_UPLOAD_BYTES
        if sent.size > limit:  # before it is read into memory
            raise ValidationError(
                _("ファイルが大きすぎます（上限%(limit)sMB）。分けるか、小さくしてください。")
                % {"limit": limit // (1024 * 1024)}
            )
        try:
            return check_upload(sent.name, sent.read(), allowed=store.ALLOWED, max_bytes=limit)
        except UploadError as error:
            raise ValidationError(str(error)) from error


class Checks(forms.MultipleChoiceField):
    """Check items: each must be looked at (so none is called optional), and any may stay without a tick."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class AttestationForm(_Dated):
    """申告, made from the catalogue: each control's ``done_when`` are check items."""

    def __init__(self, *args: Any, control_ids: Sequence[str], book: Book, **kwargs: Any) -> None:
        today = timezone.localdate()
        holds = min((deadlines.holds_until(one, today, book) for one in control_ids), default=None)
        initial = {"expires_on": holds} | kwargs.pop("initial", {})
        super().__init__(*args, control_ids=control_ids, book=book, initial=initial, **kwargs)
        self.fields["expires_on"].required = True
        self.fields["expires_on"].help_text = _("次に確かめ直す日です。対策の頻度から入れてあります。")
        self.fields["note"].help_text = _(
            "どのように確かめたかを書いてください。例：11月20日に3課の利用記録を抜き出して確認した。"
        )
        checks: dict[str, forms.Field] = {}
        for place, control_id in enumerate(self.control_ids):
            choices = [(str(n), text) for n, text in enumerate(attestations.check_items(control_id, book))]
            if choices:
                checks[f"checks{place}"] = Checks(
                    label=book.label(control_id),
                    help_text=_("確認できた項目に印を付けてください。"),
                    choices=choices,
                )
        self.fields = checks | self.fields

    @property
    def checked(self) -> dict[str, list[int]]:
        """Control → places of the items that were ticked."""
        return {
            control_id: [int(n) for n in self.cleaned_data.get(f"checks{place}", [])]
            for place, control_id in enumerate(self.control_ids)
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for place, control_id in enumerate(self.control_ids):
            items = attestations.check_items(control_id, self.book)
            ticked = data.get(f"checks{place}")
            if ticked is not None and data.get("verdict") == Verdict.MET and len(ticked) < len(items):
                self.add_error(
                    f"checks{place}",
                    _(
                        "「満たしている」とするには、すべての項目に印が必要です。そうでなければ「一部満たしている」を選んでください。"
                    ),
                )
        return data


def scope_of(key: str, visible: Sequence[ScopeFacts]) -> ScopeFacts | None:
    """The scope that an address names, among those that the person may see."""
    return next((one for one in visible if one.key == key), None)


__all__ = ["AttestationForm", "ChooseForm", "FileForm", "LinkForm", "scope_of"]
