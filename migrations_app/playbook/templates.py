"""The product's own templates, by their keys. Plans keep the texts in English; `words` has them in the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop as _

from migrations_app.playbook.blocks import canary, cut_over, keys, prepare, verify
from migrations_app.playbook.template import Template, TemplateStep
from migrations_app.rules.steps import Phase

BASE_URL: Final = Template(
    name=_("Change of base URL at an OpenAI-compatible provider"),
    note=_("The same SDK and a model of the same kind: another address and another key."),
    steps=(
        prepare(0, "places", _("List every place that calls the old API")),
        prepare(1, "terms", _("Read the target's terms: prices, data retention, region, rate limits")),
        prepare(
            2,
            "flag",
            _("Take base URL, key and model name from settings, behind a flag"),
            _("In one place of the code: the roll-back is then a change of settings."),
            "places",
        ),
        prepare(
            3,
            "compatible",
            _("Check what is compatible by name only"),
            _("Tools, JSON mode, finish reasons, usage in streams, error codes, and what is refused."),
        ),
        prepare(3, "streams", _("Let the stream lab and the doctor look at a stream of the target"), "", "flag"),
        prepare(4, "quota", _("Have the target's rate limits raised to your peak")),
        *keys(4),
        *canary(6),
        *cut_over(10),
        *verify(10),
    ),
)

MODEL_AND_SDK: Final = Template(
    name=_("Change of model and SDK"),
    note=_("Another kind of model behind another library: what it answers has to be judged, too."),
    steps=(
        prepare(0, "prompts", _("Collect a hundred real prompts or more, with answers that are known to be good")),
        prepare(
            1,
            "quality",
            _("Say what quality is: a score, and how much less of it is acceptable"),
            _("It becomes a limit of the canary."),
        ),
        prepare(3, "interface", _("Put both SDKs behind one interface of your own")),
        prepare(5, "adapt", _("Adapt prompts, tools and structured output to the new model"), "", "interface"),
        prepare(
            6,
            "tokens",
            _("Count the tokens anew"),
            _("Another tokenizer bills the same text differently, and reasoning is billed as output."),
        ),
        prepare(6, "ends", _("Check the context window, the output limit and the announced end of the model")),
        prepare(8, "evaluate", _("Run the prompts through both models and keep the scores"), "", "adapt", "quality"),
        *keys(8),
        *canary(10),
        *cut_over(14),
        *verify(14),
    ),
)

SSE: Final = Template(
    name=_("WebSocket to SSE"),
    note=_("The transport alone: provider and model stay, so that what changes is due to the transport."),
    steps=(
        prepare(
            0,
            "needs",
            _("Find out what clients send while an answer comes"),
            _("If it is more than “stop”, a WebSocket may be right for you: the adviser says when."),
        ),
        prepare(
            1,
            "before",
            _("Measure time to first token, errors and open connections on the WebSocket"),
            _("At the same provider and in the same region as later, or the comparison says nothing about transports."),
        ),
        prepare(
            4,
            "endpoint",
            _("Write the SSE endpoint, read with fetch"),
            _("EventSource can neither POST nor send an Authorization header, and it reconnects by itself."),
            "needs",
        ),
        prepare(5, "leaving", _("End the call to the provider when the reader leaves"), "", "endpoint"),
        prepare(
            5, "heartbeat", _("Send heartbeats, and let clients come back with back-off and jitter"), "", "endpoint"
        ),
        prepare(
            6, "proxies", _("Turn buffering off in every proxy on the way, and raise its time-outs"), "", "endpoint"
        ),
        prepare(7, "doctor", _("Let the doctor look at the new endpoint"), "", "leaving", "proxies"),
        *canary(8),
        *cut_over(12),
        TemplateStep(
            key="after",
            phase=Phase.VERIFY,
            day=17,
            title=_("Measure the same on SSE, and keep both"),
            after=("all", "before"),
        ),
        TemplateStep(
            key="old-socket",
            phase=Phase.VERIFY,
            day=34,
            title=_("Switch the WebSocket off when old clients are gone"),
            after=("held-100",),
        ),
    ),
)

KEY_ROTATION: Final = Template(
    name=_("Key rotation only"),
    note=_("Provider and model stay. The old key lives on until nothing uses it any more."),
    steps=(
        prepare(0, "uses", _("List where the old key is used: services, environments, people's own machines")),
        *keys(1),
        TemplateStep(
            key="watch",
            phase=Phase.VERIFY,
            day=5,
            title=_("Watch the old key until it is not used any more"),
            after=("test-key",),
        ),
        TemplateStep(
            key="revoke",
            phase=Phase.VERIFY,
            day=10,
            title=_("Revoke the old key once it is shown to be out of use"),
            automatic="key-revoked",
            after=("watch",),
        ),
    ),
)

RELAY: Final = Template(
    name=_("Relay due diligence"),
    note=_("Before anything is sent through a reseller of other providers' models."),
    steps=(
        prepare(0, "entity", _("Find the legal entity behind the relay: register, address, contract, invoices")),
        prepare(
            1,
            "retention",
            _("Have it in writing what is stored, where, for how long, and who reads it"),
            _("Of the relay, and of what stands behind it."),
        ),
        prepare(
            2,
            "price",
            _("Compute the price with the top-up's rate and fees"),
            _(
                "One flat price, the output price alone, or list prices in credits: "
                "each reading gives another bill. Model all three."
            ),
        ),
        prepare(2, "refund", _("Ask what is refunded, and try it with the smallest top-up")),
        prepare(
            4,
            "identity",
            _("Probe which model answers"),
            _("The same questions to the relay and to the original: knowledge, refusals, log probabilities, speed."),
        ),
        prepare(
            4,
            "skew",
            _("Compare its token counts with those of the original"),
            _("The same texts, also in Vietnamese: what is counted twice is paid twice."),
        ),
        prepare(4, "usage", _("Check that streams report their usage, and that it agrees with the bill")),
        prepare(9, "week", _("Measure latency and errors for a week, from where your servers are")),
        prepare(9, "closing", _("Ask what becomes of you when its own account upstream is closed")),
        TemplateStep(
            key="decide",
            phase=Phase.VERIFY,
            day=10,
            title=_("Decide: for everything, for what is not confidential, or not at all"),
            after=("entity", "retention", "price", "refund", "identity", "skew", "usage", "week", "closing"),
        ),
    ),
)

FOUR_WEEKS: Final = Template(
    name=_("Four weeks: review, build, canary, evaluate"),
    note=_(
        "A well-known article's plan, with its mistakes corrected: users stay on their side, the old key outlasts "
        "the canary, the price is checked before the work."
    ),
    steps=(
        prepare(0, "review", _("Review what you have: transport, provider, bill, errors, time spent on debugging")),
        prepare(
            0,
            "saving",
            _("Check the saving with list prices and your own traffic, by the month"),
            _("A day is not a month, a vendor's “original price” is not the list price, and the work costs, too."),
        ),
        prepare(2, "account", _("Open the target's account and try it with its free credit"), "", "saving"),
        prepare(
            3,
            "baseline",
            _("Measure latency, errors, cost and debugging time before anything changes"),
            _("Change provider, region and transport one after the other, or you cannot say what helped."),
        ),
        prepare(7, "sse", _("Build streaming over SSE behind a flag"), "", "account"),
        prepare(
            8,
            "retries",
            _("Retry 408, 429 and 5xx twice at most, with back-off, jitter and Retry-After"),
            _("Never after the first byte of an answer."),
            "sse",
        ),
        prepare(8, "proxy", _("Keep the key on your server, and let your own origin alone call it"), "", "sse"),
        prepare(9, "tests", _("Test cut streams, errors inside a stream, and readers who leave"), "", "sse"),
        *keys(8),
        *canary(10),
        *cut_over(14),
        *verify(14),
        TemplateStep(
            key="prompts",
            phase=Phase.VERIFY,
            day=37,
            title=_("Shorten prompts where the review shows that tokens are wasted"),
            after=("review-30",),
        ),
    ),
)

TEMPLATES: Final[Mapping[str, Template]] = {
    "base-url": BASE_URL,
    "model-sdk": MODEL_AND_SDK,
    "websocket-sse": SSE,
    "key-rotation": KEY_ROTATION,
    "relay": RELAY,
    "four-weeks": FOUR_WEEKS,
}
