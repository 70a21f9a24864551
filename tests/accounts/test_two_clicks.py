"""Two requests to sign up at the same moment, as a double click sends them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from costcalc.accounts.entrance import Adapter
from costcalc.accounts.models import User
from tests.factories import PASSWORD


@pytest.mark.usefixtures("committed_db")
def test_of_two_clicks_one_makes_the_account_and_the_other_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    both, save = Barrier(2), Adapter.save_user

    def met(adapter: Adapter, *given: Any, **more: Any) -> Any:
        both.wait(10)
        return save(adapter, *given, **more)

    monkeypatch.setattr(Adapter, "save_user", met)

    def click(_turn: int) -> tuple[int, bool]:
        try:
            answer = Client().post("/accounts/signup/", {"email": "dora@example.org", "password1": PASSWORD})
        finally:
            connections.close_all()
        return answer.status_code, "There is an account with this e-mail address" in answer.content.decode()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [(200, True), (302, False)]
    assert User.objects.filter(email="dora@example.org").count() == 1
