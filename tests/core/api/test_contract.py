"""P32: whatever is thrown at the API, it answers as its own OpenAPI document says, and never with a server error."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.core.failures import Failure, FailureGroup

from mom.accounts.engine.scopes import SCOPES
from mom.accounts.models import Site
from mom.accounts.services.api_token import api_token_create
from mom.core import permissions
from mom.core.actor import system_actor
from tests.factories.accounts import make_user

NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


@pytest.fixture
def document(transactional_db: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())


@pytest.fixture
def token(transactional_db: None, site: Site) -> str:
    """A key with every scope, for a person with every right at the plant."""
    person = make_user("fuzzer", site=site, permissions=permissions.declared())
    _row, secret = api_token_create(system_actor("test"), user=person, name="fuzz", scopes=list(SCOPES), days=1)
    return secret


@pytest.mark.slow
def test_P32_api_keeps_to_its_document(document: Any, token: str) -> None:
    """A loop and not `parametrize`: the document comes from the running application, too late to collect tests from."""
    checks, broken, tried = CHECKS.get_by_names(list(NAMES)), [], 0
    for result in document.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def hold(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            case.validate_response(answer, checks=checks)

        tried += 1
        try:
            hold()
        except (FailureGroup, Failure) as failure:
            broken.append(f"{operation.label}: {failure}")
    assert tried > 3
    assert not broken, "\n\n".join(broken)
