"""hone doctor looks at teachers before anything is spent: key, reachability, model, price; one line each."""

from pathlib import Path

import pytest
from bench.endpoint import Endpoint
from ruamel.yaml import YAML

from hone import doctor

ROOT = Path(__file__).parents[2]


@pytest.fixture
def line(tmp_path, monkeypatch):
    """What doctor says of a teacher that params.yaml names."""

    def of(**drafts):
        yaml = YAML()
        values = yaml.load(ROOT / "params.yaml")
        values["special_tokens"]["drafts"] |= {"teacher": "openai", "model": "m"} | drafts
        yaml.dump(values, tmp_path / "params.yaml")
        monkeypatch.chdir(tmp_path)
        (found,) = (line for line in doctor.lines() if line.startswith("teacher of special_tokens: openai"))
        return found

    return of


def test_a_teacher_that_can_be_asked(line, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with Endpoint() as endpoint:
        prices = {"m": {"input": 2.0, "output": 8.0}}
        assert line(base_url=endpoint.url, prices=prices).endswith(
            "m: answers, takes the key, serves the model; $2 and $8 a million tokens"
        )
        assert line(base_url=endpoint.url, model="mm").endswith("does not list the model; m?; no price in prices")
        assert not endpoint.asked


def test_one_that_cannot(line, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert "expected a key in the environment (OPENAI_API_KEY)" in line()
    assert line(base_url="http://127.0.0.1:1/v1").endswith("the connection failed")
