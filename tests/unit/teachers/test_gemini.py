"""Gemini's client against a real HTTP endpoint that answers as the API does."""

import asyncio
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hone.core.config import Price
from hone.core.errors import UserError
from hone.core.records import Message
from hone.ledger import Ledger
from hone.teachers.asking import every
from hone.teachers.asks import Answer, Ask, Refused, Trouble, Unusable
from hone.teachers.batches import Batcher
from hone.teachers.budget import Budget
from hone.teachers.gemini import GeminiClient

CANARY = "AI-canary-0451"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
TALK = (Message("system", "be short"), Message("user", "one"), Message("assistant", "two"), Message("user", "three"))
ASK = Ask("gemini-x", TALK, 0.5, 77, SCHEMA)


def content(text, reason="STOP"):
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": reason}],
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 5, "thoughtsTokenCount": 2},
    }


class Api(ThreadingHTTPServer):
    """Answers with what `answers` holds, (status, body), the last for ever; notes what it was sent."""

    daemon_threads = True

    def __init__(self, *answers):
        self.answers, self.seen, self.batches = list(answers), [], {}
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)

    def batch(self, method, path, body):
        if method == "POST":
            name = f"batches/{len(self.batches)}"
            self.batches[name] = {"given": body["batch"], "looks": 0}
            return {"name": name, "metadata": {"state": "BATCH_STATE_PENDING"}}
        name = "batches" + path.split("/batches")[1].split("?")[0]
        if name == "batches":
            named = [(n, b["given"]["displayName"]) for n, b in self.batches.items()]
            return {"operations": [{"name": n, "metadata": {"name": n, "displayName": d}} for n, d in named]}
        batch = self.batches[name]
        batch["looks"] += 1
        if batch["looks"] < 2:
            return {"name": name, "metadata": {"state": "BATCH_STATE_RUNNING"}}
        asked = batch["given"]["inputConfig"]["requests"]["requests"]
        served = asked if len(asked) == 1 else asked[: len(asked) // 2]
        responses = [{"response": content('{"a": 1}'), "metadata": one["metadata"]} for one in served]
        state = "BATCH_STATE_SUCCEEDED" if len(served) == len(asked) else "BATCH_STATE_EXPIRED"
        output = {"inlinedResponses": {"inlinedResponses": responses}}
        return {"name": name, "done": True, "metadata": {"state": state, "output": output}}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer("GET")

    def do_POST(self):
        self._answer("POST")

    def _answer(self, method):
        given = self.rfile.read(int(self.headers.get("content-length") or 0))
        body = json.loads(given) if given else {}
        self.server.seen.append((self.path, body, dict(self.headers)))
        if "batch" in self.path:
            status, found = 200, self.server.batch(method, self.path, body)
        elif "/models?" in self.path or self.path.endswith("/models"):
            status, found = 200, {"models": [{"name": "models/gemini-x"}, {"name": "models/b"}]}
        else:
            answers = self.server.answers
            status, found = answers.pop(0) if len(answers) > 1 else answers[0]
        text = (found if isinstance(found, str) else json.dumps(found)).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", CANARY)


def call(api, method, *arguments):
    async def go():
        client = GeminiClient(api.url)
        try:
            return await getattr(client, method)(*arguments)
        finally:
            await client.close()

    return asyncio.run(go())


def test_a_conversation_is_sent_as_the_api_wants_it():
    with Api((200, content('{"a": 1}'))) as api:
        answer, _ = call(api, "ask", ASK)
        assert answer == Answer('{"a": 1}', 11, 7, "stop")
        path, body, headers = api.seen[0]
    assert path.endswith("/models/gemini-x:generateContent")
    assert CANARY not in path
    assert {k.lower(): v for k, v in headers.items()}["x-goog-api-key"] == CANARY
    assert [turn["role"] for turn in body["contents"]] == ["user", "model", "user"]
    assert body["systemInstruction"]["parts"] == [{"text": "be short"}]
    assert body["generationConfig"]["maxOutputTokens"] == 77
    assert body["generationConfig"]["responseMimeType"] == "application/json"


def test_an_answer_that_was_cut_says_so():
    with Api((200, content("half", "MAX_TOKENS"))) as api:
        assert call(api, "ask", ASK)[0].finish == "max_tokens"


def error(code, message, **more):
    return code, {"error": {"code": code, "message": message, "status": "X", **more}}


@pytest.mark.parametrize(
    ("given", "failure", "words"),
    [
        (error(429, "slow", details=[{"@type": "x", "retryDelay": "17s"}]), Refused, "429"),
        (error(503, "busy"), Trouble, "status 503"),
        (error(400, f"API key not valid: {CANARY}"), UserError, r"status 401\): API key not valid: \[key\]"),
        (error(404, "no such model"), UserError, "no such model"),
        (error(400, "too long"), Unusable, "status 400: too long"),
        ((200, {"candidates": []}), Unusable, "without an answer"),
        ((200, "{not json"), Unusable, "without an answer"),
    ],
)
def test_what_goes_wrong_is_told_apart(given, failure, words):
    with Api(given) as api, pytest.raises(failure, match=words) as told:
        call(api, "ask", ASK)
    assert CANARY not in str(told.value)
    if failure is Refused:
        assert told.value.retry_after == 17


def test_an_endpoint_that_is_not_there_is_trouble():
    api = Api((200, {}))
    with api:
        url = api.url
    api.server_close()

    class Gone:
        pass

    Gone.url = url
    with pytest.raises(Trouble, match="the connection failed"):
        call(Gone, "ask", ASK)


def test_models_are_listed_by_name():
    with Api((200, {})) as api:
        assert call(api, "models") == ["b", "gemini-x"]


def test_a_missing_key_is_one_message(monkeypatch):
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(UserError, match="GEMINI_API_KEY or GOOGLE_API_KEY"):
        GeminiClient()


def test_of_an_expired_batch_what_came_is_kept_and_only_the_rest_goes_again(tmp_path):
    wanted = [replace(ASK, sample=i) for i in range(6)]

    async def go(api):
        budget = Budget({"gemini-x": Price(input=1.0, output=10.0)}, batch=True)
        client = GeminiClient(api.url)
        try:
            with (
                Ledger.open(tmp_path / "l.jsonl", each=budget.paid) as ledger,
                Batcher(client, ledger, tmp_path / "b.json", budget, poll_s=0.02, gather_s=0.1) as asker,
            ):
                return await every(asker, wanted), budget
        finally:
            await client.close()

    with Api((200, {})) as api:
        outcomes, budget = asyncio.run(go(api))
        sizes = [len(b["given"]["inputConfig"]["requests"]["requests"]) for b in api.batches.values()]
        assert call(api, "find", next(iter(api.batches.values()))["given"]["displayName"]) == "batches/0"
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert sizes == [6, 3, 2, 1]
    assert budget.spent == pytest.approx(6 * (11 + 7 * 10.0) / 1e6 / 2)
