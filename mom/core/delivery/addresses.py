"""Where messages may go: public addresses, unless the settings name a host of the plant's own network.

A name is looked up once. Every address that it stands for must be allowed, and the connection goes to one of those
very addresses, so that a name which answers differently a moment later (DNS rebinding) leads nowhere else.
Source: reliability, section 6; OWASP API7.
"""

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from mom.core.errors import InvalidInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(InvalidInput):
    """This address is not one to which messages may go."""

    default_code = "address_not_allowed"

    def __init__(self, sentence: str) -> None:
        super().__init__({"url": [sentence]}, sentence)


def is_public(address: Address) -> bool:
    """Whether it is a host of the open internet; addresses that wrap another are judged by what they wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(each is not None and not is_public(each) for each in wrapped):
            return False
        if address.is_site_local or address.packed[:12] == bytes(12):  # the last: ::a.b.c.d, given up in 2006
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def matches(host: str, address: Address | None, allowed: Sequence[str]) -> bool:
    """Whether a list of names (`erp.example.com`, `*.example.com`), addresses and networks holds host or address."""
    for entry in allowed:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            if host == entry.lower() or (entry.startswith("*.") and host.endswith(entry[1:].lower())):
                return True
        else:
            if address is not None and address.version == network.version and address in network:
                return True
    return False


def check_url(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of an address that has the right shape. Raises: Refused."""
    if any(not 0x21 <= ord(letter) < 0x7F for letter in url):
        raise Refused(_("An address has only Latin letters, digits and signs, and no blanks."))
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise Refused(_("This is no address. Give one such as https://erp.example.com/hooks/mom.")) from None
    if parts.scheme not in {"https", "http"} or not host:
        raise Refused(_("This is no address. Give one such as https://erp.example.com/hooks/mom."))
    if parts.scheme == "http" and not settings.WEBHOOK_ALLOW_HTTP:
        raise Refused(_("Messages go by https only. For a test plant WEBHOOK_ALLOW_HTTP=1 allows http."))
    if parts.username is not None or parts.password is not None:
        raise Refused(_("Leave name and password out of the address; messages are signed instead."))
    if parts.fragment:
        raise Refused(_("Leave out what follows #; it is never sent."))
    if settings.WEBHOOK_ALLOWED_HOSTS and not matches(host, _literal(host), settings.WEBHOOK_ALLOWED_HOSTS):
        raise Refused(
            _("%(host)s is not among the hosts of WEBHOOK_ALLOWED_HOSTS. Ask who runs this system.") % {"host": host}
        )
    literal = _literal(host)
    if literal is not None:
        _require_allowed(host, literal)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the name stands for now, all of them allowed. Raises: Refused; OSError where none is known."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for each in addresses:
        _require_allowed(host, ipaddress.ip_address(each))
    return addresses


def _require_allowed(host: str, address: Address) -> None:
    if not is_public(address) and not matches(host, address, settings.WEBHOOK_PRIVATE_HOSTS):
        raise Refused(
            _("%(host)s leads to %(address)s, an address inside. WEBHOOK_PRIVATE_HOSTS names those that are allowed.")
            % {"host": host, "address": address}
        )


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
