"""Customers and suppliers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mom.core.db.searchable import Searchable
from mom.plant.models.base import MasterData


class BusinessPartner(MasterData):
    """A company we buy from or make for."""

    is_customer = models.BooleanField(_("customer"), default=False)
    is_supplier = models.BooleanField(_("supplier"), default=False)

    class Meta(MasterData.Meta):
        verbose_name = _("business partner")
        verbose_name_plural = _("business partners")
        triggers = [*MasterData.Meta.triggers, Searchable("partner", title="name", retired="NOT {is_active}")]
        constraints = [
            *MasterData.Meta.constraints,
            models.CheckConstraint(
                name="plant_businesspartner_has_a_role",
                condition=models.Q(is_customer=True) | models.Q(is_supplier=True),
                violation_error_message=_("Say whether it is a customer, a supplier or both."),
            ),
        ]
