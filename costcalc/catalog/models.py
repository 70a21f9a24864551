"""The models of the room, where Django looks for them."""

from costcalc.catalog.exchange_rates import ExchangeRate
from costcalc.catalog.own import OwnPrice
from costcalc.catalog.prices import CatalogueState, LanguageModel, Price, PriceSource, Provider

__all__ = ["CatalogueState", "ExchangeRate", "LanguageModel", "OwnPrice", "Price", "PriceSource", "Provider"]
