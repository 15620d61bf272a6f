from django.apps import AppConfig


class PlantConfig(AppConfig):
    name = "mom.plant"
    label = "plant"
