"""The signature of webhooks: vectors that any receiver can check its own code against, and what is refused."""

import hashlib
import hmac

import pytest

from mom.core.delivery.sealing import CannotOpen, seal, unseal
from mom.core.engine.delivery import pause_after
from mom.core.engine.signing import sign, verify

SECRET, AT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1776328922


@pytest.mark.parametrize("body", [b"{}", '{"a":"\u00e5"}'.encode(), b""])
def test_signature_is_hmac_sha256_over_instant_dot_body(body: bytes) -> None:
    expected = hmac.new(SECRET.encode(), f"{AT}.".encode() + body, hashlib.sha256).hexdigest()

    assert sign(body, [SECRET], AT) == f"t={AT},v1={expected}"
    assert verify(f"t={AT},v1={expected}", body, SECRET, AT)


def test_signature_vector_never_changes() -> None:
    """A receiver written today must verify what we send in ten years."""
    assert sign(b'{"version":1}', [SECRET], AT) == (
        "t=1776328922,v1=547ee69896f6b67781a8c484afc9103c996899444ea869e02fafbbe6106be935"
    )


def test_signature_names_both_secrets_while_one_replaces_the_other() -> None:
    header = sign(b"x", ["new", "old"], AT)
    assert header.count("v1=") == 2
    assert verify(header, b"x", "old", AT)
    assert verify(header, b"x", "new", AT)


@pytest.mark.parametrize(
    ("header", "body", "now"),
    [
        (sign(b"x", [SECRET], AT), b"y", AT),
        (sign(b"x", [SECRET], AT), b"x", AT + 301),
        (sign(b"x", [SECRET], AT), b"x", AT - 301),
        (sign(b"x", ["other"], AT), b"x", AT),
        (sign(b"x", [SECRET], AT).replace("v1=", "v0="), b"x", AT),
        (sign(b"x", [SECRET], AT).replace(f"t={AT}", f"t={AT + 1}"), b"x", AT),
        (sign(b"x", [SECRET], AT) + f",t={AT}", b"x", AT),
        (f"t={AT}", b"x", AT),
        ("", b"x", AT),
        ("t=\u0661,v1=", b"x", AT),
        (f"t={AT},v1=\u00e5", b"x", AT),
        ("t=" + "9" * 400 + ",v1=00", b"x", AT),
    ],
)
def test_signature_that_is_not_ours_is_refused(header: str, body: bytes, now: int) -> None:
    assert not verify(header, body, SECRET, now)


def test_seal_opens_with_its_key_and_with_an_old_one(settings: object) -> None:
    sealed = seal("whsec_å")
    assert "whsec" not in sealed
    assert seal("whsec_å") != sealed, "a nonce each"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 64  # type: ignore[attr-defined]
    assert unseal(sealed) == "whsec_å"
    settings.SECRET_KEY_FALLBACKS = []  # type: ignore[attr-defined]
    with pytest.raises(CannotOpen):
        unseal(sealed)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64, 200])
def test_seal_keeps_texts_of_any_length(length: int) -> None:
    assert unseal(seal("x" * length)) == "x" * length


def test_pause_doubles_from_a_minute_to_an_hour() -> None:
    assert [pause_after(tries) for tries in range(1, 9)] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert pause_after(1, asked=90) == 90
    assert pause_after(1, asked=1e9) == 3600
