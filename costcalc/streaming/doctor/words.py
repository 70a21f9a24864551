"""What the doctor says of each finding, and its cure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from costcalc.secrets import masked
from costcalc.streaming.doctor.findings import Finding, Level

LEVELS: Final = {Level.FAULT: _("fault"), Level.WARNING: _("warning"), Level.NOTE: _("note"), Level.GOOD: _("good")}

SAYS: Final[Mapping[str, Any]] = {
    "too-many": _("The server answers 429 with Retry-After: %(seconds)s."),
    "too-many-no-wait": _("The server answers 429 without a Retry-After header."),
    "refused-key": _("The server refuses the key: HTTP %(status)s."),
    "http-error": _("The server answers HTTP %(status)s."),
    "not-streamed": _("This is one whole JSON answer, not a stream."),
    "json-list": _("This is a list in JSON, not an event stream."),
    "html": _("This is an HTML page, not a stream: a proxy or a login page answers instead of the provider."),
    "content-type": _("The content type is %(kind)s; an event stream is text/event-stream."),
    **dict.fromkeys(("packed-broken", "packed-zstd", "large"), _("The compressed answer cannot be unpacked.")),
    "too-long": _("A single event is longer than a reader can be expected to keep."),
    "error-inside": _("The provider reports an error inside the stream: %(message)s"),
    "truncated": _("The stream was cut: it ends without [DONE], without a finish reason and without an error."),
    "empty": _("Not one event arrived."),
    "unfinished-event": _("The last event is not ended by an empty line, so readers drop it."),
    "no-done": _("The stream ends with a finish reason, but without data: [DONE]."),
    "no-usage": _("The stream does not say how many tokens were used."),
    "at-once": _("All %(events)s events arrived within %(seconds)s seconds: something held them back."),
    "at-once-perhaps": _("All %(events)s events carry the same second: whether they came at once cannot be told."),
    "bursts": _("%(events)s events came in %(arrivals)s bursts over %(seconds)s seconds: something collects them."),
    "streams": _("It streams: %(events)s events came at %(arrivals)s moments over %(seconds)s seconds."),
    "spread": _("It streams: the body with its %(events)s events took %(seconds)s seconds to arrive."),
    "coarse": _("The time stamps are whole seconds: whether events come in bursts cannot be told."),
    "no-times": _("The recording has no time stamps: nothing can be said about buffering."),
    "silence": _("For %(seconds)s seconds nothing arrived, not even a comment."),
    "keep-alive": _("The connection is kept alive; comments and pings: %(beats)s."),
    "compressed": _("The stream is compressed (%(coding)s): compressors hold bytes back until a block is full."),
    "gzip-members": _("The body is %(members)s gzip files one after the other: browsers unpack the first one only."),
    "packed-cut": _("The compressed body was cut: its compressor had not ended it, and what it still held is lost."),
    "length-known": _("The head announces %(bytes)s bytes: the whole answer was ready before the first byte was sent."),
    "no-cors": _("No page of another origin may read this stream: there is no Access-Control-Allow-Origin."),
    "not-json": _("%(events)s events hold something else than a JSON object."),
    "refusal": _("The model refuses; its words stand in delta.refusal, and the content is empty."),
    "inexact": _("This trace is in ASCII: line feeds and other characters were lost, and are guessed."),
    "other-streams": _("The HAR holds %(streams)s streams; this is one of them."),
    "too-soon": _(
        "%(requests)s requests did not wait for Retry-After: one came %(seconds)s s after a 429 that said %(told)s s."
    ),
    "no-back-off": _(
        "A client hammers: %(retries)s retries with %(seconds)s s of waiting in all, not growing; so %(times)s times."
    ),
    "many-retries": _("Up to %(retries)s retries of one request; more than two so %(times)s times."),
    "in-vain": _("HTTP %(status)s, and the same was asked %(requests)s times: no retry mends that."),
    "backs-off": _("What failed was asked again with patience; retries: %(retries)s."),
    "none-again": _("%(requests)s requests; nothing that failed was asked again."),
    "redirected": _("The server answers HTTP %(status)s: a redirect, which a client must not follow with its key."),
    "says": _("The provider says: %(message)s"),
    "unreachable": _("The server could not be reached."),
    "no-answer": _(
        "The browser gave the page no answer: it was of another origin that is not let in (CORS), or cut off."
    ),
    "not-allowed": _("The server's address is private, local or reserved: it is not called."),
    "not-trusted": _("The server has no certificate that is trusted for its name."),
    "silent": _("Nothing came for so long that the doctor left: the provider is silent, or something holds it back."),
    "lost": _("The connection was lost in the middle of the answer."),
    "cors-open": _("A page of any origin may call this endpoint: its preflight is answered."),
    "cors-closed": _(
        "Pages of other origins may not call it: the preflight is answered with HTTP %(status)s and no leave."
    ),
    "cors-half": _(
        "The preflight lets other origins in, but the answer has no Access-Control-Allow-Origin: a page gets nothing."
    ),
    "open-to-all": _("Any page may call it, and it asks for no key: if this server holds one, anybody may spend it."),
    "not-compressed": _("Asked for a compressed stream, it sends a plain one."),
    "compression-holds": _(
        "Asked for a compressed stream, it holds events back (%(coding)s): %(events)s came at once."
    ),
    "stops": _("It stops when its reader leaves: noticed within %(milliseconds)s ms."),
    "goes-on": _("It goes on when its reader has left: not noticed within %(seconds)s second."),
    "leaving-unknown": _("The reader left in the middle. Whether the provider stopped cannot be seen from outside."),
    "no-429-seen": _("No 429 was met, and none was provoked: how it is answered here is not known."),
    "429-says-when": _("A 429 is answered with Retry-After: %(wait)s."),
    "not-utf8": _("The bytes are not UTF-8 from byte %(place)s on: readers show a replacement character."),
}

_AGAIN: Final = _("Record again with fractions of a second: curl -N URL | ts '%%.s', or curl --trace with times.")
CURES: Final[Mapping[str, Any]] = {
    "too-many": _("Wait as long as it says, with a little chance added, and retry twice at most."),
    "too-many-no-wait": _("Wait twice as long before each retry, with chance in it, and retry twice at most."),
    "refused-key": _("Check the key, its project and its rights; do not retry."),
    "http-error": _("Retry 408, 409 and 5xx twice at most, never after the first byte; else correct the request."),
    "not-streamed": _('Send "stream": true in the request, and read the answer as it comes.'),
    "json-list": _("For Gemini, add ?alt=sse to the address of streamGenerateContent."),
    "html": _("Check the base URL and what stands between: gateways show pages of their own."),
    "content-type": _("Answer with Content-Type: text/event-stream: a browser's EventSource takes no other."),
    **dict.fromkeys(("packed-broken", "packed-zstd", "large"), _("Ask with Accept-Encoding: identity.")),
    "too-long": _("Send large things in several events, and bound what your reader keeps of one."),
    "error-inside": _("Look for an error in every chunk: the status was 200 long before. What arrived is unfinished."),
    "truncated": _("Treat a silent end as a failure. Look at the time-outs of whatever stands between."),
    "empty": _("Look at the server's own log, and at the status of its answer."),
    "unfinished-event": _("End every event with an empty line, the last one, too."),
    "no-done": _("Accept a finish reason as an end; an OpenAI-compatible server should send data: [DONE]."),
    "no-usage": _('Send "stream_options": {"include_usage": true}, and read the last chunk, whose choices are empty.'),
    "at-once": _("Find who buffers: the proxy, a compressor, or an application that collects before it sends."),
    "at-once-perhaps": _AGAIN,
    "bursts": _("Flush after every event, and switch off the proxy's buffer and compression."),
    "coarse": _AGAIN,
    "no-times": _("Record with time stamps: curl -N URL | ts '%%.s', or curl --trace FILE --trace-time."),
    "silence": _("Send a comment line every 15 seconds: proxies cut what is silent for a minute."),
    "compressed": _("Ask with Accept-Encoding: identity, and answer with Content-Encoding: identity."),
    "gzip-members": _("Do not compress chunk by chunk: take this route out of the compressing middleware."),
    "packed-cut": _("Look for who ends the connection early, and ask with Accept-Encoding: identity."),
    "length-known": _("Send no Content-Length with a stream, and do not build the whole answer first."),
    "no-cors": _("Let your own server relay the stream: a page that calls the provider has to hold your key."),
    "not-json": _("Read past comments and [DONE] before parsing, and cut at empty lines, never at network chunks."),
    "refusal": _("Read delta.refusal beside delta.content, or the answer looks empty."),
    "inexact": _("Record with curl --trace instead of --trace-ascii: it keeps every byte."),
    "other-streams": _("Choose another one by its number to see that one."),
    "too-soon": _("Read Retry-After and wait for that long at least, with a little chance added."),
    "no-back-off": _("Wait twice as long before each retry, with chance in it, and give up after two."),
    "many-retries": _("Retry twice at most, and only what may pass: 408, 409, 429 and 5xx."),
    "in-vain": _("Do not retry what the request itself causes: correct the request, or the key."),
    "redirected": _("Give the address that it leads to; a base URL usually ends in /v1 and has no slash after it."),
    "unreachable": _("Check the address, the name's DNS, and what stands between: a firewall, a proxy."),
    "no-answer": _(
        "The browser's console says which. Let your own server relay the stream, and the page ask that one."
    ),
    "not-allowed": _("The operator can allow private providers with PRIVATE_PROVIDERS=yes."),
    "not-trusted": _("Send the whole chain of certificates, and check the date and the name in it."),
    "silent": _("Send a comment line every 15 seconds while the model is busy, and look at what stands between."),
    "lost": _("Treat it as a failure. Look at the time-outs and restarts of whatever stands between."),
    "cors-open": _("Never put a key into a page: whoever opens the page has it. Let your own server relay the stream."),
    "cors-closed": _("That is right for a provider that needs a key: let your own server relay the stream."),
    "cors-half": _("Send the header with every answer, errors included, not with the preflight alone."),
    "open-to-all": _("Name your own origins instead of *, and ask who it is before you spend a key."),
    "compression-holds": _("Ask with Accept-Encoding: identity, and take this route out of the compressor."),
    "goes-on": _("Close the upstream when the reader leaves: it costs tokens that nobody reads."),
    "leaving-unknown": _("Ask the provider's usage page what a stream that you left early was billed for."),
    "no-429-seen": _("The sample's model fault-429 shows what a good one looks like: 429 with Retry-After."),
    "not-utf8": _("Decode the stream as a whole, or by lines, never each network chunk by itself."),
}

# What to write where, by what was found. Directives are not translated.
_BUFFERED: Final = {
    "nginx": "proxy_buffering off; proxy_cache off; gzip off; proxy_read_timeout 300s;",
    "Cloudflare": "Cache-Control: no-cache, no-transform",
    "Django": "async def … yield under ASGI; no GZipMiddleware; X-Accel-Buffering: no",
    "Node": "res.flushHeaders(); res.write(…); no compression() on this route",
}
_COMPRESSED: Final = {
    "nginx": "gzip off; brotli off;",
    "Cloudflare": "Cache-Control: no-cache, no-transform",
    "Django": 'response["Content-Encoding"] = "identity"',
    "Node": "compression({ filter: (req) => !req.url.startsWith('/stream') })",
}
_TYPED: Final = {
    "nginx": "proxy_pass …; proxy_intercept_errors off;",
    "Django": 'StreamingHttpResponse(events(), content_type="text/event-stream")',
    "Node": 'res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" })',
}
_SILENT: Final = {
    "nginx": "proxy_read_timeout 300s; send_timeout 300s;",
    "Cloudflare": "PATCH /zones/{zone_id}/settings/proxy_read_timeout",
    "Django": 'yield ": alive\\n\\n"',
    "Node": 'setInterval(() => res.write(": alive\\n\\n"), 15000)',
}
_SHARED: Final = {
    "nginx": "add_header Access-Control-Allow-Origin https://app.example always;",
    "Cloudflare": "Rules → Transform Rules → Modify Response Header",
    "Django": 'response["Access-Control-Allow-Origin"] = "https://app.example"',
    "Node": 'app.use(cors({ origin: "https://app.example" }))',
}
_LEFT: Final = {
    "nginx": "proxy_ignore_client_abort off;",
    "Django": "try: … except asyncio.CancelledError: await upstream.aclose(); raise",
    "Node": 'res.on("close", () => controller.abort())',
}
_RETRIED: Final = {
    "Python": "@stamina.retry(on=may_pass, attempts=3)  ·  OpenAI(max_retries=2)",
    "Node": "new OpenAI({ maxRetries: 2 })",
}
SERVERS: Final[Mapping[str, Mapping[str, str]]] = {
    **dict.fromkeys(("at-once", "bursts", "length-known"), _BUFFERED),
    **dict.fromkeys(("compressed", "compression-holds", "gzip-members", "packed-cut"), _COMPRESSED),
    **dict.fromkeys(("content-type", "html"), _TYPED),
    **dict.fromkeys(("silence", "silent", "lost", "truncated"), _SILENT),
    **dict.fromkeys(("no-answer", "no-cors", "cors-half", "open-to-all"), _SHARED),
    **dict.fromkeys(("goes-on", "leaving-unknown"), _LEFT),
    **dict.fromkeys(("too-soon", "no-back-off", "many-retries", "too-many", "too-many-no-wait"), _RETRIED),
}

REFUSALS: Final[Mapping[str, Any]] = {
    "nothing": _("Nothing in this file can be a stream: no line begins with data:, event:, id: or a colon."),
    "trace-damaged": _("This is a trace of curl with rows missing: send the whole of it."),
    "packed-zstd": _("The body is compressed with zstd, which is not read here: record with --compressed."),
    "packed-broken": _("The body is compressed, and cannot be unpacked: it is damaged."),
    "large": _("The stream in it is larger than is read here: manage.py stream_doctor --recording FILE reads more."),
    "har-without-stream": _("No answer in this HAR is an event stream, and no request asks for a completion."),
    "har-without-body": _("The HAR holds no body of the stream: export it with content."),
}


def told(finding: Finding, written: Callable[[str], str] = str, secrets: Sequence[str] = ()) -> dict[str, Any]:
    """A finding in the language in force; `cure` is "" where all is well, `servers` where one is to be changed.

    `written` writes a figure that is a number as the language does; `secrets` are masked in all of them.
    """
    cure = CURES.get(finding.code)
    # What a provider said is a stranger's text, and may repeat a key.
    figures = {name: written(masked(text, secrets)) for name, text in finding.figures.items()}
    said = {
        "code": finding.code,
        "level": finding.level.value,
        "says": str(SAYS[finding.code]) % figures,
        "cure": str(cure) % {} if cure else "",
    }
    return said | ({"servers": dict(SERVERS[finding.code])} if finding.code in SERVERS else {})


def refusal(code: str) -> str:
    """Why a file is no recording."""
    return gettext("Not a recording.") + " " + str(REFUSALS[code])
