from django.urls import URLPattern, URLResolver, path

from kijun.governance.chat.documents.urls import urlpatterns as of_documents
from kijun.governance.chat.views import conversations, export, files, given, prompts, settings, talk

app_name = "chat"
urlpatterns: list[URLPattern | URLResolver] = [
    *of_documents,
    path("", conversations.home, name="home"),
    path("new/<int:grant>/", conversations.new, name="new"),
    path("send/<int:grant>/", talk.send, name="send"),
    path("stream/<int:grant>/", talk.stream, name="stream"),
    path("look/<int:grant>/", talk.look, name="look"),
    path("draft/<int:grant>/", talk.draft, name="draft"),
    path("attach/<int:grant>/", files.attach, name="attach"),
    path("attachments/<int:pk>/remove/", files.remove, name="remove_attachment"),
    path("prompts/", prompts.prompts, name="prompts"),
    path("prompts/new/", prompts.add, name="add_prompt"),
    path("prompts/<int:pk>/", prompts.prompt, name="prompt"),
    path("prompts/<int:pk>/change/", prompts.change, name="change_prompt"),
    path("prompts/<int:pk>/send/", prompts.send, name="send_prompt"),
    path("prompts/<int:pk>/decide/", prompts.decide, name="decide_prompt"),
    path("prompts/<int:pk>/withdraw/", prompts.withdraw, name="withdraw_prompt"),
    path("prompts/<int:pk>/move/", prompts.move, name="move_prompt"),
    path("prompts/<int:pk>/use/", prompts.use, name="use_prompt"),
    path("notice/", settings.notice, name="notice"),
    path("answers/<str:interaction>/<int:number>/", given.given, name="given"),
    path("answers/<str:interaction>/<int:number>/open/", given.open_given, name="open_given"),
    path("<uuid:pk>/", conversations.conversation, name="conversation"),
    path("<uuid:pk>/rename/", conversations.rename, name="rename"),
    path("<uuid:pk>/delete/", conversations.delete, name="delete"),
    path("<uuid:pk>/export/<slug:form>/", export.export, name="export"),
]
