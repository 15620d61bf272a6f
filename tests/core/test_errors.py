"""Every refusal has a code, a sentence and one shape."""

import pytest
from django.utils import translation

from mom.core import errors


def _family(cls: type[errors.MomError]) -> list[type[errors.MomError]]:
    return [cls, *(each for sub in cls.__subclasses__() for each in _family(sub))]


PLAIN = [errors.NotAllowed, errors.NotFound, errors.Conflict, errors.Stale, errors.PreconditionRequired]
PLAIN += [errors.TooLarge, errors.Unavailable, errors.InvalidInput]


@pytest.mark.parametrize("cls", PLAIN)
def test_error_problem_has_the_members_of_rfc_9457(cls: type[errors.MomError]) -> None:
    problem = cls().as_problem()

    assert problem["type"] == f"urn:mom:problem:{problem['code']}"
    assert problem["status"] == cls().status
    assert problem["detail"].endswith((".", "?"))
    assert isinstance(problem["title"], str)


def test_error_codes_of_the_ground_are_distinct() -> None:
    ours = [cls for cls in _family(errors.MomError) if cls.__module__ == "mom.core.errors"]

    codes = [cls.default_code for cls in ours]
    assert len(set(codes)) == len(codes)


def test_error_sentence_and_code_can_be_set_at_the_place() -> None:
    error = errors.Conflict("Press 3 is mounted elsewhere. Dismount it first.", code="asset_mounted")

    assert error.as_problem()["code"] == "asset_mounted"
    assert str(error) == "Press 3 is mounted elsewhere. Dismount it first."


def test_error_invalid_input_lists_every_field() -> None:
    error = errors.InvalidInput({"quantity": ["Give a number above 0."], "unit": ["Unknown."]}, status=400)

    assert error.as_problem()["status"] == 400
    assert error.as_problem()["fields"] == {"quantity": ["Give a number above 0."], "unit": ["Unknown."]}


def test_error_shortage_names_all_items_at_once() -> None:
    error = errors.Shortage([{"material": "M1", "missing": 3}, {"material": "M2", "missing": 1}])

    assert error.sentence.startswith("2 things")
    assert error.as_problem()["items"] == [{"material": "M1", "missing": "3"}, {"material": "M2", "missing": "1"}]


def test_error_sentence_is_translated_when_it_is_read() -> None:
    error = errors.NotFound()
    with translation.override("en"):
        assert error.sentence.startswith("There is nothing here")
