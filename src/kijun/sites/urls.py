"""Addresses: residents at ``/``, staff at ``/staff/``; KIJUN_SITE serves one alone."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from kijun.sites.views import base, errors, first_run

common: list[URLPattern | URLResolver] = [
    path("healthz", base.health, name="health"),
    path("language/", set_language, name="set_language"),
]

staff: list[URLPattern | URLResolver] = [
    path("", base.home, name="home"),
    path("pages/", base.pages, name="pages"),
    path("search/", base.search, name="search"),
    path("set-up/", first_run.set_up, name="set_up"),
    path("people/", include("kijun.governance.accounts.urls")),
    path("people/", include("kijun.governance.accounts.allauth_urls")),
    path("departments/", include("kijun.governance.organisation.urls")),
    path("mandates/", include("kijun.governance.mandates.urls")),
    path("approvals/", include("kijun.governance.approvals.urls")),
    path("evidence/", include("kijun.governance.evidence.urls")),
    path("systems/", include("kijun.governance.inventory.urls")),
    path("risks/", include("kijun.governance.risks.urls")),
    path("assessments/", include("kijun.governance.assessments.urls")),
    path("access/", include("kijun.governance.access.urls")),
    path("records/", include("kijun.governance.interactions.urls")),
    path("feedback/", include("kijun.governance.feedback.urls")),
    path("reviews/", include("kijun.governance.reviews.urls")),
    path("chat/", include("kijun.governance.chat.urls")),
    path("incidents/", include("kijun.governance.incidents.urls")),
    path("register/", include("kijun.governance.register.urls")),
    path("reports/", include("kijun.governance.reports.urls")),
    path("trail/", include("kijun.governance.audit.urls")),
]

residents: list[URLPattern | URLResolver] = [
    path("", base.residents_home, name="residents_home"),
    path("towns/", include("kijun.governance.register.resident_urls")),
    path("labels/", include("kijun.governance.reviews.resident_urls")),
]

urlpatterns = list(common)
if settings.KIJUN_SITE in {"both", "residents"}:
    urlpatterns += residents
if settings.KIJUN_SITE in {"both", "staff"}:
    urlpatterns += [path("staff/", include(staff))]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
