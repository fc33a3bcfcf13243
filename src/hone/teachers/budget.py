"""What asking costs: an estimate before the first request, and a limit that is never passed."""

from collections.abc import Iterable, Mapping

from hone.config import Price
from hone.errors import UserError
from hone.teachers.asks import Answer, Ask

MILLION = 1_000_000


class Budget:
    """Money by the price table of params.yaml (US dollars a million tokens); `max_usd` None is no limit.

    What a request may cost at most is set aside when it starts, so that the limit holds whatever the answers' length.
    """

    def __init__(self, prices: Mapping[str, Price], max_usd: float | None = None) -> None:
        self._prices, self._max = prices, max_usd
        self.spent = self.reserved = 0.0

    def price(self, model: str) -> Price:
        """Raises: UserError for a model without a price where there is a limit to keep."""
        found = self._prices.get(model)
        if found is None and self._max is not None:
            raise UserError(f"max_usd: expected a price of {model} in prices, found none; add it, or drop max_usd")
        return found or Price(input=0.0, output=0.0)

    def most(self, ask: Ask) -> float:
        """What an ask may cost at most, if its prompt is counted rightly."""
        price = self.price(ask.model)
        return (ask.prompt_tokens * price.input + ask.max_tokens * price.output) / MILLION

    def estimate(self, asks: Iterable[Ask]) -> float:
        """What they would cost if each answer were as long as it may be."""
        return sum(map(self.most, asks))

    def reserve(self, ask: Ask) -> bool:
        """Set aside what the ask may cost; False if that could pass the limit."""
        most = self.most(ask)
        if self._max is not None and self.spent + self.reserved + most > self._max:
            return False
        self.reserved += most
        return True

    def settle(self, ask: Ask, answer: Answer | None) -> None:
        """The request ended; without an answer nothing was paid."""
        self.reserved -= self.most(ask)
        if answer is not None:
            price = self.price(ask.model)
            paid = answer.prompt_tokens * price.input + answer.completion_tokens * price.output
            self.spent += paid / MILLION
