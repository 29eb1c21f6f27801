from django.urls import URLPattern, URLResolver, path

from kijun.governance.inventory.views import checks, datasets, imports, lists, registration, system

app_name = "inventory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.systems, name="systems"),
    path("new/", registration.start, name="start"),
    path("import/", imports.choose, name="import"),
    path("import/<int:pk>/", imports.preview, name="import_preview"),
    path("datasets/", lists.datasets, name="datasets"),
    path("datasets/import/", imports.choose_datasets, name="import_datasets"),
    path("datasets/import/<int:pk>/", imports.preview_datasets, name="import_datasets_preview"),
    path("datasets/new/", datasets.add, name="add_dataset"),
    path("datasets/<int:pk>/", datasets.dataset, name="dataset"),
    path("datasets/<int:pk>/change/", datasets.change, name="change_dataset"),
    path("datasets/<int:pk>/retire/", datasets.retire, name="retire_dataset"),
    path("<int:pk>/", system.system, name="system"),
    path("<int:pk>/continue/", registration.resume, name="resume"),
    path("<int:pk>/edit/<slug:slug>/", registration.step, name="step"),
    path("<int:pk>/check/", registration.check, name="check"),
    path("<int:pk>/discard/", registration.discard, name="discard"),
    path("<int:pk>/stage/", system.stage, name="stage"),
    path("<int:pk>/verify/", checks.verify, name="verify"),
    path("<int:pk>/pilot/", checks.pilot, name="pilot"),
    path("<int:pk>/<slug:section>/", system.system, name="section"),
]
