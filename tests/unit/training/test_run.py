import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import hone
from hone import models
from hone.chat import Chat
from hone.core.errors import Interrupted, UserError
from hone.core.records import Message, write_jsonl
from hone.training import run
from hone.training.batches import collate
from hone.training.checkpoints import Stop
from hone.training.loss import summed_loss

from .conftest import StopAfter, conversation, params

SCRIPT = Path(__file__).parents[3] / "scripts/train.py"
SETTINGS = {"tokens_per_step": 512, "tokens_per_batch": 256, "max_tokens": 256}


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("method", ["lora", "full", "qlora"])
def test_what_is_published_answers_as_the_best_weights_did(inputs, tmp_path, method):
    settings = params(method=method, epochs=6, **SETTINGS)
    run.train(settings, inputs, tmp_path / "sft", tmp_path / "work")
    report = json.loads((tmp_path / "sft/training.json").read_text())
    found = models.load(inputs.base, inputs.tokenizer, adapter=tmp_path / "sft", method=method)
    rows = run.encode(Chat.load(inputs.tokenizer), inputs.val, params(max_tokens=256))
    with torch.no_grad():
        loss = mean_loss(found, collate(rows))
    best = {entry["step"]: entry["loss"] for entry in report["validation_loss"]}[report["best_step"]]
    assert loss == pytest.approx(best, rel=0.01)  # bfloat16, batched otherwise
    assert min(entry["loss"] for entry in report["validation_loss"]) == best
    assert len(report["loss"]) == report["steps"]
    assert report["loss"][-1] < 0.9 * report["loss"][0]
    assert table(tmp_path / "sft/training_loss.tsv") == list(enumerate(report["loss"], start=1))
    assert table(tmp_path / "sft/validation_loss.tsv") == [(e["step"], e["loss"]) for e in report["validation_loss"]]
    assert found.dtype == torch.bfloat16


def table(path):
    header, *lines = path.read_text().splitlines()
    assert header == "step\tloss"
    return [(int(step), float(loss)) for step, loss in (line.split("\t") for line in lines)]


def mean_loss(model, batch):
    return float(summed_loss(model, batch)) / int(batch.supervised.sum())


def test_an_adapter_holds_the_lora_matrices_and_the_new_rows_and_not_the_embedding(inputs, tmp_path):
    run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    tensors = load_file(tmp_path / "sft/adapter_model.safetensors")
    rows = [tensor for name, tensor in tensors.items() if "trainable_tokens" in name]
    assert [tuple(tensor.shape) for tensor in rows] == [(2, 64)]
    assert all("lora_" in name or "trainable_tokens" in name for name in tensors)
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values())


def test_the_same_inputs_give_the_same_bytes_anywhere(inputs, tmp_path):
    for place in ("one", "other"):
        run.train(params(**SETTINGS), inputs, tmp_path / place / "sft", tmp_path / place / "work")
    assert files(tmp_path / "one/sft") == files(tmp_path / "other/sft")
    assert str(tmp_path).encode() not in b"".join(files(tmp_path / "one/sft").values())


def test_a_published_run_leaves_its_events_and_no_checkpoint(inputs, tmp_path):
    run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    (key,) = (tmp_path / "work").iterdir()
    assert [path.name for path in key.iterdir()] == ["events.jsonl"]


def test_the_state_of_one_run_is_never_taken_for_another(inputs, tmp_path):
    for rate in (1e-3, 2e-3):
        run.train(params(learning_rate=rate, **SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    assert len(list((tmp_path / "work").iterdir())) == 2


def test_a_row_that_is_too_long_is_named_and_never_cut(inputs, tmp_path):
    rows = tmp_path / "rows.jsonl"
    write_jsonl(rows, [conversation(1), conversation(2, words=99)])
    with pytest.raises(UserError, match=r"row-2.*256"):
        run.train(params(**SETTINGS), replace(inputs, train=rows), tmp_path / "sft", tmp_path / "work")
    assert not (tmp_path / "sft").exists()


def test_a_row_with_nothing_to_learn_is_named(inputs, tmp_path, monkeypatch):
    plain = Chat.row
    monkeypatch.setattr(
        Chat, "row", lambda *given: replace(plain(*given), supervised=(False,) * len(plain(*given).ids))
    )
    with pytest.raises(UserError, match=r"row-0: expected tokens to learn"):
        run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")


def test_a_row_without_a_reply_at_its_end_is_named(inputs, tmp_path):
    cut = replace(conversation(7), messages=(Message("user", "?"),))
    write_jsonl(tmp_path / "rows.jsonl", [cut])
    with pytest.raises(UserError, match="row-7"):
        run.encode(Chat.load(inputs.tokenizer), tmp_path / "rows.jsonl", params(max_tokens=256))


def test_no_rows_is_an_error(inputs, tmp_path):
    (tmp_path / "rows.jsonl").write_text("")
    with pytest.raises(UserError, match="found none"):
        run.encode(Chat.load(inputs.tokenizer), tmp_path / "rows.jsonl", params(max_tokens=256))


def test_a_model_that_does_not_come_back_as_it_was_is_not_published(inputs, tmp_path, monkeypatch):
    (tmp_path / "sft").mkdir()
    (tmp_path / "sft/before").write_text("still here")
    save = models.save_adapter

    def spoilt(model, folder):
        name = next(name for name, p in model.named_parameters() if "lora_B" in name)
        kept = model.get_parameter(name).data.clone()
        model.get_parameter(name).data += 0.1
        save(model, folder)
        model.get_parameter(name).data = kept

    monkeypatch.setattr(models, "save_adapter", spoilt)
    with pytest.raises(UserError, match="nothing was published"):
        run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    assert [path.name for path in tmp_path.joinpath("sft").iterdir()] == ["before"]


def test_a_damaged_checkpoint_leaves_earlier_artifacts_intact(inputs, tmp_path, monkeypatch):
    (tmp_path / "sft").mkdir()
    (tmp_path / "sft/before").write_text("still here")
    monkeypatch.setattr(run, "Stop", lambda: StopAfter(9))
    with pytest.raises(Interrupted):
        run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    monkeypatch.setattr(run, "Stop", Stop)
    (state,) = (tmp_path / "work").rglob("*.safetensors")
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(UserError, match="delete this folder"):
        run.train(params(**SETTINGS), inputs, tmp_path / "sft", tmp_path / "work")
    assert (tmp_path / "sft/before").read_text() == "still here"


def start(line, place):
    """The script as a user starts it, with this very Hone on its path."""
    path = {"PYTHONPATH": str(Path(hone.__file__).parents[1])}
    return subprocess.Popen(line, cwd=place, stderr=subprocess.PIPE, text=True, env={**os.environ, **path})


def finish(process):
    _, said = process.communicate(timeout=120)
    return process.returncode, said


LONG = {**SETTINGS, "epochs": 12, "dropout": 0.1}


def command(inputs, place):
    flags = {"params": json.dumps({"sft": params(**LONG).model_dump()}), "base": inputs.base}
    flags |= {"tokenizer": inputs.tokenizer, "train": inputs.train, "val": inputs.val}
    flags |= {"out": place / "sft", "work": place / "work"}
    return [
        sys.executable,
        str(SCRIPT),
        *(word for name, value in flags.items() for word in (f"--{name}", str(value))),
    ]


def test_killed_at_half_and_started_again_gives_the_same_adapter_byte_for_byte(inputs, tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run.train(params(**LONG), inputs, whole / "sft", whole / "work")
    steps = json.loads((whole / "sft/training.json").read_text())["steps"]
    process = start(command(inputs, parts), tmp_path)
    wait_for_step(process, parts / "work", steps // 2)
    process.send_signal(signal.SIGTERM)
    status, said = finish(process)
    assert status == 75, said
    assert "the same command goes on" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert not (parts / "sft").exists()
    assert finish(start(command(inputs, parts), tmp_path))[0] == 0
    assert files(parts / "sft") == files(whole / "sft")


def wait_for_step(process, work, step):
    """Follow the event log until `step` is there: the trainer, not the clock, decides when half is done."""
    while not any(f'"step": {step},' in log.read_text() for log in work.glob("*/events.jsonl")):
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
            raise AssertionError(f"ended before step {step}: {process.stderr.read()}")


def test_a_parameter_out_of_range_is_one_line_and_a_non_zero_exit(inputs, tmp_path):
    line = [word.replace('"rank": 4', '"rank": 0') for word in command(inputs, tmp_path)]
    status, said = finish(start(line, tmp_path))
    assert status == 2
    assert said.strip().count("\n") == 0
    assert "sft.rank" in said


def test_rows_that_are_not_there_are_an_error_that_names_the_file(inputs, tmp_path):
    bad = replace(inputs, val=tmp_path / "nothing.jsonl")
    with pytest.raises(UserError, match=r"nothing\.jsonl"):
        run.train(params(**SETTINGS), bad, tmp_path / "sft", tmp_path / "work")
