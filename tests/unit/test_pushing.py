"""A model to the hub: what would go, what does go (to a local endpoint that speaks the hub's protocol), what is refused."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hone.core.files import atomic_folder, write_json, write_text

TOKEN = "hf_canary77aa01"


class Hub(ThreadingHTTPServer):
    """As much of the hub as one commit of small files needs; `refuse` is a status that everything gets."""

    def __init__(self, refuse=0):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.refuse, self.files, self.created = refuse, {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        if self.server.refuse:
            self.answer(self.server.refuse, {"error": "no"})
        elif self.path == "/api/repos/create":
            self.server.created.append(json.loads(said))
            self.answer(200, {"url": f"{self.server.url}/me/model"})
        elif "/preupload/" in self.path:
            asked = json.loads(said)["files"]
            self.answer(
                200, {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in asked]}
            )
        elif "/commit/" in self.path:
            for line in map(json.loads, said.splitlines()):
                if line["key"] == "file":
                    self.server.files[line["value"]["path"]] = line["value"]
            self.answer(
                200,
                {"success": True, "commitOid": "a" * 40, "commitUrl": f"{self.server.url}/me/model/commit/{'a' * 40}"},
            )
        else:
            self.answer(200, {"message": ""})

    def do_GET(self):
        self.answer(self.server.refuse or 200, {})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture
def model(tmp_path):
    for part, files in (
        ("tokenizer", ("tokenizer.json", "report.json")),
        ("sft", ("adapter_config.json", "training.json", "loss.tsv")),
    ):
        with atomic_folder(tmp_path / "models/toy" / part) as folder:
            for name in files:
                write_json(folder / name, {"of": part})
    write_text(tmp_path / "models/toy/README.md", "---\nlibrary_name: peft\n---\n\n# toy\n")
    return tmp_path


WANTED = {"README.md", "adapter_config.json", "tokenizer.json"}


def push(folder, *args, hub="http://127.0.0.1:9", token=TOKEN):
    env = {"HF_ENDPOINT": hub, "HF_TOKEN": token, "HF_HUB_OFFLINE": "0", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
    command = [sys.executable, "-m", "hone.cli", "push", *args]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def test_a_dry_run_lists_what_would_go_and_asks_nobody(model):
    done = push(model, "toy", "me/model", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert {line.split(":")[0] for line in done.stdout.splitlines()} == WANTED


def test_model_tokenizer_and_card_go_in_one_commit(model):
    hub = Hub()
    done = push(model, "toy", "me/model", "--private", hub=hub.url)
    assert done.returncode == 0, done.stderr
    assert hub.files.keys() == WANTED
    assert hub.created[0]["visibility"] == "private"
    assert TOKEN not in done.stdout + done.stderr


def test_what_is_not_built_and_what_the_hub_refuses_is_one_line(model):
    hub = Hub(refuse=403)
    for args, told in (
        (("other", "me/model"), "expected a tuned model"),
        (("toy", "me/model"), "the hub refuses me/model"),
    ):
        done = push(model, *args, hub=hub.url)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert told in done.stderr
        assert TOKEN not in done.stderr
