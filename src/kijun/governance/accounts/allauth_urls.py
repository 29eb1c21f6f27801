"""The pages of allauth that are used here, under the names that allauth itself looks up.

No sign-up, no mail address, no password reset by mail: what is not listed does not exist. allauth's own
password sign-in is replaced by ours, which hands over to allauth's stages, so that a second factor is always asked for.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, path

from kijun.governance.accounts.views import sign_in
from kijun.web.who_may import everyone, signed_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("sign-in/second-factor/", everyone(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", everyone(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("me/confirm/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("me/confirm/code/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "me/confirm/passkey/", signed_in(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("me/second-factor/", signed_in(mfa.index), name="mfa_index"),
    path("me/second-factor/app/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("me/second-factor/app/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/second-factor/codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "me/second-factor/codes/new/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "me/second-factor/codes/download/",
        signed_in(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("me/passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("me/passkeys/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("me/passkeys/<int:pk>/edit/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("me/passkeys/<int:pk>/remove/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
]
