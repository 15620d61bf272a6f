"""The integrators' guide does what it says: its snippets run from top to bottom against the real application."""

import re
from pathlib import Path

import pytest

from mom.accounts.models import Site
from mom.accounts.services.api_token import api_token_create
from mom.core import permissions
from mom.core.actor import system_actor
from tests.factories.accounts import make_site, make_user

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "integrators.md"
SNIPPET = re.compile(r"```python\n(.*?)```", re.DOTALL)


def token_for(site: Site) -> str:
    user = make_user("integrator", site=site, permissions=permissions.declared())
    scopes = ["orders:write", "master:write", "alerts:write", "exchange:write"]
    return api_token_create(system_actor("test"), user=user, name="guide", scopes=scopes, days=1)[1]


@pytest.mark.broker
@pytest.mark.django_db(transaction=True)
def test_snippets_of_the_guide_run_from_top_to_bottom(live_app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site("P1")
    monkeypatch.setenv("MOM_BASE", live_app)
    monkeypatch.setenv("MOM_TOKEN", token_for(site))
    monkeypatch.setenv("MOM_SITE", site.code)
    snippets = SNIPPET.findall(GUIDE.read_text())
    names: dict[str, object] = {}

    for snippet in snippets:
        exec(compile(snippet, str(GUIDE), "exec"), names)  # noqa: S102 - our own guide

    assert len(snippets) == 10
    assert names["gate"] is not None
    assert names["alert"]["team"] == "MAINT"  # type: ignore[index]
    assert str(names["secret"]).startswith("whsec_")
    assert names["changed"]["name"] == "Shaft 20 mm"  # type: ignore[index]
    assert {figure["id"] for figure in names["book"]["results"]} >= {"quality_ratio", "load"}  # type: ignore[index]
