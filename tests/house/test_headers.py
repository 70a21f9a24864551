"""Every kind of response protects its reader: pages, files, errors, redirects, the API."""

import re
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

# An address for each of the URL table's patterns; a new pattern without one fails the crawl.
SAMPLES = {
    "": "/",
    "elsewhere/": "/elsewhere/",
    "charts/<str:chart>.<str:kind>": "/charts/money.svg",
    "take/<str:file>": "/take/ledger.csv",
    "import/": "/import/",
    "return/": "/return/",
    "claims/": "/claims/",
    "models/": "/models/?q=gpt",
    "stream/": "/stream/",
    "stream/faults/": "/stream/faults/",
    "stream/snippets/": "/stream/snippets/",
    "stream/adviser/": "/stream/adviser/",
    "stream/comparison/": "/stream/comparison/",
    "stream/measurements/": "/stream/measurements/",
    "stream/measurements/delete/": "/stream/measurements/delete/",
    "stream/measurements/<str:measurement>/delete/": "/stream/measurements/none/delete/",
    "stream/measurements.<str:extension>": "/stream/measurements.csv",
    "stream/doctor/": "/stream/doctor/",
    "stream/doctor/endpoint/": "/stream/doctor/endpoint/",
    "stream/doctor/key/": "/stream/doctor/key/",
    "prices/": "/prices/",
    "prices/<str:provider>/": "/prices/openai/",
    "prices/<str:provider>/<path:model_id>/": "/prices/openai/gpt-4.1/",
    "prices/<str:provider>/<path:model_id>/history.<str:kind>": "/prices/deepseek/deepseek-chat/history.svg",
    "preferences/": "/preferences/",
    "first-owner/<str:link>/": "/first-owner/none/",
    "invitations/": "/invitations/",
    "invitations/<str:link>/": "/invitations/none/",
    "me/": "/me/",
    "me/address/": "/me/address/",
    "me/address/confirm/": "/me/address/confirm/",
    "me/address/<str:link>/": "/me/address/none/",
    "me/digest/": "/me/digest/",
    "me/digest/send/": "/me/digest/send/",
    "me/digest/stop/<str:link>/": "/me/digest/stop/none/",
    "me/export/": "/me/export/",
    "me/delete/": "/me/delete/",
    "me/calendar/": "/me/calendar/",
    "me/calendar/<str:link>/revoke/": "/me/calendar/none/revoke/",
    "calendar/<str:link>.ics": "/calendar/none.ics",
    "w/": "/w/",
    "w/<str:workspace>/": "/w/none/",
    "w/<str:workspace>/switch/": "/w/none/switch/",
    "w/<str:workspace>/export/": "/w/none/export/",
    "w/<str:workspace>/delete/": "/w/none/delete/",
    "w/<str:workspace>/members/": "/w/none/members/",
    "w/<str:workspace>/members/invite/": "/w/none/members/invite/",
    "w/<str:workspace>/members/<str:member>/role/": "/w/none/members/none/role/",
    "w/<str:workspace>/members/<str:member>/remove/": "/w/none/members/none/remove/",
    "w/<str:workspace>/invitations/<str:invitation>/renew/": "/w/none/invitations/none/renew/",
    "w/<str:workspace>/invitations/<str:invitation>/revoke/": "/w/none/invitations/none/revoke/",
    "w/<str:workspace>/tokens/": "/w/none/tokens/",
    "w/<str:workspace>/tokens/<str:token>/revoke/": "/w/none/tokens/none/revoke/",
    "w/<str:workspace>/audit/": "/w/none/audit/",
    "w/<str:workspace>/audit.csv": "/w/none/audit.csv",
    "w/<str:workspace>/audit.json": "/w/none/audit.json",
    "accounts/login/": "/accounts/login/",
    "accounts/logout/": "/accounts/logout/",
    "accounts/signup/": "/accounts/signup/",
    "accounts/inactive/": "/accounts/inactive/",
    "accounts/password/again/": "/accounts/password/again/",
    "accounts/password/change/": "/accounts/password/change/",
    "accounts/password/set/": "/accounts/password/set/",
    "accounts/password/reset/": "/accounts/password/reset/",
    "accounts/password/reset/done/": "/accounts/password/reset/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "/accounts/password/reset/key/1-none/",
    "accounts/password/reset/key/done/": "/accounts/password/reset/key/done/",
    "plans/": "/plans/",
    "plans/new/": "/plans/new/",
    "plans/of/<str:public_id>/": "/plans/of/none/",
    "plans/<str:plan_id>/": "/plans/none/",
    "plans/<str:plan_id>/commands/": "/plans/none/commands/",
    "plans/import/": "/plans/import/",
    "plans/<str:plan_id>.json": "/plans/none.json",
    "plans/<str:plan_id>/delete/": "/plans/none/delete/",
    "plans/<str:plan_id>/rename/": "/plans/none/rename/",
    "plans/<str:plan_id>/files/<str:file_id>/": "/plans/none/files/none/",
    "plans/<str:plan_id>/template/": "/plans/none/template/",
    "plans/files/<str:plan_id>/<str:step_id>/": "/plans/files/none/s1/",
    "plans/templates/": "/plans/templates/",
    "plans/templates/<str:key>.json": "/plans/templates/relay.json",
    "plans/templates/<str:key>/delete/": "/plans/templates/none/delete/",
    "plans/<str:plan_id>/report/": "/plans/none/report/",
    "plans/<str:plan_id>/calendar/": "/plans/none/calendar/",
    "plans/<str:plan_id>/calendar.ics": "/plans/none/calendar.ics",
    "plans/<str:plan_id>/calendar/<str:link>/revoke/": "/plans/none/calendar/none/revoke/",
    "plans/<str:plan_id>/figures/": "/plans/none/figures/",
    "plans/<str:plan_id>/limits/": "/plans/none/limits/",
    "plans/<str:plan_id>/stages/": "/plans/none/stages/",
    "plans/<str:plan_id>/way-back/": "/plans/none/way-back/",
    "plans/<str:plan_id>/way-back/test/": "/plans/none/way-back/test/",
    "plans/<str:plan_id>/review/": "/plans/none/review/",
    "plans/<str:plan_id>/review/figures/": "/plans/none/review/figures/",
    "plans/<str:plan_id>/review/share/": "/plans/none/review/share/",
    "plans/<str:plan_id>/review/share/<str:link>/revoke/": "/plans/none/review/share/none/revoke/",
    "plans/shared/<str:link>/": "/plans/shared/none/",
    "plans/<str:plan_id>/steps/": "/plans/none/steps/",
    "plans/<str:plan_id>/steps/commands/": "/plans/none/steps/commands/",
    "plans/<str:plan_id>/steps/new/": "/plans/none/steps/new/",
    "plans/<str:plan_id>/steps/start/": "/plans/none/steps/start/",
    "plans/<str:plan_id>/steps/<str:step_id>/": "/plans/none/steps/s1/",
    "plans/<str:plan_id>/steps/<str:step_id>/edit/": "/plans/none/steps/s1/edit/",
    "plans/<str:plan_id>/keys/": "/plans/none/keys/",
    "plans/<str:plan_id>/keys/<str:key_id>/test/": "/plans/none/keys/k1/test/",
    "plans/<str:plan_id>/keys/commands/": "/plans/none/keys/commands/",
    "plans/<str:plan_id>/keys/new/": "/plans/none/keys/new/",
    "scenarios/": "/scenarios/",
    "scenarios/new/": "/scenarios/new/",
    "scenarios/compare/": "/scenarios/compare/",
    "scenarios/compare/charts/<str:chart>.<str:kind>": "/scenarios/compare/charts/cash.svg",
    "scenarios/<str:public_id>/": "/scenarios/none/",
    "scenarios/<str:public_id>/<int:number>/": "/scenarios/none/1/",
    "scenarios/<str:public_id>/<int:number>/charts/<str:chart>.<str:kind>": "/scenarios/none/1/charts/cash.svg",
    "scenarios/<str:public_id>/<int:number>/take/<str:file>": "/scenarios/none/1/take/ledger.csv",
    "scenarios/<str:public_id>/revise/": "/scenarios/none/revise/",
    "scenarios/<str:public_id>/reprice/": "/scenarios/none/reprice/",
    "scenarios/<str:public_id>/rename/": "/scenarios/none/rename/",
    "scenarios/<str:public_id>/duplicate/": "/scenarios/none/duplicate/",
    "scenarios/<str:public_id>/archive/": "/scenarios/none/archive/",
    "scenarios/<str:public_id>/delete/": "/scenarios/none/delete/",
    "scenarios/<str:public_id>/share/": "/scenarios/none/share/",
    "scenarios/<str:public_id>/comments/": "/scenarios/none/comments/",
    "scenarios/<str:public_id>/comments/<str:comment>/": "/scenarios/none/comments/none/",
    "scenarios/<str:public_id>/approvals/": "/scenarios/none/approvals/",
    "scenarios/<str:public_id>/approvals/<str:approval>/": "/scenarios/none/approvals/none/",
    "s/<str:link>/": "/s/none/",
    "s/<str:link>/charts/<str:chart>.<str:kind>": "/s/none/charts/cash.svg",
    "s/<str:link>/take/<str:file>": "/s/none/take/ledger.csv",
    "w/<str:workspace>/links/": "/w/none/links/",
    "w/<str:workspace>/links/<str:link>/revoke/": "/w/none/links/none/revoke/",
    "w/<str:workspace>/prices/": "/w/none/prices/",
    "w/<str:workspace>/prices/new/": "/w/none/prices/new/",
    "w/<str:workspace>/prices/prices.csv": "/w/none/prices/prices.csv",
    "w/<str:workspace>/prices/import/": "/w/none/prices/import/",
    "w/<str:workspace>/prices/<str:price>/": "/w/none/prices/none/",
    "w/<str:workspace>/prices/<str:price>/change/": "/w/none/prices/none/change/",
    "w/<str:workspace>/prices/<str:price>/archive/": "/w/none/prices/none/archive/",
    "w/<str:workspace>/rates/": "/w/none/rates/",
    "w/<str:workspace>/webhooks/": "/w/none/webhooks/",
    "w/<str:workspace>/webhooks/<str:webhook>/": "/w/none/webhooks/none/",
    "w/<str:workspace>/webhooks/<str:webhook>/delete/": "/w/none/webhooks/none/delete/",
    "w/<str:workspace>/webhooks/<str:webhook>/test/": "/w/none/webhooks/none/test/",
    "w/<str:workspace>/webhooks/<str:webhook>/<str:delivery>/again/": "/w/none/webhooks/none/none/again/",
    "api/v1/exchange-rates": "/api/v1/exchange-rates",
    "api/v1/own-prices": "/api/v1/own-prices",
    "api/v1/own-prices/<price_id>": "/api/v1/own-prices/none",
    "api/v1/own-prices/<price_id>/archive": "/api/v1/own-prices/none/archive",
    "api/v1/plans": "/api/v1/plans",
    "api/v1/plans/<plan_id>": "/api/v1/plans/none",
    "api/v1/plan-documents": "/api/v1/plan-documents",
    "api/v1/plans/<plan_id>/document": "/api/v1/plans/none/document",
    "api/v1/plans/<plan_id>/commands": "/api/v1/plans/none/commands",
    "api/v1/plans/<plan_id>/review/links": "/api/v1/plans/none/review/links",
    "api/v1/plans/<plan_id>/review/links/<link_id>": "/api/v1/plans/none/review/links/none",
    "api/v1/plans/<plan_id>/report": "/api/v1/plans/none/report",
    "api/v1/plans/<plan_id>/dates": "/api/v1/plans/none/dates",
    "api/v1/plans/<plan_id>/calendar-links": "/api/v1/plans/none/calendar-links",
    "api/v1/plans/<plan_id>/calendar-links/<link_id>": "/api/v1/plans/none/calendar-links/none",
    "api/v1/plans/<plan_id>/keys": "/api/v1/plans/none/keys",
    "api/v1/plans/<plan_id>/keys/<key_id>/tests": "/api/v1/plans/none/keys/k1/tests",
    "api/v1/plan-files/<plan_id>/<step_id>": "/api/v1/plan-files/none/s1",
    "api/v1/plan-templates": "/api/v1/plan-templates",
    "api/v1/plan-templates/<key>": "/api/v1/plan-templates/none",
    "api/v1/plans/<plan_id>/files/<file_id>": "/api/v1/plans/none/files/none",
    "api/v1/plans/<plan_id>/readings": "/api/v1/plans/none/readings",
    "api/v1/plans/<plan_id>/template": "/api/v1/plans/none/template",
    "api/v1/plans/<plan_id>/way-back/tests": "/api/v1/plans/none/way-back/tests",
    "api/v1/webhooks": "/api/v1/webhooks",
    "api/v1/webhooks/<webhook_id>": "/api/v1/webhooks/none",
    "api/v1/webhooks/<webhook_id>/test": "/api/v1/webhooks/none/test",
    "api/v1/webhooks/<webhook_id>/deliveries": "/api/v1/webhooks/none/deliveries",
    "api/v1/webhooks/<webhook_id>/deliveries/<delivery_id>/resend": "/api/v1/webhooks/none/deliveries/none/resend",
    "api/v1/scenarios": "/api/v1/scenarios",
    "api/v1/compare": "/api/v1/compare",
    "api/v1/scenarios/<scenario_id>": "/api/v1/scenarios/none",
    "api/v1/scenarios/<scenario_id>/revisions": "/api/v1/scenarios/none/revisions",
    "api/v1/scenarios/<scenario_id>/revisions/<number>": "/api/v1/scenarios/none/revisions/none",
    "api/v1/scenarios/<scenario_id>/archive": "/api/v1/scenarios/none/archive",
    "api/v1/scenarios/<scenario_id>/duplicate": "/api/v1/scenarios/none/duplicate",
    "api/v1/scenarios/<scenario_id>/reprice": "/api/v1/scenarios/none/reprice",
    "api/v1/scenarios/<scenario_id>/comments": "/api/v1/scenarios/none/comments",
    "api/v1/scenarios/<scenario_id>/approvals": "/api/v1/scenarios/none/approvals",
    "api/v1/scenarios/<scenario_id>/links": "/api/v1/scenarios/none/links",
    "api/v1/links": "/api/v1/links",
    "api/v1/links/<link_id>": "/api/v1/links/none",
    "api/v1/workspace": "/api/v1/workspace",
    "api/v1/members": "/api/v1/members",
    "api/v1/members/<member_id>": "/api/v1/members/none",
    "api/v1/invitations": "/api/v1/invitations",
    "api/v1/invitations/<invitation_id>": "/api/v1/invitations/none",
    "api/v1/invitations/<invitation_id>/renew": "/api/v1/invitations/none/renew",
    "api/v1/": "/api/v1/",
    "api/v1/openapi.json": "/api/v1/openapi.json",
    "api/v1/docs": "/api/v1/docs",
    "api/v1/estimate": "/api/v1/estimate",
    "api/v1/claims": "/api/v1/claims",
    "api/v1/prices/<provider>/<path:model>": "/api/v1/prices/openai/gpt-4.1",
    "readyz": "/readyz",
}
BESIDE = [
    "/healthz",
    "/sample/v1/models",
    "/sample/v1/models/nope",
    "/sample/v1/chat/completions",
    "/sample/",
    "/no-such-page",
    "/prices/no-such/",
    "/api/v1/nope",
    "/static/nope.css",
    "/prices",
    "/?q=%00",
]


def patterns(urls: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every pattern of the URL table, written as in `path()`."""
    for item in urls:
        here = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item.url_patterns, here)
        else:
            yield here


@pytest.fixture
def hashed_file() -> str:
    """The address of a style sheet."""
    name = next(settings.STATIC_ROOT.glob("css/base.*.css")).name
    return f"/static/css/{name}"


def test_the_crawl_knows_every_address() -> None:
    assert set(patterns(get_resolver().url_patterns)) == SAMPLES.keys()


@pytest.mark.parametrize("path", [*SAMPLES.values(), *BESIDE])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_response_is_protected(site: str, method: str, path: str) -> None:
    check(httpx.request(method, site + path, trust_env=False, timeout=20))


def test_files_and_refused_bodies_are_protected(site: str, hashed_file: str) -> None:
    check(httpx.get(site + hashed_file, trust_env=False))
    check(httpx.post(site + "/", content=b"x" * (settings.MAX_BODY_BYTES + 1), trust_env=False))
    check(httpx.get(site + "/", headers={"host": "evil.example"}, trust_env=False))


def test_files_are_compressed_and_kept_for_good(site: str, hashed_file: str) -> None:
    answer = httpx.get(site + hashed_file, headers={"accept-encoding": "br"}, trust_env=False)
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    assert "access-control-allow-origin" not in answer.headers


def check(answer: httpx.Response) -> None:
    """Fail unless this response has what every response must have."""
    headers = answer.headers
    assert answer.status_code < 500
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    policy = dict(directive.split(" ", 1) for directive in re.split(r";\s*", headers["content-security-policy"]))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert {source for sources in policy.values() for source in sources.split()} <= {"'none'", "'self'"}
    for cookie in headers.get_list("set-cookie"):
        assert "SameSite=Lax" in cookie
