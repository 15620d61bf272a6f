"""Where a request comes from."""

import ipaddress

from django.http import HttpRequest
from rest_framework.settings import api_settings


def client_address(request: HttpRequest) -> str:
    """The client's address; what it says of itself counts only as far as our own proxies wrote it.

    `NUM_PROXIES` of them stand in front: without that setting `X-Forwarded-For` is ignored, as anybody can send it.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = api_settings.NUM_PROXIES or 0
    address = forwarded[-min(proxies, len(forwarded))] if proxies and forwarded else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return "127.0.0.1"  # a unix socket has no address


def is_within(address: str, networks: list[str]) -> bool:
    """Whether the address lies in one of the CIDR networks."""
    here = ipaddress.ip_address(address)
    return any(here in ipaddress.ip_network(network, strict=False) for network in networks)
