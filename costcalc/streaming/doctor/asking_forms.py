"""Whom the doctor asks, live, and with which key. A key is never shown again, nor anything that looks like one."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from costcalc.secrets import holds_key
from costcalc.streaming.doctor.addresses import allowed_endpoint
from costcalc.streaming.doctor.probing import Target
from costcalc.streaming.endpoints import SAMPLE, Endpoint
from costcalc.streaming.providers import allowed_providers, title

_TYPED: Final = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}


class AskingForm(forms.Form):
    """A provider, a model and a key for one call. `target` of its cleaned data is what is asked."""

    provider = forms.ChoiceField(label=gettext_lazy("Provider"))
    model = forms.CharField(
        label=gettext_lazy("Model"), max_length=200, initial="sample-plain", widget=forms.TextInput(attrs=_TYPED)
    )
    key = forms.CharField(
        label=gettext_lazy("Key, for this call alone"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs=_TYPED),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.allowed = {endpoint.name: endpoint for endpoint in allowed_providers()}
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(endpoint.name, title(endpoint)) for endpoint in self.allowed.values()]

    def clean_model(self) -> str:
        """Raises ValidationError for a key in the wrong field."""
        return self.without_key("model")

    def without_key(self, name: str) -> str:
        """A field's text. Raises ValidationError, and forgets it, where it looks like a key."""
        text: str = self.cleaned_data[name].strip()
        if holds_key(text):
            self.data = {key: value for key, value in self.data.items() if key != self.add_prefix(name)}
            raise forms.ValidationError(_("This looks like a key: it belongs into the key's own field."))
        return text

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a key that no header can hold."""
        given = self.cleaned_data
        endpoint = self.allowed.get(given.get("provider", ""))
        if not self.errors and endpoint is not None:
            given["target"] = self.aimed(endpoint)
        return given

    def aimed(self, endpoint: Endpoint) -> Target | None:
        """What is asked; None, with its error noted, where it cannot be."""
        target = Target(endpoint, self.cleaned_data["model"], self.cleaned_data["key"].strip())
        if not target.can_be_asked:
            self.add_error("key", _("A key is one line of ASCII characters."))
            return None
        return target


class EndpointForm(AskingForm):
    """The same for a whole diagnosis, at any address under an allowed one."""

    prefix = "live"
    field_order = ("provider", "address", "model", "key")
    address = forms.CharField(
        label=gettext_lazy("Or an address under an allowed one"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={**_TYPED, "inputmode": "url"}),
    )

    def clean_address(self) -> str:
        """Raises ValidationError for an address that is under no allowed base URL."""
        address = self.without_key("address")
        real = [endpoint for endpoint in self.allowed.values() if endpoint.name != SAMPLE.name]
        if address and allowed_endpoint(address, real) is None:
            bases = ", ".join(endpoint.base_url for endpoint in real) or _("none")
            raise forms.ValidationError(
                _("It is under no address that the operator allows here: %(bases)s.") % {"bases": bases}
            )
        return address

    def aimed(self, endpoint: Endpoint) -> Target | None:
        """At the address, where one is given."""
        found = allowed_endpoint(self.cleaned_data["address"], self.allowed.values())
        return super().aimed(found[0] if found else endpoint)


class KeyForm(AskingForm):
    """A key to be tried, which is the point of it."""

    prefix = "trial"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["key"].required = True
