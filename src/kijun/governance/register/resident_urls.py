"""The residents' pages of the register; no account, only what was approved for publication."""

from django.urls import URLPattern, URLResolver

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = []
