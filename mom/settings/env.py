"""Typed readers of the environment that fail loudly: a missing or bad value stops the start with one clear sentence."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_MISSING = object()


def text(name: str, default: object = _MISSING, *, hint: str = "") -> str:
    """The value of `name`, or `default`. Raises: ImproperlyConfigured where neither is there."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is _MISSING:
        raise ImproperlyConfigured(f"{name} is not set. {hint}".strip())
    return str(default)


def integer(name: str, default: int, *, least: int | None = None, most: int | None = None) -> int:
    """A whole number, within the ends that are given. Raises: ImproperlyConfigured for anything else."""
    value = text(name, default)
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if (least is not None and number < least) or (most is not None and number > most):
        ends = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ImproperlyConfigured(f"{name} must be {ends}, not {number}.")
    return number


def boolean(name: str, default: bool) -> bool:
    """`1/true/yes/on` or `0/false/no/off`. Raises: ImproperlyConfigured for anything else."""
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be one of true, false, 1, 0, yes, no, on, off, not {value!r}.")


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def secret(name: str, *, least: int = 50) -> str:
    """A secret of at least `least` characters. Raises: ImproperlyConfigured where it is missing or short."""
    value = text(name, hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'")
    if len(value) < least:
        raise ImproperlyConfigured(f"{name} must have at least {least} characters; it has {len(value)}.")
    return value


def database(name: str = "DATABASE_URL") -> dict[str, object]:
    """Django's settings for one PostgreSQL address: `postgresql://user:password@host:port/name?host=/socket/dir`.

    Raises: ImproperlyConfigured for another scheme, a missing database name or a bad port.
    """
    url = text(
        name,
        hint="`python3 manage.py run` brings its own database; elsewhere set postgresql://user:password@host/name.",
    )
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(f"{name} must begin with postgresql://, not {parts.scheme or 'nothing'}://.")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} names no database: add its name after the last slash.")
    query = parse_qs(parts.query)
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from None
    host = unquote(parts.hostname or "") or (query.pop("host", [""])[0])
    ours = {"sslmode", "sslrootcert", "sslcert", "sslkey"}
    options = {key: values[0] for key, values in query.items() if key in ours}
    return {
        "ENGINE": "mom.core.db.backend",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def public_url(name: str = "PUBLIC_URL") -> str:
    """Where people reach the pages, without a slash at the end; empty where it is not told.

    Raises: ImproperlyConfigured for what is no address of a web site.
    """
    url = text(name, "").rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise ImproperlyConfigured(f"{name} must be the address of this site, as https://mom.example.com, not {url!r}.")
    return url


def redis_url(name: str = "REDIS_URL") -> str:
    """The broker's address. Raises: ImproperlyConfigured where it is missing or not a redis address."""
    url = text(name, hint="`python3 manage.py run` brings its own broker; elsewhere set redis://host:6379/0.")
    if urlsplit(url).scheme not in {"redis", "rediss", "redis+socket", "unix"}:
        raise ImproperlyConfigured(f"{name} must begin with redis:// or rediss://.")
    return url
