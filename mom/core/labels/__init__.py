"""Labels: what may stand on them, what they look like, and their print as SVG, PDF and ZPL."""

from mom.core.labels.registry import LabelField, LabelNoun, LabelSubject, noun, register, registered

__all__ = ["LabelField", "LabelNoun", "LabelSubject", "noun", "register", "registered"]
