from django.urls import URLPattern, URLResolver, path

from kijun.governance.organisation.views import departments, imports, succeeding, town

app_name = "organisation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", departments.departments, name="departments"),
    path("<int:pk>/", departments.department, name="department"),
    path("add/", departments.add, name="add"),
    path("<int:pk>/revise/", departments.revise, name="revise"),
    path("<int:pk>/details/", departments.details, name="details"),
    path("<int:pk>/close/", departments.close, name="close"),
    path("<int:pk>/successors/", succeeding.successors, name="successors"),
    path("<int:pk>/hand-on/", succeeding.hand_on, name="hand_on"),
    path("<int:pk>/reopen/", departments.reopen, name="reopen"),
    path("versions/<int:pk>/cancel/", departments.cancel_version, name="cancel_version"),
    path("import/", imports.upload, name="import"),
    path("import/template/", imports.template, name="import_template"),
    path("import/<int:pk>/", imports.preview, name="import_preview"),
    path("town/", town.settings, name="settings"),
    path("closing-days/", town.closing_days, name="closing_days"),
    path("closing-days/<int:pk>/remove/", town.remove_closing_day, name="remove_closing_day"),
]
