"""The same request twice takes effect once (P02): the key, the effect and the answer are stored in one transaction.

The transaction begins by locking its key and looking for an answer under it, and ends by storing its own. A twin waits
for the lock until the first commits, then reads the stored answer. A refused or failed request stores nothing, so its
key may be used again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from mom.core import clock
from mom.core.actor import Actor
from mom.core.api.renderers import JSONRenderer
from mom.core.closing import Beside
from mom.core.db.locks import Lock
from mom.core.db.retry import retrying
from mom.core.db.statements import Statement
from mom.core.delivery.sealing import seal, unseal
from mom.core.engine import json_strict
from mom.core.errors import Conflict, InvalidInput
from mom.core.models import IdempotencyKey
from mom.core.request_id import request_id
from mom.core.use_case import TELLING, enclosing_transaction, has_told, write_with

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_LOCK_NOT_AVAILABLE = "55P03"

Handler = Callable[..., Response]


class InFlight(Conflict):
    """The same request is being worked on at this moment."""

    default_code = "idempotency_in_flight"
    default_sentence = _("The same request is still being worked on. Ask again in a few seconds.")
    retry_after = 2


class KeyReused(InvalidInput):
    """The key was used for another request."""

    default_code = "idempotency_key_reused"
    default_sentence = _("This Idempotency-Key was used for another request. Make a new key for each act.")


def key_of(request: Request, *, is_required: bool) -> str:
    """The request's key, empty where it has none and needs none. Raises: InvalidInput (400)."""
    key = request.headers.get(HEADER, "")
    if not key and is_required:
        raise InvalidInput(
            sentence=_("Send a header Idempotency-Key with a key of your own, a UUID for example."),
            code="idempotency_key_missing",
            status=400,
        )
    if key and not _KEY.fullmatch(key):
        raise InvalidInput(
            sentence=_("Idempotency-Key has 1 to 200 visible ASCII characters."),
            code="idempotency_key_malformed",
            status=400,
        )
    return str(key)


_SEALED = "sealed:"  # no JSON begins so: an answer that tells a secret is kept sealed


@retrying()
def answered_once(handler: Handler, key: str, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
    """The handler's answer, or the stored one. Raises: InFlight, KeyReused and whatever the handler raises.

    Where its transaction had to yield to another, all of it runs again; files that were sent are rewound by then.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    fingerprint = fingerprint_of(request)
    with enclosing_transaction():
        if not _claim(actor, key):
            return _stored(actor.reference, key, fingerprint)
        response = handler(request, *args, **kwargs)
        answer = _rendered(response)
        if answer.status_code >= 400:
            transaction.set_rollback(True)
        else:
            headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
            body = answer.content.decode()
            if getattr(response, "holds_secret", False):
                body = _SEALED + seal(body)
            _keep(
                {
                    "answer_principal": actor.reference,
                    "answer_key": key,
                    "answer_fingerprint": fingerprint,
                    "answer_status": answer.status_code,
                    "answer": body,
                    "answer_headers": json.dumps(headers),
                    "answered_at": clock.now(),
                }
            )
    return answer


def fingerprint_of(request: Request) -> str:
    """SHA-256 of what the request means: method, path with query, and the body in one spelling (files by content)."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if hasattr(data, "lists"):
        for name, values in sorted(data.lists()):
            for value in values:
                digest.update(json_strict.canonical([name, _content_digest(value)]))
    else:
        digest.update(json_strict.canonical(data))
    return digest.hexdigest()


def _content_digest(value: Any) -> Any:
    """A file by name and SHA-256 of its content, left rewound; anything else as it is."""
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]


def _claim(actor: Actor, key: str) -> bool:
    """Lock the key; whether no answer is stored under it. Raises: InFlight where a twin takes too long.

    The same statement tells the triggers who acts: most use cases give no reason and need not tell it again.
    """
    asked = {"lock": int(Lock.REQUEST), "principal": actor.reference, "key": key}
    try:
        [(is_free, *_told)] = _CLAIM.rows({**asked, **has_told(actor, "", request_id.get())})
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == _LOCK_NOT_AVAILABLE:
            raise InFlight from None
        raise
    return bool(is_free)


_CLAIM = Statement(f"SELECT core_claim_key(%(lock)s, %(principal)s, %(key)s), {TELLING}", "claim_key")
_KEEP = Beside(
    "INSERT INTO core_idempotencykey (principal, key, fingerprint, status, body, headers, created_at) VALUES"
    " (%(answer_principal)s, %(answer_key)s, %(answer_fingerprint)s, %(answer_status)s, %(answer)s,"
    " %(answer_headers)s, %(answered_at)s)",
    "keep_answer",
)


def _keep(values: dict[str, Any]) -> None:
    """Store the answer under its key, with what the act has left to write."""
    if not write_with(_KEEP, values):
        with connection.cursor() as cursor:
            _KEEP.execute(cursor, values)


def _stored(principal: str, key: str, fingerprint: str) -> HttpResponse:
    """The answer that was given before. Raises: KeyReused."""
    row = IdempotencyKey.objects.filter(principal=principal, key=key).first()
    if row is None or row.status is None:
        raise InFlight
    if row.fingerprint != fingerprint:
        raise KeyReused
    body = unseal(row.body.removeprefix(_SEALED)) if row.body.startswith(_SEALED) else row.body
    return HttpResponse(
        body, status=row.status, content_type="application/json", headers={**row.headers, REPLAYED: "true"}
    )


def _rendered(response: Response) -> HttpResponse:
    """The answer as the bytes that are both stored and sent, so that a replay is the same to the last one."""
    body = b"" if response.data is None else JSONRenderer().render(response.data)
    answer = HttpResponse(body, status=response.status_code, content_type=response.content_type or "application/json")
    for name, value in response.items():
        answer.headers.setdefault(name, value)
    return answer
