"""Typed properties of things and their classes: who has them, how they are set, read and filtered by."""
