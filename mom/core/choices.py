"""One place for the label and the colour of each status: a plain StrEnum of an engine becomes Django choices."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from django.db import models
from django.utils.functional import Promise

Member = TypeVar("Member", bound=StrEnum)
Text = str | Promise


class Labelled(Generic[Member]):
    """A StrEnum with the label and the state colour or tone that people see for each member.

    Raises: LookupError at import where a member has no label or a label no member.
    """

    def __init__(self, enum: type[Member], table: Mapping[Member, tuple[Text, str]]) -> None:
        unlabelled = set(enum) ^ set(table)
        if unlabelled:
            raise LookupError(f"{enum.__name__}: labels and members differ in {sorted(map(str, unlabelled))}")
        self.enum = enum
        self._table = {member: table[member] for member in enum}

    @property
    def choices(self) -> list[tuple[str, Text]]:
        """For `choices=` of a CharField, in the order of the enum."""
        return [(member.value, label) for member, (label, _state) in self._table.items()]

    @property
    def values(self) -> list[str]:
        """The stored values, in the order of the enum."""
        return [member.value for member in self._table]

    @property
    def max_length(self) -> int:
        """Room for the longest value."""
        return max(len(value) for value in self.values)

    def label(self, value: str) -> Text:
        """What people read for `value`."""
        return self._table[self.enum(value)][0]

    def state(self, value: str) -> str:
        """The state colour of `value`."""
        return self._table[self.enum(value)][1]

    def check(self, field: str, name: str) -> models.CheckConstraint:
        """A constraint that lets only these values into the column."""
        return models.CheckConstraint(condition=models.Q(**{f"{field}__in": self.values}), name=name)


def choices(enum: type[Member], labels: Mapping[Member, Text]) -> list[tuple[str, Text]]:
    """Django choices of a StrEnum whose members have labels but no state colours.

    Raises: LookupError at import where a member has no label.
    """
    return [(member.value, labels[member]) for member in enum]
