"""Problems say what is wrong and point at it."""

import json
from typing import Any

import pytest

from costcalc.wire.problem import Fault, locate, pointer, problem, problems

BODY: dict[str, Any] = {"workloads": [{"a/b": 1, "candidate": {"prices": {"input~": "x"}}}]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], ""),
        (["workloads"], "/workloads"),
        (["workloads", 0, "a/b"], "/workloads/0/a~1b"),
        (["workloads", 0, "candidate", "prices", "input~"], "/workloads/0/candidate/prices/input~0"),
        # A missing key is named; a union's branch and a validator, which pydantic adds, are not.
        (["workloads", 0, "missing"], "/workloads/0/missing"),
        (["workloads", 0, "candidate", "TypedPrices", "prices", "output"], "/workloads/0/candidate/prices/output"),
        (["workloads", 7, "x"], "/workloads"),
        (["workloads", "function-after"], "/workloads"),
    ],
)
def test_an_error_is_located_in_what_was_sent(path: list[str | int], expected: str) -> None:
    assert locate(BODY, path) == expected


@pytest.mark.parametrize("document", [None, 1, "text", []])
def test_a_body_that_is_no_object_is_pointed_at_as_a_whole(document: Any) -> None:
    assert locate(document, ["workloads", 0]) == ""


def test_a_pointer_escapes_what_the_rfc_asks_to() -> None:
    assert pointer(["a/b", "m~n", 0]) == "/a~1b/m~0n/0"


def test_absent_members_are_left_out() -> None:
    assert json.loads(problem(404).encode()) == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_faults_are_listed() -> None:
    encoded = json.loads(problem(422, "Bad.", [Fault(pointer="/a", detail="No.")]).encode())
    assert encoded["errors"] == [{"pointer": "/a", "detail": "No."}]


def test_an_operation_documents_the_statuses_it_names() -> None:
    assert set(problems(404, 429)) == {404, 429}
