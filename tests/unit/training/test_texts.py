"""Pretraining: documents become blocks of which every token is learned, and what comes out is a base model."""

import importlib.util
import json
from pathlib import Path

import pytest

from hone import models
from hone.chat import Chat
from hone.core.errors import UserError
from hone.core.files import read_json
from hone.core.records import Text, write_jsonl
from hone.training import texts

from .conftest import params

SCRIPT = Path(__file__).parents[3] / "scripts" / "pretrain.py"


def documents(path, n=30):
    write_jsonl(path, [Text(f"add{i}:{{x+{i}}} / <|im_end|> adds {i}") for i in range(n)])
    return path


def test_documents_are_cut_into_blocks_that_hold_every_token_once_and_learn_them_all(inputs, tmp_path):
    builder = Chat.load(inputs.tokenizer)
    path = documents(tmp_path / "texts.jsonl")
    made = texts.blocks(builder, path, params(max_tokens=50))
    assert {len(block.ids) for block in made[:-1]} == {50}
    assert all(all(block.supervised) for block in made)
    said = builder.tokenizer.decode([token for block in made for token in block.ids])
    assert said.count("<|im_end|>") == 60  # spelt in each document as text, and after each as its end
    ends = sum(block.ids.count(builder.end_id) for block in made)
    assert ends == 30


def test_a_file_without_documents_is_named(inputs, tmp_path):
    write_jsonl(tmp_path / "none.jsonl", [])
    with pytest.raises(UserError, match=r"none\.jsonl: expected documents"):
        texts.blocks(Chat.load(inputs.tokenizer), tmp_path / "none.jsonl", params())


def test_documents_have_no_curriculum(inputs, tmp_path):
    with pytest.raises(UserError, match=r"pretrain\.curriculum: expected mixed, found label"):
        texts.blocks(Chat.load(inputs.tokenizer), documents(tmp_path / "texts.jsonl"), params(curriculum="label"))


@pytest.mark.parametrize("method", ["lora", "full", "qlora"])
def test_what_pretraining_publishes_is_a_base_model(inputs, tmp_path, method):
    spec = importlib.util.spec_from_file_location("script_pretrain", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    given = json.dumps({"pretrain": params(method=method, max_tokens=48, epochs=1).model_dump()})
    train, val = documents(tmp_path / "train.jsonl"), documents(tmp_path / "val.jsonl", 6)
    out, work = tmp_path / "base", tmp_path / "work"
    module.main(given, inputs.base, inputs.tokenizer, train, val, out, work, None)
    losses = read_json(out / "training.json")["loss"]
    assert losses[-1] < losses[0]
    assert models.load(out).dtype == models.load(inputs.base).dtype
    assert not list(work.glob("*/learned"))
