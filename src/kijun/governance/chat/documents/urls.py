"""Addresses of collections, documents and sources, below those of the chat."""

from django.urls import URLPattern, URLResolver, path

from kijun.governance.chat.documents import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("documents/", views.documents, name="documents"),
    path("documents/collections/new/", views.add_collection, name="add_collection"),
    path("documents/collections/<int:pk>/", views.collection, name="collection"),
    path("documents/collections/<int:pk>/change/", views.change_collection, name="change_collection"),
    path("documents/collections/<int:pk>/upload/", views.upload, name="upload_document"),
    path("documents/reading/", views.reading, name="reading"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/again/", views.again, name="upload_version"),
    path("documents/<int:pk>/submit/", views.submit, name="submit_document"),
    path("documents/<int:pk>/withdraw/", views.withdraw, name="withdraw_document"),
    path("documents/<int:pk>/<int:number>/", views.version, name="document_version"),
    path("documents/<int:pk>/<int:number>/<int:passage>/", views.passage, name="passage"),
]
