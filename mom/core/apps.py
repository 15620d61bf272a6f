from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "mom.core"
    label = "core"
