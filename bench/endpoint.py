"""A local endpoint with OpenAI's API over real HTTP, for tests and benchmarks: hidden limits, and every way to fail.

It runs in a thread of its own, and counts each request that reaches it, by what is asked. `python bench/endpoint.py`
serves one in the foreground. What it answers is a pure function of the request, so that runs can be compared.
"""

import asyncio
import contextlib
import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Reply = Callable[[dict[str, Any]], str]


def echo(body: dict[str, Any]) -> str:
    """The default answer: JSON that depends on all that was asked."""
    return json.dumps({"answer": hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()})


@dataclass
class Limits:
    """What the endpoint takes, and how it fails. Shares are of requests, drawn by seed."""

    requests_per_s: float = 1e9
    tokens_per_min: float = 1e12
    stock_s: float = 0.5  # of requests that may come at once
    latency_s: float = 0.02  # median of a lognormal
    spread: float = 0.5
    retry_after: float | None = None  # given with half of the refusals
    bursts: tuple[tuple[float, float], ...] = ()  # seconds since the first request in which all fails with 503
    shares: dict[str, float] = field(default_factory=dict)  # cut, trickle, malformed, schema, empty, error


class Endpoint:
    """A context manager; `url` is what a client takes as base_url."""

    def __init__(self, limits: Limits | None = None, reply: Reply = echo, seed: int = 0) -> None:
        self.limits, self.reply = limits or Limits(), reply
        self.requests: list[tuple[float, int]] = []  # seconds since the first request, status given
        self.asked: Counter[str] = Counter()  # by the text of the last message
        self.headers: list[dict[str, str]] = []
        self.batches: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self.refuse_fields: tuple[str, ...] = ()  # names in a request that it answers with 400
        self.batch_share = 1.0  # of a batch's asks that are answered before it ends
        self.batch_polls = 1  # looks at a batch while it still runs
        self._chance = random.Random(seed)
        self._first: float | None = None
        self._stock = self._tokens = 0.0
        self._at = 0.0

    def __enter__(self) -> "Endpoint":
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._end.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                line, headers, body = await _request(reader)
                if not await self._answer(line, headers, body, writer):
                    break
        with contextlib.suppress(ConnectionError):
            writer.close()

    async def _answer(self, line: str, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False ends the connection."""
        method, path, _ = line.split(" ")
        self.headers.append(headers)
        if path.split("?")[0] != "/v1/chat/completions":
            status, found = self._other(method, path, headers, body)
            return await _send(writer, status, found)
        asked = json.loads(body)
        now = self._clock()
        refused = self._refused(now, asked)
        self.asked[asked["messages"][-1]["content"]] += 1
        status = 200 if refused is None else refused[0]
        self.requests.append((now, status))
        if refused is not None:
            return await _send(writer, refused[0], {"error": {"message": refused[1]}}, refused[2])
        return await self._completion(asked, writer)

    def _clock(self) -> float:
        if self._first is None:
            self._first = time.monotonic()
            self._stock, self._tokens = self._most_stock, self.limits.tokens_per_min / 60 * self.limits.stock_s
        return time.monotonic() - self._first

    @property
    def _most_stock(self) -> float:
        return max(1.0, self.limits.requests_per_s * self.limits.stock_s)

    def _refused(self, now: float, asked: dict[str, Any]) -> tuple[int, str, dict[str, str]] | None:
        """A status with a message and headers, or None for a request that is served."""
        unknown = [name for name in self.refuse_fields if name in asked]
        if unknown:
            return 400, f"Unsupported parameter: {unknown[0]}", {}
        if any(start <= now < end for start, end in self.limits.bursts):
            return 503, "overloaded", {}
        most_tokens = max(4000.0, self.limits.tokens_per_min / 60 * self.limits.stock_s)
        passed, self._at = now - self._at, now
        self._stock = min(self._most_stock, self._stock + passed * self.limits.requests_per_s)
        self._tokens = min(most_tokens, self._tokens + passed * self.limits.tokens_per_min / 60)
        cost = sum(_tokens_of(asked))
        if self._stock < 1 or self._tokens < cost:
            wait = self.limits.retry_after
            told = {"retry-after": f"{wait:g}"} if wait is not None and self._chance.random() < 0.5 else {}
            return 429, "too fast", told
        self._stock -= 1
        self._tokens -= cost
        return None

    async def _completion(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(self._chance.lognormvariate(0, self.limits.spread) * self.limits.latency_s)
        fault = self._fault()
        text = {"malformed": '{"answer": ', "schema": '{"other": 1}', "empty": ""}.get(fault, self.reply(asked))
        prompt, completion = _tokens_of(asked)
        body = {
            "id": "c", "object": "chat.completion", "created": 0, "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        }  # fmt: skip
        if fault == "error":
            self.requests[-1] = (self.requests[-1][0], 500)
            return await _send(writer, 500, {"error": {"message": "by chance"}})
        return await _send(writer, 200, body, fault=fault)

    def _fault(self) -> str:
        draw = self._chance.random()
        for name, share in self.limits.shares.items():
            draw -= share
            if draw < 0:
                return name
        return ""

    def _other(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Models, files and batches."""
        parts = path.split("?")[0].split("/")[2:]
        if parts == ["models"]:
            return 200, {"object": "list", "data": [{"id": "m", "object": "model", "created": 0, "owned_by": "t"}]}
        if parts == ["files"]:
            name = f"file-{len(self.files)}"
            self.files[name] = _uploaded(headers, body)
            return 200, {"id": name, "object": "file", "bytes": 1, "created_at": 0, "filename": "f", "purpose": "batch"}
        if parts[0] == "files" and parts[-1] == "content":
            return 200, self.files[parts[1]]
        if parts == ["batches"] and method == "POST":
            given = json.loads(body)
            name = f"batch-{len(self.batches)}"
            self.batches[name] = {**given, "id": name, "polls": 0}
            return 200, self._batch(name)
        if parts == ["batches"]:
            return 200, {"object": "list", "data": [self._batch(name) for name in self.batches], "has_more": False}
        if parts[0] == "batches":
            self.batches[parts[1]]["polls"] += 1
            return 200, self._batch(parts[1])
        return 404, {"error": {"message": f"no {path}"}}

    def _batch(self, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        found = {
            "id": name, "object": "batch", "endpoint": batch["endpoint"], "input_file_id": batch["input_file_id"],
            "completion_window": "24h", "created_at": 0, "metadata": batch.get("metadata"), "status": "in_progress",
        }  # fmt: skip
        if batch["polls"] <= self.batch_polls:
            return found
        if "output" not in batch:
            lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
            served = lines[: max(1, round(len(lines) * self.batch_share))]
            batch["output"], batch["whole"] = f"out-{name}", len(served) == len(lines)
            self.files[batch["output"]] = "".join(json.dumps(self._batched(line)) + "\n" for line in served)
        status = "completed" if batch["whole"] else "expired"
        return found | {"status": status, "output_file_id": batch["output"]}

    def _batched(self, line: dict[str, Any]) -> dict[str, Any]:
        asked = line["body"]
        self.asked[asked["messages"][-1]["content"]] += 1
        prompt, completion = _tokens_of(asked)
        message = {"role": "assistant", "content": self.reply(asked)}
        body = {
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion},
        }
        return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def _tokens_of(asked: dict[str, Any]) -> tuple[int, int]:
    prompt = sum(len(message["content"]) for message in asked["messages"]) // 4
    return prompt, 50


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    line = (await reader.readuntil(b"\r\n")).decode().strip()
    headers: dict[str, str] = {}
    while (header := (await reader.readuntil(b"\r\n")).decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
            body += await reader.readexactly(size)
            await reader.readuntil(b"\r\n")
        await reader.readuntil(b"\r\n")
        return line, headers, body
    return line, headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def _send(
    writer: asyncio.StreamWriter, status: int, found: Any, headers: dict[str, str] | None = None, fault: str = ""
) -> bool:
    body = (found if isinstance(found, str) else json.dumps(found)).encode()
    given = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n"
    writer.write(head.encode())
    if fault == "cut":
        writer.write(body[: len(body) // 2])
        await writer.drain()
        return False
    if fault == "trickle":
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)
        return True
    writer.write(body)
    await writer.drain()
    return True


def _uploaded(headers: dict[str, str], body: bytes) -> str:
    """The file in a multipart form: the part that has a filename."""
    boundary = headers["content-type"].partition("boundary=")[2].strip('"').encode()
    for part in body.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b"filename=" in head:
            return content.removesuffix(b"\r\n").decode()
    raise ValueError("no file in the form")


if __name__ == "__main__":
    with Endpoint() as endpoint:
        print(endpoint.url, flush=True)
        threading.Event().wait()
