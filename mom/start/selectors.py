"""What the first hour asks: is anybody here yet, which trades are there, how far is a company."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from mom.accounts.models import Site, SiteSetup, User
from mom.start.engine.template import Template, Trade, parsed

TEMPLATES = Path(__file__).parent / "templates_data"


def is_untouched() -> bool:
    """Whether nobody can sign in yet: only then does the setup code open anything. One statement."""
    return not User.objects.exists()


@cache
def template_of(trade: Trade) -> Template:
    """What the trade begins with."""
    return parsed(json.loads((TEMPLATES / f"{trade}.json").read_text(encoding="utf-8")))


def setup_of(site: Site) -> SiteSetup | None:
    """The first steps of a site; None for one that never had any (a demo, one added by hand). One statement."""
    return SiteSetup.objects.filter(site=site).first()


def answers_of(site: Site, step: str) -> dict[str, Any]:
    """What was typed into a step before. One statement."""
    setup = setup_of(site)
    return dict(setup.answers.get(step, {})) if setup else {}


def demo_site() -> Site | None:
    """The demo plant, where it stands. One statement."""
    return Site.objects.filter(is_demo=True).order_by("id").first()
