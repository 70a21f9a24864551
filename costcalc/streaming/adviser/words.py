"""What the adviser says: its questions, and a sentence for every rule."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from costcalc.streaming.adviser.advice import Fit
from costcalc.streaming.adviser.rules import Subject

GROUPS: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (_("The conversation"), ("show", "up", "down", "cut")),
    (_("The way to the reader"), ("reader", "network", "streams")),
    (_("Your side"), ("hosting", "team", "providers")),
    (_("A vendor’s relay, if you consider one"), ("prompts", "contract", "pay")),
)

ASKED: Final[Mapping[str, Any]] = {
    "show": _("What should the reader see while the model works?"),
    "up": _("What does the reader send while an answer is coming?"),
    "down": _("What comes down?"),
    "cut": _("After a lost connection, what should happen?"),
    "reader": _("Who reads the stream?"),
    "network": _("What lies between?"),
    "streams": _("How many streams does one browser hold open at once?"),
    "hosting": _("Where does your server run?"),
    "team": _("What has your team operated before?"),
    "providers": _("How many providers do you call?"),
    "prompts": _("What is in the prompts?"),
    "contract": _("What does the relay’s vendor give you in writing?"),
    "pay": _("Can you pay the provider itself?"),
}

CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "show": {
        "written": _("The answer as it is written"),
        "notices": _("Progress of a long job"),
        "whole": _("The finished answer is enough"),
    },
    "up": {
        "nothing": _("Nothing, or “stop”"),
        "messages": _("A message now and then"),
        "flow": _("A steady flow: audio, keystrokes"),
    },
    "down": {"text": _("Text or JSON"), "binary": _("Binary: live audio, images")},
    "cut": {"again": _("Starting again is fine"), "resume": _("It goes on where it was")},
    "reader": {
        "browser": _("A page in a browser"),
        "app": _("A mobile or desktop app"),
        "server": _("A server or script of ours"),
    },
    "network": {
        "open": _("The open internet"),
        "corporate": _("Customers’ proxies and firewalls"),
        "mobile": _("Mobile networks that come and go"),
    },
    "streams": {
        "few": _("Up to six"),
        "http1": _("More, and the server speaks HTTP/1.1"),
        "http2": _("More, over HTTP/2 or HTTP/3"),
    },
    "hosting": {"process": _("Processes that stay: VM, container"), "functions": _("Functions that end: serverless")},
    "team": {"http": _("HTTP and REST"), "sockets": _("WebSockets in production")},
    "providers": {"one": _("One"), "several": _("Several, or one that may change")},
    "prompts": {
        "personal": _("Personal or confidential data"),
        "public": _("Nothing that must stay with us"),
    },
    "contract": {
        "none": _("Nothing, or terms on a web page"),
        "written": _("Which model, what is kept, what each unit costs"),
    },
    "pay": {
        "direct": pgettext_lazy("the provider can be paid directly", "Yes"),
        "cannot": _("No: card or country is refused"),
    },
}

NAMES: Final[Mapping[Subject, Any]] = {
    Subject.HTTP: _("Plain HTTP"),
    Subject.SSE: _("Server-Sent Events"),
    Subject.WEBSOCKET: _("WebSocket"),
    Subject.OWN_RELAY: _("A relay of your own"),
    Subject.VENDOR: _("A vendor’s relay"),
}
LEAD: Final = _("For these answers, use")
# What the choice means, in one sentence.
MEANS: Final[Mapping[Subject, Any]] = {
    Subject.HTTP: _("One request, one ordinary answer, over any HTTP client."),
    Subject.SSE: _("One ordinary HTTP answer that stays open and sends each piece as a line of text."),
    Subject.WEBSOCKET: _("A connection that begins as HTTP and then carries messages both ways."),
}
OWN_FITS: Final[Mapping[Fit, Any]] = {
    Fit.YES: _("A relay of your own fits."),
    Fit.PERHAPS: _("A relay of your own may fit: it is worth about what it costs."),
    Fit.NO: _("You need no relay of your own: call the provider from your server."),
}
VENDOR_FITS: Final[Mapping[Fit, Any]] = {
    Fit.YES: _("A vendor’s relay fits. Move to it as to any provider: by a canary, and with the way back kept open."),
    Fit.PERHAPS: _("A vendor’s relay may fit, if its recomputed bill is lower and a test shows the model it names."),
    Fit.NO: _("A vendor’s relay does not fit."),
}

SAYS: Final[Mapping[str, Any]] = {
    "sse-written": _("It is made for this: each token leaves the server when it is there, in an ordinary answer."),
    "sse-notices": _("The server speaks when there is news; nobody has to ask again and again."),
    "sse-whole": _("There is nothing to stream: the answer is shown when it is complete."),
    "sse-one-way": _("One direction is all you need; “stop” is closing the connection, or a request of its own."),
    "sse-message-is-request": _(
        "Each message up is a request of its own, with its headers; at typing pace that is fine."
    ),
    "sse-no-way-up": _("It has no way up: a steady flow from the reader cannot be sent over it."),
    "sse-base64": _("It carries text only: binary as Base64 grows by a third and has to be decoded."),
    "sse-resumes": _(
        "Resuming is part of the standard: each event may carry an id, and Last-Event-ID asks for the rest."
    ),
    "sse-in-browsers": _("Every browser reads it, with EventSource or with fetch."),
    "sse-any-client": _("Any HTTP client reads it, with a parser of some thirty lines."),
    "sse-ordinary-http": _("To a proxy it is an ordinary answer: none refuses it, though one may hold it back."),
    "sse-reconnects": _("A browser’s EventSource reconnects by itself, and says which event it saw last."),
    "sse-six-connections": _("Over HTTP/1.1 a browser opens six connections to a host, and each stream takes one."),
    "sse-multiplexed": _("Over HTTP/2 and HTTP/3 all streams share one connection: the limit of six is gone."),
    "sse-function-billed": _("A function runs, and is billed, for as long as the stream is open."),
    "sse-known-tools": _("Your logs, tests, curl and load balancers work with it unchanged."),
    "websocket-streams-too": _("It streams just as well: a message can be sent for each token."),
    "websocket-more-to-write": _("Pings, closing and reconnecting are written for it, at both ends."),
    "websocket-open-for-nothing": _("A connection would stay open for an answer that comes once."),
    "websocket-unused-direction": _("Its second direction would stay unused, but has to be operated all the same."),
    "websocket-messages": _("Messages up travel over the connection that is already open."),
    "websocket-flow": _("Both directions flow at once over one connection: this is what it is for."),
    "websocket-binary": _("It carries binary as it is, beside text."),
    "websocket-resume-by-hand": _(
        "The protocol cannot resume: numbering, keeping and asking again are yours to write."
    ),
    "websocket-upgrade-refused": _("Some company proxies refuse its upgrade; over TLS (wss) most let it through."),
    "websocket-dead-unnoticed": _("A connection that died silently is noticed only by pings of your own."),
    "websocket-many-in-one": _("One socket can carry many streams, and the limit of six does not count for it."),
    "websocket-no-functions": _("A function cannot hold a connection open; a gateway in front would have to."),
    "websocket-new-to-operate": _(
        "Long connections, draining at a release, other logs: new to a team that has run HTTP."
    ),
    "websocket-operated-before": _("Your team has operated it before."),
    "http-whole": _("One question, one answer: nothing is simpler to write, test, cache and retry."),
    "http-no-tokens": _("The reader would see nothing until the whole text is there."),
    "http-chunked-audio": _("An ordinary answer can be played while it arrives; bytes need no event format."),
    "http-no-events": _("Text, errors and audio in one answer need a format of your own."),
    "http-message-is-request": _("Each message up is a request of its own."),
    "http-polling": _("Progress would have to be asked for again and again, mostly for nothing."),
    "http-one-question": _("One request says everything that has to go up."),
    "http-no-way-up": _("While the answer comes, nothing more can be sent."),
    "http-bytes": _("Bytes travel as they are."),
    "http-paid-again": _("What was cut is asked for, and paid for, again, unless your server keeps it."),
    "http-passes-all": _("Every proxy and firewall lets it through, and buffering does not matter."),
    "http-short": _("Short requests bear a network that comes and goes; each can be repeated."),
    "http-any-client": _("Any HTTP client reads it."),
    "http-known-tools": _("Your team’s tools work with it unchanged."),
    "own-holds-key": _("The key stays on your server: in a page or an app anybody can read it, and spend it."),
    "own-one-hop-more": _("Your server holds the key already: a relay would be one more thing that can fail."),
    "own-several": _("Keys, limits and the change of provider sit in one place."),
    "own-resumes": _("Few providers can continue a stream that was cut; a relay that keeps what it sent can."),
    "own-one-host": _("Customers let one host through, yours, and the browser needs no CORS."),
    "own-held-open": _("Functions hold no stream for long: the relay needs a process that stays."),
    "own-audio-delay": _("Live audio takes a detour; a short-lived token lets the reader call the provider itself."),
    "vendor-reads-all": _("One more company reads every prompt and every answer."),
    "vendor-little-to-lose": _("The prompts may be read by others."),
    "vendor-no-contract": _("Nothing says which model answers, what is kept, or what each unit costs."),
    "vendor-uncontrolled": _(
        "Personal data may not be given to a processor without a contract, in the EU and in Vietnam."
    ),
    "vendor-contract": _("What it owes you is written down, and can be checked."),
    "vendor-only-way-to-pay": _("It takes a payment that the provider refuses."),
    "vendor-between-you": _(
        "You can buy the same from the provider, without anybody between: only a lower bill would speak for it."
    ),
    "vendor-one-bill": _("One API and one bill for several providers."),
}

MIND: Final[Mapping[str, Any]] = {
    "fetch-not-eventsource": _(
        "EventSource can neither POST nor send an Authorization header: read the answer of fetch()."
    ),
    "no-buffering": _(
        "Switch off buffering and compression on the way: X-Accel-Buffering: no, Content-Encoding: identity."
    ),
    "heartbeat": _("Send a comment line every 15 seconds: proxies cut what is silent for a minute."),
    "keep-what-was-sent": _("Number the events, keep what was sent for some seconds, and bound what is kept."),
    "offer-http2": _("Offer HTTP/2 to browsers: then the limit of six connections does not apply."),
    "function-limit": _("Look up the longest run that your host allows: there the stream is cut."),
    "parse-app": _("Cut at empty lines, never at network chunks: an event or a character may be split between two."),
    "ping": _("Send a ping every 20 seconds or so, and close what does not answer."),
    "check-origin": _("Check the Origin header yourself: the same-origin policy does not hold for WebSockets."),
    "back-pressure": _("Bound what waits to be sent, or a slow reader fills your memory."),
    "wss": _("Use wss:// on port 443 only, and tell the reader when a proxy refuses the upgrade."),
    "number-messages": _("Number the messages, and let the first one after a reconnect say the last number seen."),
    "gateway": _("Put a gateway that holds WebSockets before the functions, or a process that stays."),
    "short-token": _("Never put the provider’s key into the page: hand out a token that lives for a minute."),
    "time-out": _("Raise the time-outs on the way: many proxies give up after 60 seconds without a byte."),
    "poll-slowly": _("Answer 202 with an address to ask, and say in Retry-After when."),
    "keep-answer": _("Send an idempotency key, and keep the answer under it for a while."),
    "chunks": _("Send the answer in chunks as it is made, with the audio’s own content type."),
}
