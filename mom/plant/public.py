"""The plant model's door for the storeys above: what joins their transactions."""

from mom.plant.services.bulk import equipment_ids, material_ids, person_ids

__all__ = ["equipment_ids", "material_ids", "person_ids"]
