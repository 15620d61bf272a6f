from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mom.accounts"
    label = "accounts"
