"""What a site decides about approvals."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mom.accounts.models.approval import MODE
from mom.core.web.inputs import MomentInput


class ApprovalRuleForm(forms.Form):
    """A rule for one class of records: how many eyes, from when on, and why."""

    mode = forms.ChoiceField(label=_("Approval"), choices=MODE.choices, widget=forms.RadioSelect)
    is_regulated = forms.BooleanField(
        label=_("Regulated"), required=False, help_text=_("Four eyes are then compulsory, and the mark is on record.")
    )
    valid_from = MomentInput(label=_("From"), required=False, help_text=_("Empty: at once."))
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=500)
