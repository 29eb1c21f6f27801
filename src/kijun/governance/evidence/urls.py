from django.urls import URLPattern, URLResolver, path

from kijun.governance.evidence.views import adding, findings, items, reassigning, transitions

app_name = "evidence"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", items.items, name="items"),
    path("<int:pk>/", items.item, name="item"),
    path("<int:pk>/withdraw/", items.withdraw, name="withdraw"),
    path("<int:pk>/file/", items.download, name="download"),
    path("collect/", items.collect, name="collect"),
    path("add/", adding.choose, name="choose"),
    path("add/<slug:kind>/", adding.add, name="add"),
    path("findings/", findings.findings, name="findings"),
    path("findings/raise/", findings.raise_finding, name="raise"),
    path("findings/reassign/", reassigning.reassign, name="reassign"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/plan/", findings.plan, name="plan"),
    path("findings/<int:pk>/steps/", findings.add_step, name="add_step"),
    path("findings/<int:pk>/steps/<int:step>/", findings.step, name="step"),
    path("findings/<int:pk>/steps/<int:step>/done/", transitions.finish_step, name="finish_step"),
    path("findings/<int:pk>/done/", transitions.done, name="done"),
    path("findings/<int:pk>/close/", transitions.close, name="close"),
    path("findings/<int:pk>/reopen/", transitions.reopen, name="reopen"),
]
