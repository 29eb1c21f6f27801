"""The residents' pages of the register; no account, only what was approved for publication."""

from django.urls import URLPattern, URLResolver, path

from kijun.governance.register.views import opendata, residents

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:code>/", residents.town, name="town"),
    path("<str:code>/about/", residents.about, name="about"),
    path("<str:code>/ai/<int:number>/", residents.entry, name="entry"),
    path("<str:code>/data/", residents.data, name="data"),
    path("<str:code>/data/register.json", opendata.register_json, name="register_json"),
    path("<str:code>/data/register.schema.json", opendata.register_schema, name="register_schema"),
    path("<str:code>/data/register.csv", opendata.register_csv, name="register_csv"),
    path("<str:code>/data/dcat.jsonld", opendata.dcat, name="dcat"),
]
