"""What allauth may do here: no sign-up, no mail; its messages in our words."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("停止中の職員です。システム管理者に確かめてください。"),
        "incorrect_code": _(
            "確認コードが違います。認証アプリに今表示されている6桁の数字を入力してください。"
        ),
        "incorrect_password": _("パスワードが違います。"),
        "too_many_login_attempts": _(
            "確認コードの入力を続けて間違えました。5分たってから、もう一度入力してください。"
        ),
        "rate_limited": _("操作の間隔が短すぎます。少し待ってから、もう一度操作してください。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators, never by visitors."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of the host that the person is using: not even another of our own names."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Through the backends, so that wrong passwords count towards the lock-out here as well."""
        found = authenticate(context.request, username=user.username, password=password)
        return found is not None and found.pk == user.pk

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, gettext("停止中の職員です。システム管理者に確かめてください。"))
        return redirect("accounts:sign_in")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("パスワードで確かめる"),
            "mfa_reauthenticate": _("認証アプリの確認コードで確かめる"),
            "mfa_reauthenticate:webauthn": _("パスキーで確かめる"),
        }
        methods = super().get_reauthentication_methods(user)
        return [method | {"description": words[method["id"]]} for method in methods]

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail is taken for granted; the trail tells what changed."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("この二段階認証は解除できません。"),
        "cannot_generate_recovery_codes": _("予備コードは、認証アプリかパスキーを登録してから作れます。"),
        "incorrect_code": _(
            "確認できませんでした。もう一度操作してください。確認コードは、今表示されている数字を入力します。"
        ),
        "unverified_email": _("メールアドレスの確認が終わっていません。"),
    }

    def _get_site_name(self) -> str:
        return "Kijun"

    def get_totp_label(self, user: Any) -> str:
        return f"{user.municipality.name} {user.staff_number}"

    def _cipher(self) -> Fernet:
        key = hashlib.sha256(b"kijun-second-factor:" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        """Secrets of second factors do not stand in the database in the clear; the key is in the data folder."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What cannot be opened (another installation's key) becomes a secret that nobody knows, never an empty one."""
        try:
            return self._cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        from allauth.mfa.models import Authenticator

        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("パスキー %(number)s") % {"number": count + 1}
