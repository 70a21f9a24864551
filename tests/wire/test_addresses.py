"""Links that are handed on name the product as it is known outside, whatever the request said."""

import pytest
from django.conf import settings
from django.test import RequestFactory

from costcalc.wire.addresses import whole_address


@pytest.mark.parametrize(
    ("public_url", "whole"),
    [("", "http://localhost:8123/s/abc/"), ("https://costs.example.org", "https://costs.example.org/s/abc/")],
)
def test_a_link_is_under_the_public_address(public_url: str, whole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"public_url": public_url}))
    request = RequestFactory().get("/", headers={"host": "localhost:8123"})
    assert whole_address(request, "/s/abc/") == whole
