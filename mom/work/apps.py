from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "mom.work"
    label = "work"
