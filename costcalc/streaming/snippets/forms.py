"""What a reader chooses on the page of snippets: all of it stands in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from costcalc.streaming.endpoints import Endpoint, allowed
from costcalc.streaming.providers import title
from costcalc.streaming.snippets.kinds import RECIPES, Kind
from costcalc.streaming.snippets.making import SILENCE
from costcalc.wire.plain_text import PlainField

LONGEST_ADDRESS = 300
# Where most come from.
USUAL = "openai"


class SnippetForm(forms.Form):
    """Provider, model, language, and what else differs from place to place; `old` is the provider that is left."""

    provider = forms.ChoiceField(label=_("Provider"))
    model = PlainField(label=_("Model"), max_length=200)
    kind = forms.ChoiceField(label=_("Written for"), choices=[(kind, recipe.title) for kind, recipe in RECIPES.items()])
    base = PlainField(
        label=_("Another address"),
        max_length=LONGEST_ADDRESS,
        required=False,
        help_text=_("The base URL of a relay or gateway that speaks as this provider does."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    old = forms.ChoiceField(label=_("Moving from"))
    silence = forms.IntegerField(
        label=_("Longest silence, in seconds"), min_value=1, max_value=3600, widget=forms.TextInput
    )

    def __init__(self, asked: Mapping[str, Any], endpoints: Iterable[Endpoint], model: str) -> None:
        """`model` is the provider's own, which stands where none was typed."""
        self.endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        super().__init__({"silence": SILENCE, "old": USUAL, **asked, "model": asked.get("model") or model})
        for choice in (self.fields["provider"], self.fields["old"]):
            if isinstance(choice, forms.ChoiceField):
                choice.choices = [(endpoint.name, title(endpoint)) for endpoint in self.endpoints.values()]
        if asked.get("kind") != Kind.OPENAI:
            # With the SDK alone a move is a change of some lines.
            del self.fields["old"]
        self.fields["model"].widget.attrs |= {"list": "models", "autocomplete": "off", "spellcheck": "false"}

    def clean_base(self) -> str:
        """An address without user, query and fragment, and no slash at its end."""
        base: str = self.cleaned_data["base"].strip()
        if not base:
            return ""
        try:
            return allowed([f"typed={base}"], private=True)[0].base_url
        except ValueError:
            raise ValidationError(_("An address such as https://llm.example.com/v1, without query.")) from None

    def endpoint(self) -> Endpoint:
        """The provider that was chosen, under the address that was typed."""
        endpoint = self.endpoints[self.cleaned_data["provider"]]
        return replace(endpoint, base_url=self.cleaned_data["base"] or endpoint.base_url)
