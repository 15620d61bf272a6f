"""A browser becomes an enrolled device by the code that an administrator made for it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from mom.accounts.device_session import home_of, keep_credential, person_leaves
from mom.accounts.services.device import device_enrol
from mom.core.api.client import client_address
from mom.core.errors import MomError
from mom.core.web.views import PUBLIC, PageMixin, show_error


class CodeForm(forms.Form):
    """The code, with or without its dash."""

    code = forms.CharField(label=_("Code"), max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "class": "code",
            "placeholder": "XXXX-XXXX",
        }


class Enrol(PageMixin):
    """The code is traded for a credential that only this browser holds; the code is spent."""

    permission = PUBLIC
    public_because = "A device that is not enrolled yet has nothing but the code, and nobody is signed in on it."

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(CodeForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            device, secret = device_enrol(form.cleaned_data["code"], client_address(request))
        except MomError as error:
            show_error(form, error)
            return self.show(form, error.status)
        person_leaves(request)
        answer = HttpResponseRedirect(home_of(device))
        keep_credential(answer, secret)
        return answer

    def show(self, form: CodeForm, status: int = 200) -> HttpResponse:
        """The form on a page without navigation."""
        answer = TemplateResponse(self.request, "terminal/enrol.html", {"form": form, "head": {}}, status=status)
        answer.headers["Cache-Control"] = "no-store"
        return answer
