"""Replies by models in folders: what is decoded, and which model speaks."""

import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hone import models, tokens
from hone.chat import Chat
from hone.core.config import GenerateParams
from hone.core.errors import UserError
from hone.core.files import write_json
from hone.core.records import Completion, Message, Row, read_jsonl, write_jsonl
from hone.generation import complete
from hone.generation.replies import replies

TALKS = [(Message("user", f"Why does {word} fail?"),) for word in ("this", "that <|AGENT|>", "it")]
NAMES = ["row a", "row b", "row c"]
PARAMS = GenerateParams(max_new_tokens=64, batch_size=8)


def drawn(folders, cache, **changes):
    params = PARAMS.model_copy(update={"temperature": 1.0, "samples": 8, **changes})
    return replies(folders, TALKS, NAMES, params, cache)


def test_special_tokens_stay_in_the_text_and_only_the_end_token_goes(folders, tmp_path):
    new = {token.token: token.id for token in tokens.added(folders.tokenizer)}
    builder = Chat.load(folders.tokenizer)
    found = drawn(folders, tmp_path / "c.jsonl")
    assert len(found) == 24
    for reply in found:
        for text, number in new.items():
            assert reply.text.count(text) == reply.token_ids.count(number)
        assert reply.single_tokens == tuple(t for i in reply.token_ids for t, n in new.items() if n == i)
        assert (reply.token_ids[-1] == builder.end_id) == (reply.finish == "stop")
        assert "<|im_end|>" not in reply.text
    assert any(reply.single_tokens for reply in found)
    assert {reply.finish for reply in found} == {"stop", "length"}


def test_the_base_answers_as_before_although_a_tuned_model_was_used(folders, tmp_path):
    base = replace(folders, adapter=None)
    before = replies(base, TALKS, NAMES, PARAMS, tmp_path / "1.jsonl")
    tuned = replies(folders, TALKS, NAMES, PARAMS, tmp_path / "2.jsonl")
    assert replies(base, TALKS, NAMES, PARAMS, tmp_path / "3.jsonl") == before
    assert tuned != before


def answering(folders, cache, monkeypatch):
    """The model that `replies` has loaded."""
    loaded = []

    def seen(model, *given):
        loaded.append(model)
        return complete(model, *given)

    monkeypatch.setattr("hone.generation.replies.complete", seen)
    replies(folders, TALKS, NAMES, PARAMS, cache)
    return loaded[0]


def test_the_model_that_answers_is_the_merged_one_as_it_is_served(folders, tmp_path, monkeypatch):
    layers = [name for name, _ in answering(folders, tmp_path / "1.jsonl", monkeypatch).named_modules()]
    assert "model.embed_tokens" in layers
    assert not [name for name in layers if "lora" in name or "adapter" in name]


def test_a_qlora_adapter_answers_on_the_rounded_base_that_it_was_trained_on(folders, tmp_path, monkeypatch):
    adapter = shutil.copytree(folders.adapter, tmp_path / "qlora")
    write_json(adapter / "base.json", {"base": "nf4"})
    found = answering(replace(folders, adapter=adapter), tmp_path / "1.jsonl", monkeypatch)
    weight = "model.layers.0.mlp.up_proj.weight"
    for method, same in (("qlora", True), ("lora", False)):
        model = models.load(folders.base, folders.tokenizer, adapter, merge=True, method=method)
        assert torch.equal(found.get_parameter(weight).cpu(), model.get_parameter(weight).cpu()) is same


def test_with_the_adapter_off_the_new_tokens_rows_are_those_of_the_base(folders, tmp_path):
    builder = Chat.load(folders.tokenizer)
    prompts = [builder.prompt(talk) + builder.reply("<|AGENT|>") for talk in TALKS]
    base = models.load(folders.base, folders.tokenizer)
    tuned = models.load(folders.base, folders.tokenizer, adapter=folders.adapter)
    want = complete(base, builder, prompts, PARAMS, tmp_path / "base.jsonl")
    assert complete(tuned, builder, prompts, PARAMS, tmp_path / "on.jsonl") != want
    with tuned.disable_adapter():
        assert complete(tuned, builder, prompts, PARAMS, tmp_path / "off.jsonl") == want


def test_a_row_that_does_not_fit_is_named(folders, tmp_path):
    with pytest.raises(UserError, match=r"prompt of row a: \d+ tokens .* context of 1024"):
        drawn(folders, tmp_path / "c.jsonl", max_new_tokens=1000)


def script(name):
    path = Path(__file__).parents[3] / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path):
    made = [
        Row(name, f"p{name}", "test", "AGENT", (*talk, Message("assistant", "?")))
        for name, talk in zip("abc", TALKS, strict=True)
    ]
    write_jsonl(path, made)
    return path


def test_complete_writes_every_row_and_a_rerun_gives_the_same_bytes_from_what_was_kept(folders, tmp_path, monkeypatch):
    source, work = rows(tmp_path / "test.jsonl"), tmp_path / "work" / "special_tokens-complete-sft"
    params = json.dumps({"generate": {"max_new_tokens": 16, "batch_size": 2}})
    arguments = (folders.base, folders.tokenizer, folders.adapter, params, work, None)
    main = script("complete").main
    main("special_tokens", "sft", source, tmp_path / "one.jsonl", *arguments)
    monkeypatch.setattr("hone.generation.batches.decode", None)  # nothing is left to be made
    main("special_tokens", "sft", source, tmp_path / "two.jsonl", *arguments)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
    made = read_jsonl(tmp_path / "one.jsonl", Completion)
    assert [(c.row_id, c.variant, c.sample) for c in made] == [(name, "sft", 0) for name in "abc"]
    assert len(list(work.glob("*/events.jsonl"))) == 1


def test_queries_come_back_with_their_output(folders, tmp_path):
    (tmp_path / "queries.json").write_text('[{"Query": "Why?", "id": 7}, {"Query": "How?"}]')
    params = json.dumps({"generate": {"max_new_tokens": 16}})
    script("answer").main(
        tmp_path / "queries.json",
        "special_tokens",
        tmp_path / "out.json",
        folders.base,
        folders.tokenizer,
        folders.adapter,
        params,
        None,
    )
    found = json.loads((tmp_path / "out.json").read_text())
    assert [(q["Query"], q.get("id")) for q in found] == [("Why?", 7), ("How?", None)]
    assert all(isinstance(q["Output"], str) for q in found)
