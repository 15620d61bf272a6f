from tests.bench.people import owner

__all__ = ["owner"]  # the person; of core's other tests it is the database's owner
