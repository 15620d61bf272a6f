from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mom.demo"
    label = "demo"
