from django.urls import URLPattern, URLResolver, path

from kijun.governance.mandates.views import bodies, mandates, plans

app_name = "mandates"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", mandates.overview, name="overview"),
    path("people/", mandates.mandates, name="mandates"),
    path("people/add/", mandates.add_mandate, name="add_mandate"),
    path("people/<int:pk>/", mandates.mandate, name="mandate"),
    path("people/<int:pk>/change/", mandates.change_mandate, name="change_mandate"),
    path("people/<int:pk>/end/", mandates.end_mandate, name="end_mandate"),
    path("requests/add/", mandates.ask, name="ask"),
    path("requests/<int:pk>/answer/", mandates.answer, name="answer"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/add/", bodies.add_body, name="add_body"),
    path("bodies/<int:pk>/", bodies.body, name="body"),
    path("bodies/<int:pk>/change/", bodies.change_body, name="change_body"),
    path("bodies/<int:pk>/members/add/", bodies.add_member, name="add_member"),
    path("members/<int:pk>/change/", bodies.change_member, name="change_member"),
    path("members/<int:pk>/end/", bodies.end_member, name="end_member"),
    path("bodies/<int:pk>/meetings/add/", bodies.add_meeting, name="add_meeting"),
    path("meetings/<int:pk>/change/", bodies.change_meeting, name="change_meeting"),
    path("plans/", plans.plans, name="plans"),
    path("plans/add/", plans.add_plan, name="add_plan"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/change/", plans.change_plan, name="change_plan"),
]
