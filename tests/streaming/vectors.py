"""What a conforming reader makes of a stream: facts of the WHATWG text and of its public tests, written again.

Where a cut matters, `pieces` says how the network delivers the bytes.
"""

from typing import NamedTuple

from costcalc.streaming.events import Event


class Vector(NamedTuple):
    """Bytes, the events in them, and the reconnection time in milliseconds that they set."""

    name: str
    stream: bytes
    events: tuple[Event, ...]
    retry: int | None = None
    pieces: tuple[bytes, ...] = ()


VECTORS = (
    Vector(
        "one byte order mark is taken away, at the start alone",
        b"\xef\xbb\xbfdata:1\n\n\xef\xbb\xbfdata:2\n\ndata:3\n\n\n",
        (
            Event("1"),
            Event("3"),
        ),
    ),
    Vector(
        "a second byte order mark makes an unknown field",
        b"\xef\xbb\xbf\xef\xbb\xbfdata:1\n\ndata:2\n\ndata:3\n\n\n",
        (
            Event("2"),
            Event("3"),
        ),
    ),
    Vector(
        "an id may be any text", b"id: \xe2\x80\xa6\nretry: 200\ndata: hello\n\n", (Event("hello", id="…"),), retry=200
    ),
    Vector(
        "an id stays until the next one",
        b"id: 1\ndata: 1\n\ndata:2\n\n",
        (
            Event("1", id="1"),
            Event("2", id="1"),
        ),
    ),
    Vector(
        "an empty id resets it",
        b"id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n",
        (
            Event("1", id="1"),
            Event("2"),
            Event("3"),
        ),
    ),
    Vector(
        "an id without a colon resets it",
        b"id: 1\ndata: 1\n\nid\ndata:2\n\ndata:3\n\n",
        (
            Event("1", id="1"),
            Event("2"),
            Event("3"),
        ),
    ),
    Vector("an id of NULs is ignored", b"id: \x00\x00\nretry: 200\ndata: hello\n\n", (Event("hello"),), retry=200),
    Vector(
        "an id that begins with NUL is ignored", b"id: \x00x\nretry: 200\ndata: hello\n\n", (Event("hello"),), retry=200
    ),
    Vector(
        "an id that ends with NUL is ignored", b"id:  \x00\nretry: 200\ndata: hello\n\n", (Event("hello"),), retry=200
    ),
    Vector(
        "all three line ends, and names that are almost data",
        b"data:\x00\ndata:  2\rData:1\ndata\x00:2\ndata:1\r\x00data:4\nda-ta:3\rdata_5\n"
        b"data:3\rdata:\r\n data:32\ndata:4\n\n",
        (Event("\x00\n 2\n1\n3\n\n4"),),
    ),
    Vector("a leading zero is decimal", b"retry:02000\ndata:x\n\n\n", (Event("x"),), retry=2000),
    Vector("a retry with a letter is ignored", b"retry:3000\nretry:1000x\ndata:x\n\n\n", (Event("x"),), retry=3000),
    Vector(
        "unknown fields and comments within an event",
        b"data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n\n",
        (Event("test\n\ntest"),),
    ),
    Vector(
        "one leading space is taken away, a tab is not",
        b"data:\ttest\rdata: \ndata:test\n\n\n",
        (Event("\ttest\n\ntest"),),
    ),
    Vector("data may be NUL", b"data:\x00\n\n\n\n\n", (Event("\x00"),)),
    Vector(
        "an ignored id leaves the one before", b"id: 123\nid: bad\x00id\ndata: hello\n\n", (Event("hello", id="123"),)
    ),
    Vector(
        "two data lines after a byte order mark",
        b"\xef\xbb\xbfdata: first\ndata: second\n\n",
        (Event("first\nsecond"),),
    ),
    Vector("an id alone dispatches nothing and stays", b"id: 42\n\ndata: later\n\n", (Event("later", id="42"),)),
    Vector(
        "lines that end with CR",
        b"data: dog\rdata: bark\r\rdata: cat\rdata: meow\r\r:end\n",
        (
            Event("dog\nbark"),
            Event("cat\nmeow"),
        ),
    ),
    Vector(
        "characters of three and four bytes in every field",
        "id: 我現在都看實況不玩遊戲\nevent: こんにちは\ndata: ✔ 👾\n\n".encode(),
        (Event("✔ 👾", event="こんにちは", id="我現在都看實況不玩遊戲"),),
    ),
    Vector(
        "a byte order mark cut after two bytes",
        b"\xef\xbb\xbfdata: Hello\n\n",
        (Event("Hello"),),
        pieces=(
            b"\xef\xbb",
            b"\xbfd",
            b"at",
            b"a:",
            b" H",
            b"el",
            b"lo",
            b"\n\n",
        ),
    ),
    Vector(
        "a byte order mark in a piece of its own",
        b"\xef\xbb\xbfdata: Hello\n\n",
        (Event("Hello"),),
        pieces=(
            b"\xef\xbb\xbf",
            b"dat",
            b"a: ",
            b"Hel",
            b"lo\n",
            b"\n",
        ),
    ),
    Vector(
        "every byte in a piece of its own",
        b"data: \xe2\x82\xacuro \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 \xc3\xa9\n\n",
        (Event("€uro 👩\u200d🚀 é"),),
        pieces=(
            b"d",
            b"a",
            b"t",
            b"a",
            b":",
            b" ",
            b"\xe2",
            b"\x82",
            b"\xac",
            b"u",
            b"r",
            b"o",
            b" ",
            b"\xf0",
            b"\x9f",
            b"\x91",
            b"\xa9",
            b"\xe2",
            b"\x80",
            b"\x8d",
            b"\xf0",
            b"\x9f",
            b"\x9a",
            b"\x80",
            b" ",
            b"\xc3",
            b"\xa9",
            b"\n",
            b"\n",
        ),
    ),
    Vector(
        "cut inside a character of four bytes",
        b"data: \xe2\x82\xacuro \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 \xc3\xa9\n\n",
        (Event("€uro 👩\u200d🚀 é"),),
        pieces=(
            b"data: \xe2\x82\xacuro \xf0\x9f",
            b"\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80 \xc3\xa9\n\n",
        ),
    ),
    Vector("a byte that is no UTF-8 is replaced", b"data: a\xffb\n\n", (Event("a�b"),)),
    Vector("a colon in the value", b'data:{"a":"b: c"}\n\n', (Event('{"a":"b: c"}'),)),
    Vector("names of fields are case-sensitive", b"DATA: no\nData: no\ndata: yes\n\n", (Event("yes"),)),
    Vector("a space before or after the name of a field", b" data: no\ndata : no\ndata: yes\n\n", (Event("yes"),)),
    Vector("the last of two event names", b"event: a\nevent: b\ndata: x\n\n", (Event("x", event="b"),)),
    Vector("the last of two ids", b"id: 1\nid: 2\ndata: x\n\n", (Event("x", id="2"),)),
    Vector("a retry is digits alone", b"retry: -1\nretry: 1.5\nretry: +7\nretry: 1 0\ndata: x\n\n", (Event("x"),)),
    Vector("a retry of nothing", b"retry: 0\ndata: x\n\n", (Event("x"),), retry=0),
    Vector("blank lines alone", b"\n\r\r\n\n", ()),
    Vector("no bytes at all", b"", ()),
    Vector("an event cut off is not dispatched", b"data: a\n\ndata: b", (Event("a"),)),
    Vector(
        "CR before CRLF, LF before CR",
        b"data: a\r\r\ndata: b\n\r",
        (
            Event("a"),
            Event("b"),
        ),
    ),
    Vector(
        "an event with a name", b'event: ping\ndata: {"type": "ping"}\n\n', (Event('{"type": "ping"}', event="ping"),)
    ),
    Vector(
        "lines that end with CRLF",
        b'data: {"a":1}\r\n\r\ndata: {"a":2}\r\n\r\n',
        (
            Event('{"a":1}'),
            Event('{"a":2}'),
        ),
    ),
    Vector("no space after the colon", b"data:[DONE]\n\n", (Event("[DONE]"),)),
    Vector("a line of a megabyte", b"data: " + b"z" * 1048576 + b"\n\n", (Event("z" * 1048576),)),
)
