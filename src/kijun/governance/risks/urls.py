from django.urls import URLPattern, URLResolver, path

from kijun.governance.risks.views import assessing, assessment, overview

app_name = "risks"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("rule/", overview.explain, name="rule"),
    path("systems/<int:system>/start/", assessing.start, name="start"),
    path("<int:pk>/", assessment.assessment, name="assessment"),
    path("<int:pk>/continue/", assessing.resume, name="resume"),
    path("<int:pk>/edit/<slug:slug>/", assessing.part, name="part"),
    path("<int:pk>/ratings/<slug:principle>/", assessing.ratings, name="ratings"),
    path("<int:pk>/result/", assessing.result, name="result"),
    path("<int:pk>/discard/", assessing.discard, name="discard"),
    path("<int:pk>/accept/", assessment.accept, name="accept"),
]
