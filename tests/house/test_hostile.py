"""Requests that no browser sends cost no more than an answer: never a 500, never a word of the inside."""

import socket
from urllib.parse import urlsplit

import pytest

HOST = b"Host: localhost\r\nConnection: close\r\n"
REQUESTS = [
    b"GET /%ff%fe HTTP/1.1\r\n",
    b"GET /?q=%ff%fe HTTP/1.1\r\n",
    b"GET /prices/?q=%00 HTTP/1.1\r\n",
    b"GET /prices/%00/ HTTP/1.1\r\n",
    b"GET /prices/..%2f..%2fetc%2fpasswd/ HTTP/1.1\r\n",
    b"GET /static/../manage.py HTTP/1.1\r\n",
    b"GET /static/%2e%2e/%2e%2e/secret_key HTTP/1.1\r\n",
    b"GET /static/%00 HTTP/1.1\r\n",
    b"GET //evil.example/ HTTP/1.1\r\n",
    b"GET /prices//evil.example HTTP/1.1\r\n",
    b"GET /%0d%0aset-cookie:x=1 HTTP/1.1\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\n",
    b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\n",
    b"GET /?" + b"w1.requests=1&" * 2000 + b" HTTP/1.1\r\n",
    b"GET /prices/openai/" + b"x/" * 2000 + b" HTTP/1.1\r\n",
    b"GET /api/v1/prices/%F0%9F%92%A9/%ff HTTP/1.1\r\n",
    b"GET /api/v1/prices/openai/%00 HTTP/1.1\r\n",
    b"FOO / HTTP/1.1\r\n",
    b"OPTIONS * HTTP/1.1\r\n",
    b"TRACE / HTTP/1.1\r\n",
    b"GET / HTTP/1.1\r\nCookie: csrftoken=\xff\xfe; django_language=../../x; theme=<script>\r\n",
    b"GET / HTTP/1.1\r\nCookie: " + b"a=b; " * 2000 + b"\r\n",
    b"GET / HTTP/1.1\r\nAccept-Language: " + b"vi;q=0.1," * 500 + b"\r\n",
    b"GET / HTTP/1.1\r\nAccept-Language: \xff-../../etc\r\n",
    b"GET / HTTP/1.1\r\nHX-Request: true\r\nHX-Current-URL: http://[bad\r\nHX-Target: \xff\r\n",
    b"GET / HTTP/1.1\r\nX-Forwarded-For: \xff, 1.2.3.4:x, [::1\r\nX-Forwarded-Proto: gopher\r\n",
    b"GET / HTTP/1.1\r\nRange: bytes=-1,5-2,99999999999999999999-\r\n",
    b"POST /api/v1/estimate HTTP/1.1\r\nContent-Type: application/json; charset=\xff\r\nContent-Length: 2\r\n",
    b"POST /preferences/ HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=\r\nContent-Length: 2\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
]


def send(site: str, request: bytes) -> bytes:
    """What the server says to these bytes before it hangs up."""
    port = urlsplit(site).port
    head, _, rest = request.partition(b"\r\n")
    with socket.create_connection(("127.0.0.1", port or 80), timeout=20) as connection:
        connection.sendall(head + b"\r\n" + HOST + rest + b"\r\n{}")
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("request_bytes", REQUESTS, ids=lambda value: repr(value)[2:50])
def test_no_request_breaks_the_server_or_gets_at_the_inside(site: str, request_bytes: bytes) -> None:
    answer = send(site, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1] if head else b"closed"
    assert status == b"closed" or int(status) < 500, head
    assert b"set-cookie: x=1" not in head.lower()
    assert b"evil.example" not in head
    assert b"Traceback" not in body
    assert b"DJANGO_SETTINGS_MODULE" not in body
