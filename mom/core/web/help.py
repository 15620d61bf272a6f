"""Help for a page: a short text in `templates/help/`, named after the page's address, or that of the page above it."""

from functools import cache

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from mom.core.web import navigation


def help_of(request: HttpRequest) -> str:
    """The template with the help for the page that is open; "" where there is none."""
    match = request.resolver_match
    own = template_of(match.view_name) if match else ""
    return own or template_of(navigation.above(request.path))


@cache
def template_of(view_name: str) -> str:
    """`production:order_list` has its help in `help/production/order_list.html`; "" where nobody wrote one."""
    name = f"help/{view_name.replace(':', '/')}.html"
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name
