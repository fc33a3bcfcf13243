"""Teachers behind Google's Gemini API. Retries are not made here (asking.py)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp
import httpx2
from google import genai
from google.genai import errors, types

from hone.core.errors import UserError
from hone.teachers.asks import Answer, Ask, Refused, Trouble, Unusable, failure
from hone.teachers.batches import Results
from hone.teachers.keys import Key

_RUNNING = ("UNSPECIFIED", "QUEUED", "PENDING", "RUNNING", "PAUSED", "UPDATING", "CANCELLING")
_ROLES = {"user": "user", "assistant": "model"}
_CONNECTION = (httpx2.HTTPError, aiohttp.ClientError, ConnectionError)


class GeminiClient:
    """See the module's docstring. `base_url` "" is Google's own."""

    def __init__(self, base_url: str = "") -> None:
        self._key = Key("GEMINI_API_KEY", "GOOGLE_API_KEY")
        self._place = base_url or "the endpoint of Gemini"
        logging.getLogger("google_genai").setLevel(logging.ERROR)  # it tells of both keys being set
        self._client = genai.Client(
            api_key=self._key.text, vertexai=False, http_options=types.HttpOptions(base_url=base_url or None)
        )

    async def ask(self, ask: Ask) -> tuple[Answer, Mapping[str, str]]:
        """See `Client`."""
        contents, config = self._request(ask)
        with self._failures():
            found = await self._client.aio.models.generate_content(model=ask.model, contents=contents, config=config)
        return self._answer(found), {}

    async def models(self) -> list[str]:
        """See `Client`."""
        with self._failures():
            listed = [model.name or "" async for model in await self._client.aio.models.list()]
        return sorted(name.removeprefix("models/") for name in listed)

    async def submit(self, label: str, asks: Sequence[Ask]) -> str:
        """See `BatchClient`. All asks of a batch are of one model."""
        requests = []
        for ask in asks:
            contents, config = self._request(ask)
            requests.append(types.InlinedRequest(contents=contents, config=config, metadata={"key": ask.key}))
        with self._failures():
            job = await self._client.aio.batches.create(
                model=asks[0].model, src=requests, config=types.CreateBatchJobConfig(display_name=label)
            )
        return str(job.name)

    async def find(self, label: str) -> str | None:
        """See `BatchClient`."""
        with self._failures():
            async for job in await self._client.aio.batches.list():
                if job.display_name == label:
                    return job.name
        return None

    async def collect(self, name: str, keys: Sequence[str]) -> Results | None:
        """See `BatchClient`."""
        with self._failures():
            job = await self._client.aio.batches.get(name=name)
        state = job.state.name.removeprefix("JOB_STATE_") if job.state else "UNSPECIFIED"
        if state in _RUNNING:
            return None
        responses = (job.dest.inlined_responses if job.dest else None) or []
        if state == "FAILED" and not responses:
            said = job.error.message if job.error else "no reason given"
            raise UserError(f"teacher: the batch {name} was refused: {self._key.hide(str(said))}")
        # Without a name of its own, a response belongs to the ask at its place.
        named = [((one.metadata or {}).get("key") or keys[place], one) for place, one in enumerate(responses)]
        return {key: self._batched(one) for key, one in named if key in set(keys)}

    async def close(self) -> None:
        """See `Client`."""
        await self._client.aio.aclose()

    def _request(self, ask: Ask) -> tuple[list[Any], types.GenerateContentConfig]:
        system = "\n\n".join(message.content for message in ask.messages if message.role == "system")
        contents = [
            types.Content(role=_ROLES[message.role], parts=[types.Part(text=message.content)])
            for message in ask.messages
            if message.role in _ROLES
        ]
        structured: dict[str, Any] = {}
        if ask.schema is not None:
            structured = {"response_mime_type": "application/json", "response_json_schema": dict(ask.schema)}
        return contents, types.GenerateContentConfig(
            system_instruction=system or None, temperature=ask.temperature, max_output_tokens=ask.max_tokens,
            **structured,
        )  # fmt: skip

    def _answer(self, found: Any) -> Answer:
        """The answer in a response. Raises: Unusable."""
        if not found.candidates:
            raise Unusable("a response without an answer")
        reason = found.candidates[0].finish_reason
        ended = reason.name.lower() if reason else "stop"
        usage = found.usage_metadata
        prompt = (usage.prompt_token_count or 0) if usage else 0
        written = ((usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)) if usage else 0
        return Answer(self._key.hide(found.text or ""), prompt, written, ended)

    def _batched(self, one: Any) -> Answer | str:
        if one.response is None:
            return self._key.hide(str(one.error.message if one.error else "no response"))[:200]
        try:
            return self._answer(one.response)
        except Unusable as unusable:
            return str(unusable)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (errors.APIError, *_CONNECTION, ValueError) as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> Exception:
        """What the library's error means to whoever asks."""
        if isinstance(error, ValueError) and not isinstance(error, errors.APIError):
            return Unusable("a response without an answer")  # not JSON, or not of the API
        if not isinstance(error, errors.APIError):
            return Trouble("the connection failed")
        said = self._key.hide(" ".join(str(error.message or error).split()))[:300]
        if error.code == 429:
            return Refused(_retry_delay(error.details))
        if error.code == 400 and "api key" in said.lower():
            return failure(401, said, self._place)
        return failure(error.code, said, self._place)


def _retry_delay(details: Any) -> float | None:
    """Seconds to wait, as google.rpc.RetryInfo in an error's details says: {"retryDelay": "17s"}."""
    try:
        found = [part["retryDelay"] for part in details["error"]["details"] if "retryDelay" in part]
        return float(str(found[0]).removesuffix("s"))
    except (KeyError, IndexError, TypeError, ValueError):
        return None
