"""The demo's labels: the standard set, and one of a lot in GS1's spelling."""

from mom.core.labels import templates
from mom.core.labels.templates import Look
from mom.core.use_case import UseCase
from mom.demo.services.plant import DemoPlant

GS1_LOT = Look(
    74.0,
    38.0,
    [
        {"type": "text", "x": 3, "y": 3, "width": 42, "size": 5.5, "text": "{material}", "bold": True},
        {"type": "text", "x": 3, "y": 9.5, "width": 42, "size": 3.2, "text": "{name}"},
        {"type": "line", "x": 3, "y": 14, "width": 42, "height": 0.3},
        {"type": "text", "x": 3, "y": 15.5, "width": 42, "size": 4, "text": "Lot {code}"},
        {"type": "text", "x": 3, "y": 21, "width": 42, "size": 3, "text": "{expires}"},
        {"type": "text", "x": 3, "y": 33, "width": 42, "size": 2.4, "text": "{site}"},
        {
            "type": "code", "x": 47, "y": 3, "width": 25, "height": 29, "symbology": "gs1-datamatrix",
            "data": "(10){code}(17){gs1_expires}", "human": True,
        },
    ],
)  # fmt: skip


def add_labels(act: UseCase, built: DemoPlant) -> None:
    """Templates for every kind of thing. Joins the transaction."""
    site = built.site.code
    templates.standard_set(act, site)
    templates.add(act, site, noun="lot", name="Lot, GS1", look=GS1_LOT)
