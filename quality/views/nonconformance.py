"""Nonconformances on pages: listed, looked at, opened, decided with a signature, closed."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mom.accounts.services.signer import SignerCredentials
from mom.accounts.views.signing import SignPage, ToSign
from mom.core.errors import InvalidInput, NotFound
from mom.core.web import printing
from mom.core.web.lists import Empty, ListPage
from mom.core.web.tables import Column, SavedFilter, Tag
from mom.core.web.views import Action, Crumb, DetailPage, FormPage, Layout
from mom.plant.models import Equipment, MaterialDefinition, MaterialLot
from quality import permissions
from quality.engine.terms import OPEN_NONCONFORMANCES, DispositionKind, NonconformanceStatus, Severity
from quality.forms import CloseForm, DecisionForm, NonconformanceForm
from quality.models import Nonconformance, NonconformanceLine
from quality.models.labels import DISPOSITION_KIND, NONCONFORMANCE_STATUS, SEVERITY
from quality.rule_words import sample_words
from quality.selectors.nonconformance import line_views, nonconformance_get, nonconformance_list, samples_of
from quality.services import disposition
from quality.services import nonconformance as service
from quality.subjects import nonconformance_url
from quality.views.nonconformance_board import layouts, new_actions

DECIDED = Q(status=NonconformanceStatus.DISPOSED)


def status_tag(ncr: Nonconformance) -> Tag:
    """Its status as it stands in lists."""
    return Tag(NONCONFORMANCE_STATUS.label(ncr.status), NONCONFORMANCE_STATUS.state(ncr.status))


def severity_tag(ncr: Nonconformance) -> Tag:
    """How grave it is."""
    return Tag(SEVERITY.label(ncr.severity), SEVERITY.state(ncr.severity))


class NonconformanceList(ListPage):
    """Every nonconformance of the site."""

    permission = permissions.VIEW
    title = _("Nonconformances")
    intro = _("Parts that are not right, or in doubt. What is in doubt is held until somebody decides.")
    counted = ngettext_lazy("%(count)s nonconformance", "%(count)s nonconformances", "count")
    columns = (
        Column("code", _("NCR"), "code", kind="code", sort="code", link=nonconformance_url),
        Column("title", _("What is not right"), "title"),
        Column("severity", _("Severity"), severity_tag, kind="tag", sort="severity"),
        Column("status", _("Status"), status_tag, kind="tag"),
        Column("product", _("Product"), "material.code", kind="code", sort="material__code", minor=True),
        Column("machine", _("Machine"), "equipment.code", kind="code", sort="equipment__code", minor=True),
        Column("lots", _("In doubt"), "lots", kind="number", sort="lots", minor=True),
        Column("found", _("Found"), "found_at", kind="moment", sort="found_at"),
    )
    default_sort = "-found"
    search_fields = ("code", "title", "material__code", "equipment__code")
    search_label = _("Find an NCR, product or machine")
    saved_filters = (
        SavedFilter("open", _("To be decided"), Q(status__in=[s.value for s in OPEN_NONCONFORMANCES]), tone="bad"),
        SavedFilter("decided", _("Decided"), DECIDED),
        SavedFilter("rework", _("In rework"), DECIDED & Q(has_open_rework=True)),
        SavedFilter("to_close", _("To close"), DECIDED & Q(has_open_rework=False)),
        SavedFilter("closed", _("Closed"), Q(status=NonconformanceStatus.CLOSED)),
        SavedFilter("all", _("All")),
    )

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        text = _("A signal on a chart or a value out of tolerance opens one by itself.")
        return Empty(_("Nothing is in doubt"), text, "check", next(iter(new_actions(self)), None))

    def get_actions(self) -> Sequence[Action]:
        return new_actions(self)

    def get_layouts(self) -> Sequence[Layout]:
        return layouts("list")

    def get_rows(self) -> Any:
        return nonconformance_list(self.actor, self.site)


class NonconformanceDetail(DetailPage):
    """One: what was found, where it is, what was decided, and what is left to decide."""

    permission = permissions.VIEW
    template_name = "quality/nonconformance/detail.html"
    subject_name = "ncr"

    def get_subject(self) -> Nonconformance:
        return nonconformance_get(self.actor, self.site, self.kwargs["code"])

    def get_title(self) -> str:
        return self.subject.code

    def get_subtitle(self) -> str:
        return self.subject.title

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Nonconformances"), reverse("quality:nonconformance_list")),)

    def get_actions(self) -> Sequence[Action]:
        is_decided = self.subject.status == NonconformanceStatus.DISPOSED
        if not is_decided or not self.may(permissions.CLOSE_NONCONFORMANCE):
            return ()
        return (Action(_("Close"), reverse("quality:nonconformance_close", args=[self.subject.code]), "check"),)

    def get_context(self) -> dict[str, Any]:
        """Statements depend neither on lots nor on decisions."""
        may_decide = self.may(permissions.APPROVE_DISPOSITION) and self.subject.status in OPEN_NONCONFORMANCES
        return {
            "status": status_tag(self.subject),
            "severity": severity_tag(self.subject),
            "lines": [
                (each, self._form(each.line, each.left) if may_decide and each.is_open else None)
                for each in line_views(self.subject)
            ],
            "samples": [(each, sample_words(each)) for each in samples_of(self.subject)],
            "is_open": self.subject.status in OPEN_NONCONFORMANCES,
            "decide_url": reverse("quality:nonconformance_decide", args=[self.subject.code]),
        }

    def _form(self, line: NonconformanceLine, left: Decimal) -> DecisionForm:
        initial = {"line": line.pk, "quantity": f"{left.normalize():f}"}
        return DecisionForm(initial=initial, auto_id=f"l{line.pk}-%s")


class NonconformanceAdd(FormPage):
    """Opens a nonconformance that somebody found."""

    permission = permissions.RECORD_NONCONFORMANCE
    title = _("New NCR")
    form_class = NonconformanceForm
    submit_label = _("Open NCR and hold the lots")

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return reverse("quality:nonconformance_list")

    def get_crumbs(self) -> Sequence[Crumb]:
        return (Crumb(_("Nonconformances"), self.cancel_url),)

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        data = form.cleaned_data
        material = MaterialDefinition.objects.filter(site=self.site, code=data["material"]).first()
        machine = Equipment.objects.filter(site=self.site, code=data["machine"]).first() if data["machine"] else None
        codes = form.lot_codes()
        lots = {lot.code: lot for lot in MaterialLot.objects.filter(site=self.site, code__in=codes)
                .select_related("site", "definition")}  # fmt: skip
        wrong: dict[str, list[str]] = {}
        if material is None:
            wrong["material"] = [_t("There is no product %(code)s.") % {"code": data["material"]}]
        if data["machine"] and machine is None:
            wrong["machine"] = [_t("There is no machine %(code)s.") % {"code": data["machine"]}]
        missing = [code for code in codes if code not in lots]
        if missing:
            wrong["lots"] = [_t("There is no lot %(code)s.") % {"code": ", ".join(missing)}]
        if wrong or material is None:
            raise InvalidInput(wrong)
        new = service.NewNonconformance(
            data["title"],
            material,
            description=data["description"],
            severity=Severity(data["severity"]),
            equipment=machine,
            lots=[lots[code] for code in codes],
            quantity=data["quantity"] or Decimal(0),
        )
        return nonconformance_url(service.report(self.actor, self.site, new))


class NonconformanceDecide(SignPage):
    """Signs what becomes of a lot in doubt, or a part of it: exactly what the page shows."""

    template_name = "quality/nonconformance/decide.html"
    permission = permissions.APPROVE_DISPOSITION
    title = _("Decide")
    submit_label = _("Sign")
    success_message = _("Signed and done.")

    @cached_property
    def ncr(self) -> Nonconformance:
        """Raises: NotFound."""
        return nonconformance_get(self.actor, self.site, self.kwargs["code"])

    @cached_property
    def decision(self) -> disposition.Decision:
        """What was chosen on the page before. Raises: NotFound, InvalidInput."""
        form = DecisionForm(self.request.GET)
        if not form.is_valid():
            raise NotFound
        data = form.cleaned_data
        return disposition.Decision(data["line"], DispositionKind(data["kind"]), data["quantity"])

    @cached_property
    def line(self) -> NonconformanceLine:
        """Raises: NotFound."""
        return disposition.find_line(self.ncr, self.decision.line_id)

    def get_record(self) -> ToSign:
        return ToSign(
            self.ncr,
            content=disposition.signed_content(self.ncr, self.line, self.decision),
            version=disposition.signed_version(self.ncr, self.decision),
            what=_("Nonconformance"),
        )

    def get_intro(self) -> str:
        words = {
            "what": DISPOSITION_KIND.label(self.decision.kind),
            "quantity": printing.quantity(self.decision.quantity, self.line.unit),
            "lot": self.line.lot.code if self.line.lot else self.ncr.material.code,
        }
        return _t("%(what)s: %(quantity)s of %(lot)s") % words

    def get_crumbs(self) -> Sequence[Crumb]:
        return (
            Crumb(_("Nonconformances"), reverse("quality:nonconformance_list")),
            Crumb(self.ncr.code, self.cancel_url),
        )

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return nonconformance_url(self.ncr)

    def sign(self, form: Any, credentials: SignerCredentials) -> str:
        """Raises: MomError."""
        disposition.decide(
            self.actor, self.ncr.pk, self.decision, reason=form.cleaned_data["reason"], credentials=credentials
        )
        return self.cancel_url


class NonconformanceClose(FormPage):
    """Closes one whose parts are all decided and reworked."""

    permission = permissions.CLOSE_NONCONFORMANCE
    title = _("Close")
    form_class = CloseForm
    submit_label = _("Close")
    success_message = _("Closed. What was reworked may be used again.")

    @cached_property
    def ncr(self) -> Nonconformance:
        """Raises: NotFound."""
        return nonconformance_get(self.actor, self.site, self.kwargs["code"])

    def get_intro(self) -> str:
        return f"{self.ncr.code} {self.ncr.title}"

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        return nonconformance_url(self.ncr)

    def get_crumbs(self) -> Sequence[Crumb]:
        return (
            Crumb(_("Nonconformances"), reverse("quality:nonconformance_list")),
            Crumb(self.ncr.code, self.cancel_url),
        )

    def submit(self, form: Any) -> str:
        """Raises: MomError."""
        service.close(self.actor, self.ncr.pk, form.cleaned_data["reason"])
        return self.cancel_url
