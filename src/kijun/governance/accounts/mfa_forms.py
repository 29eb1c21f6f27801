"""allauth's forms of the second factor, with our words. settings.MFA_FORMS and ACCOUNT_FORMS name them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.translation import gettext_lazy as _


def _plain_code(data: Any) -> Any:
    """The posted data with the code in half-width characters and without blanks, however it was typed."""
    if data is None or "code" not in data:
        return data
    data = data.copy()
    data["code"] = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", data["code"][:64]))
    return data


class _CodeForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("data") is not None:
            kwargs["data"] = _plain_code(kwargs["data"])
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("確認コード")
        field.widget.attrs = {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "class": "narrow",
            "maxlength": "64",
        }
        field.error_messages["required"] = _("確認コードを入力してください。")


class AuthenticateForm(_CodeForm, base_forms.AuthenticateForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _(
            "認証アプリに表示されている6桁の数字、または予備コードを入力します。"
        )


class ReauthenticateForm(_CodeForm, base_forms.ReauthenticateForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _(
            "認証アプリに表示されている6桁の数字、または予備コードを入力します。"
        )


class ActivateTotpForm(_CodeForm, totp_forms.ActivateTOTPForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("読み取ったあと、認証アプリに表示される6桁の数字を入力します。")


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")
        self.fields["name"].help_text = _(
            "あとで見分けるための名前です。例：庁内パソコン、青いセキュリティキー"
        )
        self.fields["passwordless"].label = _("パスワードなしでサインインするためにも使う")
        self.fields["passwordless"].help_text = _("生体認証か暗証番号（PIN）のある機器で使えます。")


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")
        self.fields["name"].widget.attrs["maxlength"] = "60"
        self.fields["name"].max_length = 60


class ReauthenticatePasswordForm(account_forms.ReauthenticateForm):  # type: ignore[misc]  # untyped base
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("パスワード")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].error_messages["required"] = _("パスワードを入力してください。")
