"""The residents' pages of the register; no account, only what was approved for publication."""

from django.urls import URLPattern, URLResolver, path

from kijun.governance.register.views import explaining, opendata, residents

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:code>/", residents.town, name="town"),
    path("<str:code>/about/", explaining.about, name="about"),
    path("<str:code>/ask/", explaining.ask, name="ask"),
    path("<str:code>/promises/", explaining.promises, name="promises"),
    path("<str:code>/words/", explaining.words, name="words"),
    path("<str:code>/accessibility/", explaining.accessibility, name="accessibility"),
    path("<str:code>/ai/<int:number>/", residents.entry, name="entry"),
    path("<str:code>/data/", explaining.data, name="data"),
    path("<str:code>/data/register.json", opendata.register_json, name="register_json"),
    path("<str:code>/data/register.schema.json", opendata.register_schema, name="register_schema"),
    path("<str:code>/data/register.csv", opendata.register_csv, name="register_csv"),
    path("<str:code>/data/dcat.jsonld", opendata.dcat, name="dcat"),
]
