"""Forms of services and models."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kijun.governance.access import connection, queries
from kijun.governance.access.actions import Way
from kijun.governance.access.actions.models import check_name
from kijun.governance.access.actions.upstreams import FIELDS, wrong_connection, wrong_times
from kijun.governance.access.form_fields import CHOOSE, HeadersField, SystemChoice, lines, only
from kijun.governance.access.models import Model, Upstream
from kijun.governance.organisation.models import Municipality
from kijun.web.forms import DateField, DecimalField, Form, IntegerField, RevisionMixin

GROUPS = (
    (_("どこにつなぐか"), ("name", "kind", "base_url", "api_version")),
    (_("接続先への鍵"), ("key", "forget_key", "headers", "forget_headers")),
)
ADVANCED = (
    "proxy",
    "ca",
    "connect_timeout",
    "first_byte_timeout",
    "idle_timeout",
    "total_timeout",
    "retries",
    "breaker_failures",
    "breaker_seconds",
)
_SECONDS = _("秒で入力します。")


def _seconds(label: Any, initial: float, least: str, most: int, hint: Any = _SECONDS) -> DecimalField:
    return DecimalField(
        label=label,
        initial=initial,
        min_value=Decimal(least),
        max_value=Decimal(most),
        max_digits=7,
        decimal_places=1,
        help_text=hint,
        widget=forms.TextInput(attrs={"class": "narrow", "inputmode": "decimal"}),
    )


class UpstreamForm(Form, RevisionMixin):
    """One service. Key and headers are typed in and never shown; left empty they stay as they are."""

    sometimes_required = ("base_url",)

    name = forms.CharField(
        label=_("名称"), max_length=80, help_text=_("画面と記録で使う呼び名です。例：Azure OpenAI（東日本）")
    )
    kind = forms.ChoiceField(
        label=_("種類"),
        choices=Upstream.Kind.choices,
        widget=forms.RadioSelect,
        initial=Upstream.Kind.OPENAI,
        help_text=_("vLLM、Ollama、さくらのAI Engine、BedrockやGeminiの互換URLは「OpenAI互換」です。"),
    )
    base_url = forms.CharField(
        label=_("接続先のURL"),
        max_length=300,
        required=False,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "OpenAI互換は /v1 まで、Azure OpenAIはリソースの先頭までを入力します。例：http://10.0.0.5:8000/v1、https://mycity.openai.azure.com"
        ),
    )
    api_version = forms.CharField(
        label=_("APIの版"),
        max_length=40,
        required=False,
        help_text=_(
            "Azure OpenAIの、版を指定するAPIのときだけ入力します。空けておくと /openai/v1 のAPIを使います。例：2024-10-21"
        ),
        widget=forms.TextInput(attrs={"class": "narrow"}),
    )
    key = forms.CharField(
        label=_("接続先のAPIキー"),
        max_length=4000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    forget_key = forms.BooleanField(label=_("登録済みのAPIキーを消す"), required=False)
    headers = HeadersField(
        label=_("追加のヘッダー"),
        max_length=8000,
        required=False,
        widget=lines(2, autocomplete="off", spellcheck="false", **{"data-secret": ""}),
    )
    forget_headers = forms.BooleanField(label=_("登録済みのヘッダーを消す"), required=False)
    proxy = forms.CharField(
        label=_("プロキシ"),
        max_length=300,
        required=False,
        help_text=_("庁内からインターネットに出るときに通る中継です。例：http://proxy.example.jp:8080"),
    )
    ca = forms.CharField(
        label=_("認証局の証明書（PEM）"),
        max_length=100_000,
        required=False,
        widget=lines(3, spellcheck="false"),
        help_text=_("庁内の認証局や通信を検査する装置の証明書を使うときだけ、貼り付けます。"),
    )
    connect_timeout = _seconds(_("接続を待つ秒数"), 5, "0.1", 60)
    first_byte_timeout = _seconds(
        _("応答の始まりを待つ秒数"), 120, "1", 1800, _("考える時間の長いモデルでは長くします。")
    )
    idle_timeout = _seconds(_("応答の途切れを待つ秒数"), 60, "1", 1800)
    total_timeout = _seconds(_("全体で待つ秒数"), 600, "1", 7200)
    retries = IntegerField(
        label=_("やり直す回数"),
        min_value=0,
        max_value=5,
        initial=1,
        help_text=_("応答が始まる前に失敗したときに、やり直す回数です。"),
    )
    breaker_failures = IntegerField(
        label=_("休ませるまでの連続失敗数"),
        min_value=1,
        max_value=100,
        initial=5,
        help_text=_("続けてこの回数失敗すると、しばらく別の接続先に回します。"),
    )
    breaker_seconds = _seconds(_("休ませる秒数"), 30, "1", 3600)

    def __init__(self, *args: Any, upstream: Upstream | None = None, **kwargs: Any) -> None:
        if upstream is not None:
            values = {name: getattr(upstream, name) for name in FIELDS}
            kwargs["initial"] = {**values, "revision": upstream.revision}
        super().__init__(*args, **kwargs)
        kept = _("登録済みです。空けておくと、そのまま使います。")
        has_key, has_headers = bool(upstream and upstream.key), bool(upstream and upstream.headers)
        self.fields["key"].help_text = (
            kept
            if has_key
            else _("保存すると暗号にして保管し、二度と表示しません。鍵の要らない接続先では空けておきます。")
        )
        names = "、".join(upstream.headers) if upstream else ""
        self.fields["headers"].help_text = (
            f"{kept}{names}" if has_headers else _("1行に1つ。例：X-Org-Id: 1234")
        )
        for name, wanted in (("forget_key", has_key), ("forget_headers", has_headers)):
            if not wanted:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """All that the action would refuse at once, beside what the fields found by themselves."""
        values = super().clean() or self.cleaned_data
        given = {name: values.get(name, "").strip() for name in ("base_url", "proxy", "ca")}
        wrong: dict[str, ValidationError | None] = {
            **wrong_connection(values.get("kind", ""), given),
            **wrong_times(values),
            "key": connection.wrong_key(values.get("key", "").strip()),
            "headers": connection.wrong_headers(values.get("headers") or {}),
        }
        for name, error in wrong.items():
            if error is not None and name not in self.errors:
                self.add_error(name, error)
        return values

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings, for the template."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in GROUPS]

    def advanced(self) -> list[forms.BoundField]:
        """The fields that are usually left folded."""
        return [self[name] for name in ADVANCED]

    def advanced_open(self) -> bool:
        """What usually stays folded is shown where something in it is wrong."""
        return any(name in self.errors for name in ADVANCED)

    def values(self) -> dict[str, Any]:
        """What the action saves, without secrets."""
        data = only(self.cleaned_data, FIELDS)
        return {
            name: float(value) if name.endswith(("timeout", "seconds")) else value
            for name, value in data.items()
        }

    def secrets(self) -> dict[str, Any]:
        """``key`` and ``headers`` for the action: None leaves what is there."""
        data = self.cleaned_data
        key = "" if data.get("forget_key") else data["key"] or None
        headers = {} if data.get("forget_headers") else data["headers"] or None
        return {"key": key, "headers": headers}


class OptOutForm(Form, RevisionMixin):
    """When and how it was made sure that a service does not train."""

    on = DateField(label=_("確かめた日"))
    proof = forms.CharField(
        label=_("確かめた方法と根拠"),
        widget=lines(3),
        max_length=2000,
        help_text=_(
            "何を見て確かめたかを、あとからたどれるように書きます。例：利用規約第8条（2026年4月版）と、管理画面の「データをモデルの改善に使わない」の設定"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class ReasonForm(Form, RevisionMixin):
    """The reason of something that is not undone by going back."""

    reason = forms.CharField(label=_("理由"), widget=lines(2), max_length=300)

    def __init__(self, *args: Any, hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = hint or _("記録に残り、あとから見る人が読みます。")


class ConfirmForm(Form, RevisionMixin):
    """Nothing but the revision: a button that changes something."""


class AiModelForm(Form, RevisionMixin):
    """A model's name, its system, and the ways to it; an empty row is none."""

    SPARE = 2

    name = forms.CharField(
        label=_("モデル名"),
        max_length=80,
        help_text=_(
            "職員のアプリが指定する名前です。接続先を替えても、この名前は変えずに済みます。例：assistant-standard"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    system = SystemChoice(
        label=pgettext_lazy("one", "AIシステム"), help_text=_("このモデルが属する、台帳のAIシステムです。")
    )

    def __init__(
        self,
        *args: Any,
        municipality: Municipality,
        model: Model | None = None,
        system: str = "",
        **kwargs: Any,
    ) -> None:
        ways = list(model.routes.all()) if model is not None else []
        if model is not None:
            kwargs["initial"] = {"name": model.name, "system": model.system_id, "revision": model.revision}
        elif system:
            kwargs["initial"] = {"system": system}
        super().__init__(*args, **kwargs)
        rows = queries.usable_systems(municipality)
        if model is not None:
            rows = rows | type(model.system).objects.filter(pk=model.system_id)
        self.fields["system"].queryset = rows.order_by("number")  # type: ignore[attr-defined]  # a choice field, not the base class
        self.rows = max(len(ways) + self.SPARE, 3)
        upstreams = queries.upstreams(municipality)
        for at in range(self.rows):
            way = ways[at] if at < len(ways) else None
            self.fields[f"upstream-{at}"] = forms.ModelChoiceField(
                upstreams,
                label=_("接続先"),
                required=False,
                empty_label=CHOOSE,
                initial=way.upstream_id if way else None,
            )
            self.fields[f"there-{at}"] = forms.CharField(
                label=_("接続先でのモデル名"),
                max_length=120,
                required=False,
                initial=way.name if way else "",
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self.fields[f"order-{at}"] = IntegerField(
                label=_("順番"), required=False, min_value=0, max_value=1000, initial=way.order if way else at
            )
            self.fields[f"weight-{at}"] = IntegerField(
                label=_("重み"), required=False, min_value=1, max_value=1000, initial=way.weight if way else 1
            )

    def clean_name(self) -> str:
        return check_name(self.cleaned_data["name"].strip())

    def plain(self) -> list[forms.BoundField]:
        """The fields above the table of ways."""
        return [self["name"], self["system"]]

    def table(self) -> list[list[forms.BoundField]]:
        """One row a way: service, name there, order, weight."""
        names = ("upstream", "there", "order", "weight")
        return [[self[f"{name}-{at}"] for name in names] for at in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for at in range(self.rows):
            upstream, there = values.get(f"upstream-{at}"), values.get(f"there-{at}")
            if upstream and not there and f"there-{at}" not in self.errors:
                self.add_error(
                    f"there-{at}", _("%(n)s行目の「接続先でのモデル名」を入力してください。") % {"n": at + 1}
                )
            if there and not upstream and f"upstream-{at}" not in self.errors:
                self.add_error(f"upstream-{at}", _("%(n)s行目の「接続先」を選んでください。") % {"n": at + 1})
        return values

    def ways(self) -> list[Way]:
        """The rows that were filled in."""
        data = self.cleaned_data
        return [
            Way(
                data[f"upstream-{at}"],
                data[f"there-{at}"],
                at if data[f"order-{at}"] is None else data[f"order-{at}"],
                data[f"weight-{at}"] or 1,
            )
            for at in range(self.rows)
            if data[f"upstream-{at}"]
        ]
