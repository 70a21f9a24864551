"""The built-in provider is named in the reader's language wherever a provider is chosen."""

import re

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/stream/", "/stream/doctor/", "/stream/snippets/"])
@pytest.mark.parametrize(("language", "name"), [("en", "Built-in sample"), ("vi", "Mẫu tích hợp")])
def test_the_choice_of_a_provider_is_in_the_readers_language(
    client: Client, path: str, language: str, name: str
) -> None:
    page = client.get(path, headers={"accept-language": language}).content.decode()
    assert set(re.findall('<option value="sample"[^>]*>([^<]*)<', page)) == {name}
