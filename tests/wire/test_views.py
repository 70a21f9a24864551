"""Readiness, and what is said when something is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from costcalc.urls import handler400, handler403, handler404, handler500
from costcalc.urls import urlpatterns as product
from costcalc.wire import readiness
from costcalc.wire.views import broken

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@pytest.mark.django_db
def test_ready_when_the_database_and_the_prices_are_there(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_names_what_is_missing(client: Client) -> None:
    def away() -> bool:
        raise OperationalError("gone")

    before = dict(readiness._checks)
    readiness.register("a thing", lambda: False)
    readiness.register("another", away)
    try:
        answer = client.get("/readyz")
    finally:
        readiness._checks.clear()
        readiness._checks.update(before)
    assert (answer.status_code, answer.content) == (503, b"missing: a thing\nmissing: another\n")


def breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret detail")


def absent(request: HttpRequest) -> HttpResponse:
    raise Http404("secret detail")


@csrf_protect
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    *product,
    path("breaks", breaks),
    path("absent", absent),
    path("form", form),
    path("api/breaks", breaks),
    path("api/absent", absent),
]
asked = Client(raise_request_exception=False, enforce_csrf_checks=True)


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda: asked.get("/absent"), 404),
        (lambda: asked.get("/breaks"), 500),
        (lambda: asked.post("/form"), 403),
        (lambda: asked.get("/", headers={"host": "evil.example"}), 400),
    ],
)
def test_pages_that_go_wrong_are_pages_and_tell_no_secret(answer: Callable[[], Any], status: int) -> None:
    response = answer()
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    text = response.content.decode()
    assert f'<p class="crumbs">{status}</p>' in text
    assert "secret detail" not in text
    assert "Traceback" not in text


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("address", "status"), [("/api/absent", 404), ("/api/breaks", 500), ("/api/nowhere", 404)])
def test_under_api_the_same_is_problem_json(address: str, status: int) -> None:
    response = asked.get(address)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert "secret" not in response.content.decode()


def test_when_even_the_error_page_is_broken_something_is_still_said() -> None:
    templates = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    with override_settings(TEMPLATES=templates):
        response = broken(RequestFactory().get("/"))
    assert (response.status_code, response["Content-Type"]) == (500, "text/plain; charset=utf-8")


def test_error_pages_speak_the_reader_s_language() -> None:
    page = Client().get("/no-such-page", headers={"accept-language": "vi"})
    assert '<html lang="vi"' in page.content.decode()
