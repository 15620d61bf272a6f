"""Messages over HTTP: JSON, lines and gzip, limits, what the answer says, and the record read again."""

import gzip
import json
import zlib
from typing import Any

import pytest
from django.test import Client

from mom.accounts.models import User
from mom.core import clock
from mom.floor.engine import message_parsing
from mom.floor.engine.message_parsing import MOST_BODY, MOST_IN_BODY, unpacked
from mom.floor.models import FloorMessage, QuarantinedMessage
from tests.factories.accounts import make_user
from tests.factories.work import make_machine

pytestmark = pytest.mark.django_db
URL = "/api/v1/floor/messages"


@pytest.fixture
def client(owner: User, site: Any) -> Client:
    make_machine(site)
    client = Client()
    client.force_login(owner, backend="mom.accounts.backends.PasswordBackend")
    return client


def message(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "sequence": number, "machine": "CNC-01", "kind": "count", "at": clock.now().isoformat(), "name": "total",
        "value": number, **fields,
    }  # fmt: skip


def batch(*messages: Any, **fields: Any) -> dict[str, Any]:
    return {"site": "P1", "source": "gw", "session": "s1", "messages": list(messages), **fields}


def post(client: Client, body: Any, kind: str = "application/json", url: str = URL, **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(url, data=data, content_type=kind, headers=headers)


def test_message_post_answers_what_became_of_each(client: Client) -> None:
    third = message(3)
    sent = batch(message(1), third, third, message(4, machine="NOBODY"), message(5, at="2020-01-01T00:00:00Z"))
    answer = post(client, sent)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["accepted"], found["repeated"], found["quarantined"], found["gaps"]) == (2, 1, 2, [[2, 2]])
    assert [(each["index"], each["problem"]) for each in found["waiting"]] == [
        (3, "unknown_machine"), (4, "impossible_time"),
    ]  # fmt: skip
    again = post(client, sent).json()
    assert (again["accepted"], again["repeated"], again["quarantined"]) == (0, 3, 2)
    assert FloorMessage.objects.count() == 2


@pytest.mark.parametrize("is_packed", [False, True])
def test_message_lines_and_gzip_are_the_same_batch(client: Client, is_packed: bool) -> None:
    messages = [message(number) for number in range(3)]
    lines = b"\n".join(json.dumps(each).encode() for each in messages) + b"\r\n\n"
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    body = gzip.compress(lines) if is_packed else lines
    url = f"{URL}?site=P1&source=gw&session=s1"
    assert post(client, body, "application/x-ndjson", url, **headers).json()["accepted"] == 3
    packed = gzip.compress(json.dumps(batch(*messages)).encode())
    assert post(client, packed, **{"Content-Encoding": "gzip"}).json()["repeated"] == 3


def test_message_broken_line_waits_and_the_others_count(client: Client) -> None:
    lines = b"\n".join([json.dumps(message(1)).encode(), b'{"sequence": 2, "mach', b"\xff", b'{"a":1,"a":2}'])
    answer = post(client, lines, "application/x-ndjson", f"{URL}?site=P1&source=gw&session=s1").json()
    assert (answer["accepted"], answer["quarantined"]) == (1, 3)
    assert '{"sequence": 2, "mach' in QuarantinedMessage.objects.values_list("raw", flat=True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400), (b"[]", 400), ({}, 400), (batch(site="P9"), 422), (batch(source=""), 400),
        (batch(colour="red"), 400), (batch(messages={}), 400), (batch(session=5), 400),
        (b'{"site":"P1","site":"P1"}', 400), (b"[" * 50_000, 400),
        (batch(*[{}] * (MOST_IN_BODY + 1)), 413), (b" " * (MOST_BODY + 1), 413),
    ],
    ids=range(12),
)  # fmt: skip
def test_message_body_that_can_not_be_read_is_refused(client: Client, body: Any, status: int) -> None:
    assert post(client, body).status_code == status
    assert not FloorMessage.objects.exists()


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("br", b"{}", 415), ("gzip", b"{}", 400), ("gzip", gzip.compress(b"{}")[:-4], 400),
        ("gzip", gzip.compress(b"{}") + gzip.compress(b"{}"), 400), ("gzip", gzip.compress(b" " * 200_000_000, 9), 413),
        ("gzip", b"", 400),
    ],
    ids=["brotli", "plain", "cut", "two", "bomb", "nothing"],
)  # fmt: skip
def test_message_packed_body_that_can_not_be_read_is_refused(
    client: Client, encoding: str, body: bytes, status: int
) -> None:
    assert post(client, body, **{"Content-Encoding": encoding}).status_code == status


def test_message_bomb_is_not_unpacked_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, **given: Any) -> None:
            self.reader = real(**given)

        def decompress(self, data: bytes, most: int) -> bytes:
            taken.append(len(piece := self.reader.decompress(data, most)))
            return piece

        def __getattr__(self, name: str) -> Any:
            return getattr(self.reader, name)

    monkeypatch.setattr(message_parsing.zlib, "decompressobj", Watched)
    with pytest.raises(message_parsing.TooMuch):
        unpacked(gzip.compress(b" " * 50_000_000, 9), 1_000_000)
    assert sum(taken) < 1_600_000


def test_message_post_needs_the_right_at_that_site(client: Client, site: Any, other_site: Any) -> None:
    viewer = Client()
    viewer.force_login(
        make_user("viewer", site=site, permissions=["floor.view"]), backend="mom.accounts.backends.PasswordBackend"
    )
    assert post(viewer, batch(message(1))).status_code == 403
    assert post(client, batch(message(1), site=other_site.code)).status_code == 422


def test_message_list_filters_by_machine_kind_and_time(client: Client, site: Any) -> None:
    make_machine(site, "CNC-02")
    start = clock.now().isoformat()
    post(client, batch(message(1), message(2, machine="CNC-02"), message(3, kind="heartbeat", name=None, value=None)))
    rows = client.get(URL, {"machine": "CNC-01", "kind": "count", "occurred_from": start}).json()["results"]
    assert [(row["machine"], row["sequence"], row["value"], row["source"]) for row in rows] == [
        ("CNC-01", 1, "1.000000", "gw")
    ]
    assert client.get(URL, {"occurred_before": start}).json()["results"] == []
    one = client.get(f"{URL}/{rows[0]['id']}").json()
    assert one["session"] == "s1"


def test_message_list_pages_by_time_without_holes(client: Client) -> None:
    post(client, batch(*[message(number) for number in range(7)]))
    found, url = [], f"{URL}?machine=CNC-01&page_size=3"
    while url:
        page = client.get(url).json()
        found += [row["sequence"] for row in page["results"]]
        url = page["next"]
    assert found == list(range(6, -1, -1))


def test_sources_and_gaps_are_readable(client: Client) -> None:
    post(client, batch(message(1), message(9)))
    assert client.get("/api/v1/floor/sources").json()["results"][0]["code"] == "gw"
    gap = client.get("/api/v1/floor/gaps", {"source": "gw", "session": "s1"}).json()["results"][0]
    assert (gap["first_sequence"], gap["last_sequence"]) == (2, 8)
