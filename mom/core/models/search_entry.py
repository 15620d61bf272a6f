"""What the one search box looks through: an entry per thing that has a number or a name, kept by triggers."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """One thing under its noun. Derived: the trigger `Searchable` of the thing's table writes it in the same
    transaction, an invariant compares the two, `manage.py rebuild_search` makes it anew.

    `also` is a second number (the supplier's lot, a serial number). What is folded has neither case nor accents.
    """

    noun = models.CharField(_("noun"), max_length=32)
    object_id = models.BigIntegerField(_("key"))
    site = models.CharField(_("site"), max_length=32)
    code = models.CharField(_("code"), max_length=100)
    title = models.CharField(_("name"), max_length=200, blank=True)
    also = models.CharField(_("also known as"), max_length=100, blank=True)
    folded_code = models.CharField(max_length=200, db_collation="C")
    folded_also = models.CharField(max_length=200, db_collation="C", blank=True)
    words = models.TextField()
    is_retired = models.BooleanField(_("out of use"), default=False)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["noun", "object_id"], name="core_searchentry_once_per_thing"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["site", "noun", "is_retired", "folded_code"], name="core_search_code"),
            models.Index(
                fields=["site", "noun", "folded_also"],
                condition=~models.Q(folded_also=""),
                name="core_search_also",
            ),
            # Without the list of pending entries: reading it would make every search pay for what was written last.
            GinIndex(OpClass("words", name="gin_trgm_ops"), fastupdate=False, name="core_search_words"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.code}"
