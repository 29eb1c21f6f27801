"""職員: signing in, my settings, people. Names that allauth looks up stand in ``allauth_urls``."""

from django.urls import URLPattern, URLResolver, path

from kijun.governance.accounts.views import me, people, people_import, person, recovery, sign_in

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("recover/", recovery.recover, name="recover"),
    path("me/", me.me, name="me"),
    path("me/language/", me.choose_language, name="choose_language"),
    path("me/sessions/end/", me.end_session, name="end_session"),
    path("me/password/", me.password, name="password"),
    path("", people.people, name="people"),
    path("add/", people.add_person, name="add_person"),
    path("import/", people_import.upload, name="import_people"),
    path("import/template/", people_import.template, name="import_template"),
    path("import/<int:pk>/", people_import.preview, name="preview_import"),
    path("<int:pk>/", person.person, name="person"),
    path("<int:pk>/edit/", person.edit_person, name="edit_person"),
    path("<int:pk>/postings/", person.add_posting, name="add_posting"),
    path("<int:pk>/roles/", person.add_grant, name="add_grant"),
    path("<int:pk>/deactivate/", person.deactivate, name="deactivate"),
    path("<int:pk>/reactivate/", person.reactivate, name="reactivate"),
    path("<int:pk>/unlock/", person.unlock, name="unlock"),
    path("<int:pk>/sessions/end/", person.end_sessions, name="end_sessions_of"),
    path("<int:pk>/second-factor/reset/", person.reset_second_factor, name="reset_second_factor"),
    path("<int:pk>/recovery-link/", recovery.make_link, name="make_recovery_link"),
    path("roles/<int:pk>/end/", person.end_grant, name="end_grant"),
    path("postings/<int:pk>/end/", person.end_posting, name="end_posting"),
]
