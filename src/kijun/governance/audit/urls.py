from django.urls import URLPattern, URLResolver, path

from kijun.governance.audit.views import trail

app_name = "audit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", trail.trail, name="trail"),
    path("<int:seq>/", trail.entry, name="entry"),
    path("verify/", trail.verify, name="verify"),
]
