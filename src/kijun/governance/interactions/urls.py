from django.urls import URLPattern, URLResolver, path

from kijun.governance.interactions.views import imports, lists, looks, record, records, reports

app_name = "interactions"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", records.records, name="records"),
    path("mine/", records.mine, name="mine"),
    path("reason/", records.reason, name="reason"),
    path("holds/", lists.holds, name="holds"),
    path("holds/<str:hold>/release/", record.release, name="release"),
    path("looks/", looks.looks, name="looks"),
    path("refused/", lists.refused, name="refused"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.choose, name="import"),
    path("imports/<int:pk>/mapping/", imports.mapping, name="import_mapping"),
    path("imports/<int:pk>/", imports.preview, name="import_preview"),
    path("imports/<int:pk>/discard/", imports.discard, name="discard_import"),
    path("imports/templates/<int:pk>/remove/", imports.remove, name="remove_template"),
    path("one/<str:id>/", record.record, name="record"),
    path("one/<str:id>/reveal/", record.reveal, name="reveal"),
    path("one/<str:id>/hold/", record.hold, name="hold"),
]
