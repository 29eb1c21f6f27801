from django.urls import URLPattern, URLResolver, path

from kijun.governance.assessments.views import answering, catalog, cycles, ending, own, results, sheets, work

app_name = "assessments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", cycles.cycles, name="cycles"),
    path("new/", cycles.new_cycle, name="new_cycle"),
    path("cycles/<int:pk>/", cycles.cycle, name="cycle"),
    path("cycles/<int:pk>/add/", cycles.add_missing, name="add_missing"),
    path("systems/<int:system_id>/", catalog.system_assessments, name="system"),
    path("catalog/", catalog.catalog, name="catalog"),
    path("catalog/crosswalk/", catalog.crosswalk, name="crosswalk"),
    path("catalog/crosswalk/<str:framework_id>/", catalog.framework, name="framework"),
    path("catalog/own/", own.own_controls, name="own_controls"),
    path("catalog/own/template/", own.own_template, name="own_template"),
    path("catalog/controls/<str:control_id>/", catalog.catalog_control, name="catalog_control"),
    path("work/<int:pk>/", work.edit_work, name="edit_work"),
    path("work/<int:pk>/finish/", work.finish, name="finish"),
    path("work/<int:pk>/reopen/", work.reopen, name="reopen"),
    path("work/<int:pk>/remove/", work.remove_work, name="remove_work"),
    path("<int:pk>/", answering.assessment, name="assessment"),
    path("<int:pk>/principles/<str:principle>/", answering.principle, name="principle"),
    path("<int:pk>/controls/<str:control_id>/", answering.control, name="control"),
    path("<int:pk>/controls/<str:control_id>/save/", answering.save_answer, name="save_answer"),
    path("<int:pk>/controls/<str:control_id>/ask/", answering.ask_department, name="ask_department"),
    path("<int:pk>/work/", work.work, name="work"),
    path("<int:pk>/submit/", ending.submit, name="submit"),
    path("<int:pk>/close/", ending.close, name="close"),
    path("<int:pk>/results/", results.results, name="results"),
    path("<int:pk>/upgrade/", ending.upgrade, name="upgrade"),
    path("<int:pk>/sheet/", sheets.save_sheet, name="sheet"),
    path("<int:pk>/import/", sheets.import_sheet, name="import"),
]
