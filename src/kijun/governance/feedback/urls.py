from django.urls import URLPattern, URLResolver, path

from kijun.governance.feedback.views import giving, rates, reports, requests

app_name = "feedback"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reports.reports, name="reports"),
    path("mine/", reports.mine, name="mine"),
    path("rates/", rates.rates, name="rates"),
    path("give/", giving.give, name="give"),
    path("new/", giving.choose_system, name="choose_system"),
    path("new/<int:pk>/", giving.report_system, name="report_system"),
    path("answers/<str:interaction>/", giving.report_answer, name="report_answer"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/material/", reports.material, name="material"),
    path("reports/<int:pk>/acknowledge/", reports.acknowledge, name="acknowledge"),
    path("reports/<int:pk>/answer/", reports.answer, name="answer"),
    path("reports/<int:pk>/close/", reports.close, name="close"),
    path("reports/<int:pk>/withdraw/", reports.withdraw, name="withdraw"),
    path("reports/<int:pk>/handler/", reports.handler, name="handler"),
    path("reports/<int:pk>/escalate/", reports.escalate, name="escalate"),
    path("reports/<int:pk>/settle/", reports.settle, name="settle"),
    path("reports/<int:pk>/request/", requests.begin, name="begin_request"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/", requests.request_page, name="request"),
    path("requests/<int:pk>/edit/", requests.edit, name="edit_request"),
    path("requests/<int:pk>/file/", requests.letter, name="letter"),
    path("requests/<int:pk>/file/<slug:kind>/", requests.letter, name="letter_as"),
    path("requests/<int:pk>/join/", requests.join, name="join_request"),
    path("requests/<int:pk>/leave/", requests.leave, name="leave_request"),
    path("requests/<int:pk>/ask/", requests.ask, name="ask"),
    path("requests/<int:pk>/reply/", requests.reply, name="reply"),
    path("requests/<int:pk>/verify/", requests.verify, name="verify"),
]
