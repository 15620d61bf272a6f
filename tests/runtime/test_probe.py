"""The containers' health checks."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mom.runtime import probe

HEALTH = json.dumps({"ok": False, "workers": {"ok": True}, "broker": {"ok": False}}).encode()


class Answer(BaseHTTPRequestHandler):
    hosts: list[str] = []

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        self.send_response(204 if self.path == "/readyz" else 503)
        self.end_headers()
        if self.path != "/readyz":
            self.wfile.write(HEALTH)

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_probe_wants_an_answer_of_success(server: str) -> None:
    assert probe.main([f"{server}/readyz"]) == 0
    assert probe.main([f"{server}/healthz"]) == 1


def test_probe_reads_one_part_of_the_report(server: str) -> None:
    assert probe.main([f"{server}/healthz", "workers"]) == 0
    assert probe.main([f"{server}/healthz", "broker"]) == 1
    assert probe.main([f"{server}/healthz", "nothing"]) == 1


def test_probe_asks_under_a_name_that_is_served(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "mom.example, other.example")
    probe.main([f"{server}/readyz"])
    assert Answer.hosts[-1] == "mom.example"


def test_probe_fails_where_nobody_answers() -> None:
    assert probe.main(["http://127.0.0.1:9/readyz"]) == 1


def test_probe_looks_at_the_age_of_a_file(tmp_path: Path) -> None:
    assert probe.main([str(tmp_path / "none"), "10"]) == 1
    (tmp_path / "file").touch()
    assert probe.main([str(tmp_path / "file"), "10"]) == 0
    assert probe.main([str(tmp_path / "file"), "-1"]) == 1
