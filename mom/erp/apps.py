from django.apps import AppConfig


class ErpConfig(AppConfig):
    name = "mom.erp"
    label = "erp"
