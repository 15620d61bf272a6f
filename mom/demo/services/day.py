"""A day of the demo plant in all its domains, done through the same use cases as people's acts.

It belongs to the transaction that adds the plant: all of it or nothing, and never to a plant that stands already.
"""

from mom.demo.services import maintenance, quality, stock_day
from mom.demo.services.plant import DemoPlant


def add_day(built: DemoPlant) -> None:
    """What people of quality, maintenance and the store did and have before them. Within an enclosing transaction."""
    stock_day.add_castings(built)
    quality.add_quality(built)
    maintenance.add_maintenance(built)
    stock_day.add_stock_day(built)
