"""What asking costs: an estimate before the first request, and a limit that is never passed."""

from collections.abc import Iterable, Mapping
from typing import Any

from hone.core.config import Price
from hone.core.errors import UserError
from hone.teachers.asks import Answer, Ask

MILLION = 1_000_000


class Budget:
    """Money by the price table of params.yaml (US dollars a million tokens); `max_usd` None is no limit.

    Counted is all that a ledger's answers ever cost, whichever run or process paid for them. What a request may cost
    at most is set aside when it starts, so that the limit holds whatever the answers' length. Not covered: what other
    processes on the same ledger have under way at this moment.
    """

    def __init__(self, prices: Mapping[str, Price], max_usd: float | None = None, batch: bool = False) -> None:
        self._prices, self.max_usd, self._batch = prices, max_usd, batch
        self.spent = self._set_aside = 0.0
        self._under_way = 0

    def price(self, model: str) -> Price:
        """Raises: UserError for a model without a price where there is a limit to keep."""
        found = self._prices.get(model)
        if found is None and self.max_usd is not None:
            raise UserError(f"max_usd: expected a price of {model} in prices, found none; add it, or drop max_usd")
        return found or Price(input=0.0, output=0.0)

    def most(self, ask: Ask) -> float:
        """What an ask may cost at most, if its prompt is counted rightly."""
        return self._usd(ask.model, ask.prompt_tokens, ask.max_tokens)

    def estimate(self, asks: Iterable[Ask]) -> float:
        """What they would cost if each answer were as long as it may be."""
        return sum(map(self.most, asks))

    def cost(self, ask: Ask, answer: Answer) -> float:
        """What an answer cost, by the endpoint's own count of its tokens."""
        return self._usd(ask.model, answer.prompt_tokens, answer.completion_tokens)

    def reserve(self, ask: Ask) -> bool:
        """Set aside what the ask may cost; False if that could pass the limit."""
        most = self.most(ask)
        if self.max_usd is not None and self.spent + self._set_aside + most > self.max_usd:
            return False
        self._set_aside += most
        self._under_way += 1
        return True

    def release(self, ask: Ask) -> None:
        """The request ended: what it cost, if anything, is in the ledger."""
        self._under_way -= 1
        self._set_aside = self._set_aside - self.most(ask) if self._under_way else 0.0  # no rest of rounding

    @property
    def settled(self) -> bool:
        """Whether no money is set aside: what is not affordable now never will be."""
        return not self._under_way

    def paid(self, key: str, value: Any) -> None:
        """A line of the ledger, old or new, mine or another's (`Ledger.open`, `each`)."""
        self.spent += value.get("usd", 0.0)

    def _usd(self, model: str, prompt_tokens: int, completion_tokens: int) -> float:
        price = self.price(model)
        share = price.batch if self._batch else 1.0
        return share * (prompt_tokens * price.input + completion_tokens * price.output) / MILLION
