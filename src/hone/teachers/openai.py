"""Teachers behind OpenAI's API, or any endpoint that speaks it: vLLM, ChatAnywhere, `transformers serve`.

Endpoints differ in what they take: structured output and the name of the limit on tokens are tried in the form of
OpenAI's own, and given up when the endpoint says that it does not know them. Retries are not made here (asking.py).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import Any, Final

import openai

from hone.core.errors import UserError
from hone.teachers.asks import Answer, Ask, Refused, Trouble, Unusable, failure
from hone.teachers.batches import Results
from hone.teachers.keys import Key

_ENDED = ("completed", "expired", "cancelled")
_CHAT: Final = "/v1/chat/completions"


class OpenAIClient:
    """See the module's docstring. `base_url` "" is OpenAI's own, which needs a key; others may do without."""

    def __init__(self, base_url: str = "") -> None:
        self._key = Key("OPENAI_API_KEY", needed=not base_url)
        self._place = base_url or "the endpoint of OpenAI"
        self._client = openai.AsyncOpenAI(
            api_key=self._key.text, base_url=base_url or None, max_retries=0, timeout=None
        )
        self._structured, self._limit = True, "max_tokens"

    async def ask(self, ask: Ask) -> tuple[Answer, Mapping[str, str]]:
        """See `Client`."""
        while True:
            adapted = (self._structured, self._limit)
            try:
                raw = await self._client.chat.completions.with_raw_response.create(**self._body(ask))
            except openai.APIError as error:
                if self._adapts(error, ask) or adapted != (self._structured, self._limit):
                    continue  # once more, in the form that this endpoint knows
                raise self._failure(error) from None
            return self._answer(raw.text), dict(raw.headers)

    async def models(self) -> list[str]:
        """See `Client`."""
        with self._failures():
            return sorted([model.id async for model in self._client.models.list()])

    async def submit(self, label: str, asks: Sequence[Ask]) -> str:
        """See `BatchClient`."""
        lines = [
            {"custom_id": ask.key, "method": "POST", "url": _CHAT, "body": self._body(ask)} for ask in asks
        ]  # fmt: skip
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        with self._failures():
            file = await self._client.files.create(file=("asks.jsonl", text), purpose="batch")
            batch = await self._client.batches.create(
                input_file_id=file.id, endpoint=_CHAT, completion_window="24h", metadata={"hone": label}
            )
        return batch.id

    async def find(self, label: str) -> str | None:
        """See `BatchClient`."""
        with self._failures():
            async for batch in self._client.batches.list(limit=100):
                if (batch.metadata or {}).get("hone") == label:
                    return batch.id
        return None

    async def collect(self, name: str, keys: Sequence[str]) -> Results | None:
        """See `BatchClient`."""
        with self._failures():
            batch = await self._client.batches.retrieve(name)
            if batch.status == "failed":
                errors = batch.errors.data if batch.errors and batch.errors.data else []
                said = "; ".join(str(error.message) for error in errors) or "no reason given"
                raise UserError(f"teacher: the batch {name} was refused: {self._key.hide(said)}")
            if batch.status not in _ENDED:
                return None
            files = [file for file in (batch.output_file_id, batch.error_file_id) if file]
            texts = [(await self._client.files.content(file)).text for file in files]
        found = [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]
        return {line["custom_id"]: self._batched(line) for line in found if line.get("custom_id") in set(keys)}

    async def close(self) -> None:
        """See `Client`."""
        await self._client.close()

    def _body(self, ask: Ask) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": ask.model, "messages": [asdict(message) for message in ask.messages],
            "temperature": ask.temperature, self._limit: ask.max_tokens,
        }  # fmt: skip
        if ask.schema is not None and self._structured:
            schema = {"name": "answer", "schema": ask.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _adapts(self, error: openai.APIError, ask: Ask) -> bool:
        """Whether the endpoint refused a form of request that can be given up, which is done."""
        said = str(error).lower()
        if getattr(error, "status_code", 0) not in (400, 422):
            return False
        if "max_completion_tokens" in said and self._limit == "max_tokens":
            self._limit = "max_completion_tokens"
        elif ask.schema is not None and self._structured and ("response_format" in said or "json_schema" in said):
            self._structured = False
        else:
            return False
        return True

    def _answer(self, text: str) -> Answer:
        """The answer in a response's body. Raises: Unusable."""
        try:
            body = json.loads(text)
            choice, usage = body["choices"][0], body.get("usage") or {}
            said = choice["message"].get("content") or ""
            counted = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
            return Answer(self._key.hide(said), *counted, choice.get("finish_reason") or "stop")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise Unusable("a response without an answer") from None

    def _batched(self, line: Mapping[str, Any]) -> Answer | str:
        response = line.get("response") or {}
        if response.get("status_code") != 200:
            said = line.get("error") or (response.get("body") or {}).get("error") or {}
            return f"status {response.get('status_code')}: {self._key.hide(str(said.get('message', '')))}"[:200]
        try:
            return self._answer(json.dumps(response["body"]))
        except Unusable as failure:
            return str(failure)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except openai.APIError as error:
            raise self._failure(error) from None

    def _failure(self, error: openai.APIError) -> Exception:
        """What the library's error means to whoever asks."""
        status = getattr(error, "status_code", 0)
        said = self._key.hide(" ".join(str(error).split()))[:300]
        if not status:  # no response, or a cut one
            return Trouble("the connection failed")
        if status == 429 and error.code != "insufficient_quota":
            return Refused(retry_after(error.response.headers.get))  # type: ignore[attr-defined]
        return failure(status, said, self._place)


def retry_after(header: Callable[[str], str | None]) -> float | None:
    """Seconds to wait, from the headers of a response (RFC 9110, and the milliseconds that some send)."""
    milliseconds, said = header("retry-after-ms"), header("retry-after")
    try:
        if milliseconds:
            return float(milliseconds) / 1000
        return float(said) if said else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(said or "")
        now = parsedate_to_datetime(header("date") or "")
        return max(0.0, (at - now).total_seconds())
    except (ValueError, TypeError):
        return None
