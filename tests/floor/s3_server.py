"""As much of an S3-compatible store as one client asks for: objects in memory, whole or in parts, in one bucket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

Objects = dict[str, bytes]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    objects: Objects
    parts: dict[str, dict[int, bytes]]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        return

    def do_PUT(self) -> None:
        content = self._body()
        query = parse_qs(urlsplit(self.path).query)
        if "partNumber" in query:
            self.parts[query["uploadId"][0]][int(query["partNumber"][0])] = content
        else:
            self.objects[self._key()] = content
        self._answer(200, headers={"ETag": f'"{md5(content, usedforsecurity=False).hexdigest()}"'})

    def do_POST(self) -> None:
        self._body()
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if "uploads" in query:
            upload = f"u{len(self.parts)}"
            self.parts[upload] = {}
            self._answer(200, _xml("InitiateMultipartUploadResult", f"<UploadId>{upload}</UploadId>"))
        else:
            parts = self.parts.pop(query["uploadId"][0])
            self.objects[self._key()] = b"".join(parts[number] for number in sorted(parts))
            self._answer(200, _xml("CompleteMultipartUploadResult", "<ETag>e</ETag>"))

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            bucket, prefix = self._key().strip("/"), query.get("prefix", [""])[0]
            found = [(key.split("/", 1)[1], each) for key, each in sorted(self.objects.items())]
            rows = "".join(
                f"<Contents><Key>{escape(key)}</Key><Size>{len(each)}</Size>"
                "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
                for key, each in found
                if key.startswith(prefix)
            )
            many = f"<Name>{bucket}</Name><KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>"
            self._answer(200, _xml("ListBucketResult", many + rows))
            return
        self._object(with_content=True)

    def do_HEAD(self) -> None:
        if "/" not in (bucket := self._key().strip("/")):
            self._answer(200 if bucket == "plant" else 404, is_head=True)
            return
        self._object(with_content=False)

    def do_DELETE(self) -> None:
        self.objects.pop(self._key(), None)
        self._answer(204)

    def _object(self, *, with_content: bool) -> None:
        content = self.objects.get(self._key())
        if content is None:
            self._answer(404, b"" if not with_content else _xml("Error", "<Code>NoSuchKey</Code>"))
            return
        asked = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
        is_part = with_content and asked[1]
        part = content[int(asked[0]) : int(asked[2]) + 1] if is_part else content
        headers = {"Last-Modified": formatdate(0, usegmt=True), "ETag": '"e"'}
        self._answer(206 if is_part else 200, part, headers=headers, is_head=not with_content)

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            content = b""
            while many := int(self.rfile.readline().partition(b";")[0], 16):
                content += self.rfile.read(many)
                self.rfile.readline()
            self.rfile.readline()
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return _unwrapped(content) if "aws-chunked" in self.headers.get("Content-Encoding", "") else content

    def _answer(
        self, status: int, body: bytes = b"", *, headers: dict[str, str] | None = None, is_head: bool = False
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if not is_head:
            self.wfile.write(body)


def _unwrapped(content: bytes) -> bytes:
    """The content of the store's own chunks, which a checksum follows."""
    whole = b""
    while content:
        size, _, content = content.partition(b"\r\n")
        many = int(size.partition(b";")[0], 16)
        if not many:
            break
        whole, content = whole + content[:many], content[many + 2 :]
    return whole


def _xml(name: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{inside}</{name}>'.encode()


@contextmanager
def s3_server() -> Iterator[tuple[str, Objects]]:
    """The address of a store on this machine, and what it holds."""
    handler = type("Handler", (_Handler,), {"objects": {}, "parts": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", handler.objects  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
