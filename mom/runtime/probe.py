"""`python -m mom.runtime.probe ...`: the health checks of the containers, which have no shell tools.

`probe http://127.0.0.1:8000/readyz`           the answer is 2xx
`probe http://web:8000/healthz workers`        that part of the answer is ok, whatever its status
`probe /tmp/beat-schedule 300`                 that file was written in the last 300 seconds
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def main(arguments: list[str]) -> int:
    """0 when well."""
    target, *rest = arguments
    if not target.startswith("http://"):
        return 0 if is_fresh(Path(target), float(rest[0])) else 1
    status, body = fetch(target)
    if rest:
        return 0 if is_part_ok(body, rest[0]) else 1
    return 0 if 200 <= status < 300 else 1


def fetch(address: str) -> tuple[int, bytes]:
    """Status and body, asked for under a host name that Django serves; (0, b"") where nobody answers."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    request = urllib.request.Request(address, headers={"Host": host, "X-Forwarded-Proto": "https"})  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310 - as above
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def is_part_ok(body: bytes, part: str) -> bool:
    """Whether a `/healthz` report says that this part is well."""
    try:
        return bool(json.loads(body)[part]["ok"])
    except (ValueError, KeyError, TypeError):
        return False


def is_fresh(path: Path, seconds: float) -> bool:
    """Whether a file was written lately."""
    return path.exists() and time.time() - path.stat().st_mtime <= seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
