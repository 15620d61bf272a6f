from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "mom.demo"
    label = "demo"

    def ready(self) -> None:
        from mom.core.web.about import register_note
        from mom.demo.notes import invented

        register_note("demo", invented)
