"""How far a time that is told later may lie from what is known. Pure. Source: decision 43."""

from datetime import timedelta

CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""So much two clocks, or two sendings of one device, may disagree about the order of two acts: it is evened out."""
LONGEST_AGO = timedelta(days=30)
"""An earlier time comes from a clock that was reset. Entries of stations are cut at the same bound."""
