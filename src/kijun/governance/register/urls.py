from django.urls import URLPattern, URLResolver, path

from kijun.governance.register.views import deciding, editing, entries

app_name = "register"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", entries.entries, name="list"),
    path("<int:pk>/", entries.entry, name="entry"),
    path("<int:pk>/preview/", entries.preview, name="preview"),
    path("<int:pk>/versions/<int:version>/", entries.version, name="version"),
    path("<int:pk>/start/", editing.start, name="start"),
    path("<int:pk>/edit/<slug:topic>/", editing.topic, name="topic"),
    path("<int:pk>/submit/", deciding.submit, name="submit"),
    path("<int:pk>/not-public/", deciding.not_public, name="not_public"),
    path("<int:pk>/withdraw/", deciding.withdraw, name="withdraw"),
]
