from django.urls import URLPattern, URLResolver, path

from kijun.governance.reviews.views import labels, reviews, use

app_name = "reviews"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", reviews.reviews, name="list"),
    path("all/", reviews.all_reviews, name="all"),
    path("use/<str:interaction>/", use.use, name="use"),
    path("<int:pk>/", reviews.review, name="review"),
    path("<int:pk>/take/", reviews.take, name="take"),
    path("<int:pk>/submit/", reviews.submit, name="submit"),
    path("<int:pk>/material/", reviews.material, name="material"),
    path("<int:pk>/label/", labels.make, name="make_label"),
    path("labels/", labels.labels, name="labels"),
    path("labels/rules/", labels.rules, name="label_rules"),
    path("labels/<int:pk>/", labels.label, name="label"),
    path("labels/<int:pk>/code.<str:kind>", labels.image, name="label_image"),
    path("labels/<int:pk>/withdraw/", labels.withdraw, name="withdraw_label"),
]
