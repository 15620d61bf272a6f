"""Where messages may go: the open internet by https, and inside only what the settings name (OWASP API7)."""

import ipaddress
import socket
from typing import Any

import pytest

from mom.core.delivery import addresses, http
from mom.core.delivery.addresses import Refused, check_url, is_public, matches, resolve
from tests.core.delivery.receiver import Receiver

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "0.0.0.0",  # noqa: S104 - an address to be refused
    "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::127.0.0.1", "64:ff9b:1::1",
]  # fmt: skip
OUTSIDE = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"]


@pytest.fixture(autouse=True)
def strict(settings: Any) -> None:
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PRIVATE_HOSTS, settings.WEBHOOK_ALLOWED_HOSTS = False, [], []


@pytest.mark.parametrize("address", INSIDE)
def test_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_address_outside_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/", "ftp://erp.example.com/", "file:///etc/passwd", "gopher://erp.example.com/",
        "https://", "https:///path", "//erp.example.com/", "javascript:alert(1)",
        "https://user:secret@erp.example.com/",
        "https://erp.example.com/#part", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/", "https://erp.example.com:99999/",
        "https://erp.example.com/\r\nX: 1",
        "https://erp.exam\tple.com/", "https://[fe80::1%25eth0]/", "https://erp.example.com /", "https://ерп.example.com/",
    ],
)  # fmt: skip
def test_url_of_a_wrong_shape_or_inside_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url)


def test_url_is_taken_apart() -> None:
    assert check_url("https://ERP.example.com./hooks?a=1") == ("https", "erp.example.com", 443, "/hooks?a=1")
    assert check_url("https://erp.example.com:8443") == ("https", "erp.example.com", 8443, "/")


def test_url_outside_the_allow_list_is_refused(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_HOSTS = ["*.example.com", "hooks.partner.org"]
    for good in ("https://erp.example.com/", "https://hooks.partner.org/"):
        check_url(good)
    for bad in ("https://example.com/", "https://evil-example.com/", "https://partner.org/", "https://1.1.1.1/"):
        with pytest.raises(Refused):
            check_url(bad)


def answers(*found: str) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in found]


def test_name_that_leads_inside_is_refused_also_beside_a_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answers("1.1.1.1", "10.0.0.7"))
    with pytest.raises(Refused, match=r"10\.0\.0\.7"):
        resolve("rebinding.example.com", 443)


@pytest.mark.parametrize("literal", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_odd_spelling_of_loopback_is_refused_after_the_lookup(literal: str) -> None:
    check_url(f"https://{literal}/")  # a name as far as the shape goes
    with pytest.raises((Refused, OSError)):
        resolve(literal, 443)


def test_rebinding_name_is_looked_up_once_and_connected_to_what_was_checked(
    monkeypatch: pytest.MonkeyPatch, settings: Any, receiver: Receiver
) -> None:
    """The name answers 127.0.0.1 (allowed here) at first and another host ever after."""
    settings.WEBHOOK_ALLOW_HTTP, settings.WEBHOOK_PRIVATE_HOSTS = True, ["127.0.0.1"]
    asked: list[str] = []

    def lookup(host: str, *args: Any, **more: Any) -> list[Any]:
        asked.append(host)
        return answers("127.0.0.1") if len(asked) == 1 else answers("169.254.169.254")

    real, connected = socket.create_connection, []
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lookup)

    def connect(address: Any, **more: Any) -> Any:
        connected.append(address[0])
        sock = socket.socket()
        sock.settimeout(more["timeout"])
        sock.connect(address)
        return sock

    monkeypatch.setattr(http.socket, "create_connection", connect)
    port = receiver.url.split(":")[2].split("/")[0]
    answer = http.post(f"http://rebinding.example.com:{port}/", b"{}", {})

    assert (answer.status, asked, connected) == (200, ["rebinding.example.com"], ["127.0.0.1"])
    assert receiver.got[0].headers["host"] == f"rebinding.example.com:{port}"
    assert real is not None


def test_list_of_hosts_takes_names_addresses_and_networks() -> None:
    inside = ipaddress.ip_address("10.2.3.4")
    assert matches("erp", inside, ["10.2.0.0/16"])
    assert matches("erp.plant.local", None, ["*.plant.local"])
    assert not matches("erp", inside, ["10.3.0.0/16", "other", "::/0"])
