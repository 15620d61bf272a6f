"""What is seen, what happened physically, and why: the three parts of a failure's code. Pure.

Texts are message ids for gettext. Source: ISO 14224:2016, annex B; the modes are those that a discrete plant meets.
"""

from collections.abc import Mapping


def _(message: str) -> str:
    """Mark a message id for the translators; it is translated where it is shown."""
    return message


MODES: Mapping[str, str] = {
    "BRD": _("Breakdown"),
    "FTS": _("Does not start"),
    "STP": _("Does not stop"),
    "UST": _("Stops by itself"),
    "FTF": _("Does not do its function"),
    "NOO": _("No output"),
    "LOO": _("Too little output"),
    "ERO": _("Uneven output"),
    "ELU": _("Leaks oil, air or water"),
    "ELP": _("Leaks product"),
    "PLU": _("Blocked"),
    "VIB": _("Vibrates"),
    "NOI": _("Noise"),
    "OHE": _("Too hot"),
    "LBP": _("Oil pressure low"),
    "POW": _("Power too low"),
    "AIR": _("Wrong reading on the instrument"),
    "PDE": _("Parameter drifts"),
    "STD": _("Damaged, cracked or loose"),
    "SER": _("Small thing, machine runs"),
    "OTH": _("Something else"),
    "UNK": _("Not known"),
}
MECHANISMS: Mapping[str, str] = {
    "1.1": _("Leakage"),
    "1.2": _("Vibration"),
    "1.3": _("Clearance or alignment"),
    "1.4": _("Deformation"),
    "1.5": _("Looseness"),
    "1.6": _("Sticking"),
    "2.1": _("Cavitation"),
    "2.2": _("Corrosion"),
    "2.3": _("Erosion"),
    "2.4": _("Wear"),
    "2.5": _("Breakage"),
    "2.6": _("Fatigue"),
    "2.7": _("Overheating"),
    "2.8": _("Burst"),
    "3.1": _("Control failure"),
    "3.2": _("No signal"),
    "3.3": _("Faulty signal"),
    "3.4": _("Out of adjustment"),
    "3.5": _("Software"),
    "4.1": _("Short circuit"),
    "4.2": _("Open circuit"),
    "4.3": _("No power"),
    "4.4": _("Faulty power"),
    "4.5": _("Earth fault"),
    "5.1": _("Blocked from outside"),
    "5.2": _("Contamination"),
    "6.1": _("No mechanism found"),
    "6.4": _("Mechanism not known"),
}
CAUSES: Mapping[str, str] = {
    "1.1": _("Design: wrong capacity"),
    "1.2": _("Design: wrong material"),
    "2.1": _("Made wrongly"),
    "2.2": _("Installed wrongly"),
    "3.1": _("Run outside its limits"),
    "3.2": _("Operating error"),
    "3.3": _("Maintenance error"),
    "3.4": _("Expected wear and tear"),
    "4.1": _("Wrong document"),
    "4.2": _("Management error"),
    "5.1": _("No cause found"),
    "5.4": _("Follows from another machine"),
    "5.6": _("Cause not known"),
}
