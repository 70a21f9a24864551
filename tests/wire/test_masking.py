"""No log holds a link or token that lets its reader in."""

import logging

import pytest

from costcalc.wire.masking import masked

# The same in every test process.
LINK = "0aB" * 10 + "zZ"
TOKEN = "costcalc_" + LINK + "c0ffee"


@pytest.mark.parametrize(
    "text",
    [
        f"/s/{LINK}/",
        f'127.0.0.1 "GET /invitations/{LINK}/ HTTP/1.1" 200',
        f"http://localhost:8000/first-owner/{LINK}/",
        f"/accounts/login/?next=%2Finvitations%2F{LINK}%2F",
        f"/accounts/login/?next=/s/{LINK}/",
        f"/accounts/password/reset/key/3-{LINK}/",
        f"/me/address/{LINK}.1vT{LINK}.{LINK}/",
        f"/accounts/login/?next=%2Fme%2Faddress%2F{LINK}.1vT{LINK}.{LINK}%2F",
        f"/stream/runs/w1.{LINK}/socket",
        f"Authorization: Bearer {TOKEN}",
        f"authorization: Bearer {LINK}7",
        f"Incorrect API key provided: sk-{LINK}. Find yours at …",
        f"Incorrect API key provided: sk-proj-***{LINK}",
        f"x-goog-api-key: AIza{LINK}",
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str) -> None:
    said = masked(text)
    assert LINK not in said
    assert "…" in said
    assert masked(said) == said


@pytest.mark.parametrize(
    "text",
    [
        *("/scenarios/4xYabcdefghi/", "/prices/openai/gpt-4.1/", "/invitations/", "/s/", "/stream/runs"),
        *("a risk-free ask-me-anything", "send a Bearer token", "sk-"),
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_every_record_is_masked_whoever_makes_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Atoms(dict[str, str]):
        """As gunicorn's access log has them."""

        def __missing__(self, name: str) -> str:
            return "-"

    atoms = Atoms(r=f"GET /s/{LINK}/ HTTP/1.1")
    for name in ("uvicorn.access", "gunicorn.access"):
        # A server in this process may have set its loggers to something else.
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)
        caplog.set_level(logging.INFO, logger=name)
    in_its_text = f"Internal Server Error: /s/{LINK}/"
    with caplog.at_level(logging.INFO):
        logging.getLogger("uvicorn.access").info('%s - "%s %s"', "127.0.0.1", "GET", f"/s/{LINK}/")
        logging.getLogger("gunicorn.access").info("%(r)s %(absent)s", atoms)
        # The link is in the text itself, not among its arguments.
        logging.getLogger("django.request").error(in_its_text)
    assert {record.name for record in caplog.records} == {"uvicorn.access", "gunicorn.access", "django.request"}
    assert LINK not in caplog.text
    assert "GET /s/…/ HTTP/1.1 -" in caplog.text
    assert LINK in atoms["r"]
