"""Failed attempts are counted in the cache that all workers share."""

import os
import subprocess
import sys

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.factories import PASSWORD, a_person
from tests.processes import ROOT

LOGIN = "/accounts/login/"

GUESS = """
import os, sys, django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict.update(NAME=os.environ["TEST_DATABASE"])
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
page = Client().post("/accounts/login/", {"login": "alice@example.org", "password": sys.argv[1]})
print(page.status_code, "Too many failed attempts" in page.content.decode())
"""


@pytest.mark.usefixtures("committed_db")
def test_the_lock_out_holds_across_processes() -> None:
    a_person("Alice")
    name = str(connection.settings_dict["NAME"])
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE": name}

    def guess(password: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", GUESS, password], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert guess("wrong") == "200 False"
    for _ in range(3):
        Client().post(LOGIN, {"login": "alice@example.org", "password": "wrong"})
    assert guess("wrong") == "200 False"
    assert guess(PASSWORD) == "200 True"
    page = Client().post(LOGIN, {"login": "alice@example.org", "password": PASSWORD}).content.decode()
    assert "Too many failed attempts" in page
    # And it is the shared cache that remembers: without it, she is let in.
    cache.clear()
    assert guess(PASSWORD) == "302 False"
