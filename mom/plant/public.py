"""The plant model's door for the storeys above: what joins their transactions, and where their cards go."""

from mom.plant.panels import Panel, register_column, register_panel
from mom.plant.services.bulk import equipment_ids, material_ids, person_ids
from mom.plant.services.calendar import add_shift
from mom.plant.services.master_data import add as add_master_data
from mom.plant.services.master_data import alter as alter_master_data
from mom.plant.services.material import add_sublot
from mom.plant.services.person import grant as grant_qualification
from mom.plant.services.physical_asset import mount as mount_asset
from mom.plant.services.rate import NewRate
from mom.plant.services.rate import add as add_rate
from mom.plant.services.reason import classify as classify_reason
from mom.plant.services.refusals import register as register_refusal
from mom.plant.services.rows import insert as insert_row
from mom.plant.services.rows import locked as locked_row
from mom.plant.services.rows import update as update_row
from mom.plant.services.skill import ask as ask_for_skill

__all__ = [
    "NewRate",
    "Panel",
    "add_master_data",
    "add_rate",
    "add_shift",
    "add_sublot",
    "alter_master_data",
    "ask_for_skill",
    "classify_reason",
    "equipment_ids",
    "grant_qualification",
    "insert_row",
    "locked_row",
    "material_ids",
    "mount_asset",
    "person_ids",
    "register_column",
    "register_panel",
    "register_refusal",
    "update_row",
]
