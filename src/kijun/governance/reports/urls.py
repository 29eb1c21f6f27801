from django.urls import URLPattern, URLResolver, path

from kijun.governance.reports import views

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("organisation/", views.organisation, name="organisation"),
    path(
        "organisation/controls/<slug:principle>/", views.organisation_controls, name="organisation_controls"
    ),
    path("organisation/<slug:form>/", views.organisation_file, name="organisation_file"),
    path("systems/<int:system_id>/", views.system, name="system"),
    path("systems/<int:system_id>/controls/<slug:principle>/", views.system_controls, name="system_controls"),
    path("systems/<int:system_id>/<slug:form>/", views.system_file, name="system_file"),
    path("issued/new/", views.issue, name="issue"),
]
