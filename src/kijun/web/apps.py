from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kijun.web"
    label = "web"
