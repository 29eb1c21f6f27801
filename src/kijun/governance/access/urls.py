from django.urls import URLPattern, URLResolver, path

from kijun.governance.access.views import grants, keys, mine, models, purposes, rules, stops, upstreams

app_name = "access"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", mine.mine, name="mine"),
    path("upstreams/", upstreams.upstreams, name="upstreams"),
    path("upstreams/new/", upstreams.add, name="add_upstream"),
    path("upstreams/<int:pk>/", upstreams.upstream, name="upstream"),
    path("upstreams/<int:pk>/change/", upstreams.change, name="change_upstream"),
    path("upstreams/<int:pk>/switch/", upstreams.switch, name="switch_upstream"),
    path("upstreams/<int:pk>/opt-out/", upstreams.opt_out, name="opt_out"),
    path("upstreams/<int:pk>/opt-out/withdraw/", upstreams.withdraw, name="withdraw_opt_out"),
    path("models/", models.models, name="models"),
    path("models/new/", models.add, name="add_model"),
    path("models/<int:pk>/", models.model, name="model"),
    path("models/<int:pk>/change/", models.change, name="change_model"),
    path("models/<int:pk>/remove/", models.remove, name="remove_model"),
    path("purposes/", purposes.purposes, name="purposes"),
    path("purposes/new/", purposes.add, name="add_purpose"),
    path("purposes/<int:pk>/", purposes.purpose, name="purpose"),
    path("purposes/<int:pk>/change/", purposes.change, name="change_purpose"),
    path("purposes/<int:pk>/switch/", purposes.switch, name="switch_purpose"),
    path("grants/", grants.grants, name="grants"),
    path("grants/new/", grants.add, name="add_grant"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/change/", grants.change, name="change_grant"),
    path("grants/<int:pk>/revoke/", grants.revoke, name="revoke_grant"),
    path("grants/<int:pk>/rotate/", keys.rotate, name="rotate_key"),
    path("grants/<int:pk>/keys/<int:key>/revoke/", keys.revoke, name="revoke_key"),
    path("stops/", stops.stops, name="stops"),
    path("stops/new/", stops.add, name="add_stop"),
    path("stops/<int:pk>/lift/", stops.lift, name="lift_stop"),
    path("rules/", rules.rules, name="rules"),
    path("rules/change/", rules.change, name="change_rules"),
]
