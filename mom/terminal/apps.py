from django.apps import AppConfig


class TerminalConfig(AppConfig):
    name = "mom.terminal"
    label = "terminal"
    verbose_name = "Terminal"
