"""The residents' page behind a label's code; no account."""

from django.urls import URLPattern, URLResolver, path

from kijun.governance.reviews.views import residents

app_name = "labels"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", residents.find, name="find"),
    path("<str:code>/", residents.label, name="label"),
]
