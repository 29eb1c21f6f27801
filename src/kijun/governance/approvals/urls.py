from django.urls import URLPattern, URLResolver, path

from kijun.governance.approvals.views import approvals, routes

app_name = "approvals"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", approvals.approvals, name="list"),
    path("drafted/", approvals.approvals, {"view": "drafted"}, name="drafted"),
    path("all/", approvals.approvals, {"view": "all"}, name="all"),
    path("<int:pk>/", approvals.detail, name="detail"),
    path("<int:pk>/act/", approvals.act, name="act"),
    path("<int:pk>/withdraw/", approvals.withdraw, name="withdraw"),
    path("<int:pk>/steps/<int:step>/viewed/", approvals.view_later, name="view_later"),
    path("routes/", routes.routes, name="routes"),
    path("routes/add/", routes.add_route, name="add_route"),
    path("routes/<int:pk>/", routes.route, name="route"),
    path("routes/<int:pk>/delete/", routes.delete_route, name="delete_route"),
]
