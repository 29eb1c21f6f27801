"""Django's settings of Kijun, read from the environment by :mod:`kijun.sites.environ`."""

from __future__ import annotations

from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from kijun import __version__
from kijun.sites import environ
from kijun.sites.secret import secret_key

HOME = environ.home()
SECRET_KEY = secret_key(HOME)
DEBUG = environ.flag("KIJUN_DEBUG")
KIJUN_SITE = environ.choice("KIJUN_SITE", ("both", "staff", "residents"))
KIJUN_PUBLIC_URL = environ.web_address("KIJUN_PUBLIC_URL")
KIJUN_ADDRESS = environ.address(HOME)
KIJUN_FILES = HOME / "files"
KIJUN_UPLOAD_BYTES = environ.number("KIJUN_UPLOAD_MB", 20) * 1024 * 1024
KIJUN_LEDGER_URL = environ.text("DATABASE_URL")  # its journal; SQLite in the data folder without a PostgreSQL
KIJUN_LEDGER_FILES = environ.ledger_files()
KIJUN_CHECKPOINT_FOLDERS = environ.folders("KIJUN_CHECKPOINT_FOLDER")
KIJUN_TIMESTAMP_URL = environ.text("KIJUN_TIMESTAMP_URL")

# The one address that `kijun serve --host` names is answered without being named again.
LISTENING = [environ.bare_host(environ.text(environ.ADDRESS))] if environ.text(environ.ADDRESS) else []
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *LISTENING, *environ.hosts()]

INSTALLED_APPS = [
    "kijun.web",
    "kijun.governance.audit",
    "kijun.governance.organisation",
    "kijun.governance.accounts",
    "kijun.governance.mandates",
    "kijun.governance.approvals",
    "kijun.governance.evidence",
    "kijun.governance.inventory",
    "kijun.governance.risks",
    "kijun.governance.assessments",
    "kijun.governance.access",
    "kijun.governance.interactions",
    "kijun.governance.feedback",
    "kijun.governance.reviews",
    "kijun.governance.chat",
    "kijun.governance.incidents",
    "kijun.governance.register",
    "kijun.governance.reports",
    "kijun.sites",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_q",
    "rules",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "kijun.governance.organisation.tenancy.TenancyMiddleware",
    "kijun.governance.accounts.language.LanguageMiddleware",
    "kijun.web.language.AddressLanguageMiddleware",
    "kijun.sites.addresses.AddressMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "kijun.sites.urls"
ASGI_APPLICATION = "kijun.sites.asgi.application"
WSGI_APPLICATION = None
FORM_RENDERER = "kijun.web.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "kijun.web.navigation.context",
            ],
            "builtins": ["kijun.web.templatetags.kit", "django.templatetags.i18n"],
        },
    }
]

DATABASES = {"default": environ.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"kijun.governance.accounts.passwords.{name}"}
    for name in ("LongEnough", "NoPattern", "NotCommon", "NotAboutThePerson")
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
ACCOUNT_ADAPTER = "kijun.governance.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "kijun.governance.accounts.mfa_forms.ReauthenticatePasswordForm"}
ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key"}  # not by address: a town hall shares one
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_FORMS = {
    "authenticate": "kijun.governance.accounts.mfa_forms.AuthenticateForm",
    "reauthenticate": "kijun.governance.accounts.mfa_forms.ReauthenticateForm",
    "activate_totp": "kijun.governance.accounts.mfa_forms.ActivateTotpForm",
    "add_webauthn": "kijun.governance.accounts.mfa_forms.AddWebAuthnForm",
    "edit_webauthn": "kijun.governance.accounts.mfa_forms.EditWebAuthnForm",
}
MFA_ADAPTER = "kijun.governance.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]  # behind one proxy a whole town hall shares an address
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a stranger who keeps knocking prolongs nothing
AXES_LOCKOUT_CALLABLE = "kijun.governance.accounts.views.sign_in.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "kijun_session"
CSRF_COOKIE_NAME = "kijun_csrf"
CSRF_FAILURE_VIEW = "kijun.sites.views.errors.csrf_failed"
TRUSTED_PROXY = environ.flag("KIJUN_TRUSTED_PROXY")
if TRUSTED_PROXY:
    # uvicorn takes the scheme from the proxy's header, and from a proxy on this machine alone (cli/web.py).
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{'*' if host[0] == '.' else ''}{host}" for host in environ.hosts()]

# --- browsers -------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# The version in the path lets browsers keep files for good and still see an upgrade at once.
STATIC_URL = f"/static/{__version__}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 31536000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- words and time -------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("日本語")), ("en", _("English")), ("ja-easy", _("やさしい日本語"))]
LANG_INFO["ja-easy"] = {
    "bidi": False,
    "code": "ja-easy",
    "name": "Plain Japanese",
    "name_local": "やさしい日本語",
}
LANGUAGE_COOKIE_NAME = "kijun_language"
LANGUAGE_COOKIE_AGE = 31536000
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True

# --- jobs -----------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "kijun",
    "label": "jobs",
    "orm": "default",
    "workers": 1,
    "recycle": 200,
    "timeout": 600,
    "retry": 900,
    "max_attempts": 3,
    "catch_up": False,
    "bulk": 1,
    "poll": 2,  # seconds; a stop waits for the look that is under way
    "save_limit": 500,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "kijun.sites.logs.Formatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"worth_telling": {"()": "kijun.sites.logs.WorthTelling"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["worth_telling"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"kijun": {"level": "INFO"}, "axes": {"level": "ERROR"}, "django_q": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # by account, not by address: behind one proxy a whole town hall shares an address
]
