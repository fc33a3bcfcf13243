import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import hone
from hone import models, sources
from hone.chat import Chat
from hone.core.config import BaseModelParams
from hone.core.errors import UserError
from hone.core.files import manifest, read_json
from hone.core.records import Message

SCRIPT = Path(__file__).parents[2] / "scripts/base_model.py"
COMMIT = "b968826d9c46dd6066d109eabc6255188de91218"
PACKAGED = {"model.safetensors": "7ef915c9bf9d94d8", "tokenizer.json": "e9f1b9eb29e5f4fc"}  # made many times over


def from_folder(path: Path, out: Path) -> None:
    sources.fetch(BaseModelParams(source="folder", path=str(path)), out)


def hub_cache(folder: Path, cache: Path) -> None:
    """Lay `folder` out as the hub's client keeps what it fetched: blobs by hash, a snapshot of links, a ref."""
    repository = cache / "models--someone--tiny"
    (repository / "snapshots" / COMMIT / "onnx").mkdir(parents=True)
    for directory in ("blobs", "refs"):
        (repository / directory).mkdir()
    (repository / "refs/main").write_text(COMMIT)
    for number, file in enumerate(sorted(folder.iterdir())):
        shutil.copyfile(file, repository / f"blobs/{number}")
        (repository / "snapshots" / COMMIT / file.name).symlink_to(f"../../blobs/{number}")
    (repository / "snapshots" / COMMIT / "onnx/model.safetensors").symlink_to("../../../blobs/0")


def script(params: dict[str, str], out: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(SCRIPT), "--params", json.dumps({"base_model": params}), "--out", str(out)]
    more = {"PYTHONPATH": str(Path(hone.__file__).parents[1]), "HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(line, capture_output=True, text=True, env={**os.environ, **more}, check=False)


def test_a_folder_is_copied_whole_with_a_manifest_of_hashes(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    base, out = base_folder(), tmp_path / "models/base"
    from_folder(base, out)
    assert {f.name: f.read_bytes() for f in out.iterdir() if f.name != "manifest.json"} == {
        f.name: f.read_bytes() for f in base.iterdir()
    }
    assert read_json(out / "manifest.json") == manifest(out)


def test_a_pinned_commit_is_taken_from_the_hubs_cache_without_a_network(
    base_folder: Callable[..., Path], tmp_path: Path
) -> None:
    base = base_folder()
    hub_cache(base, tmp_path / "cache")
    (tmp_path / "cache/models--someone--tiny/snapshots" / COMMIT / "pytorch_model.bin").write_bytes(b"no")
    done = script({"source": "hub", "id": "someone/tiny", "revision": COMMIT}, tmp_path / "base", tmp_path / "cache")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = {f.name for f in (tmp_path / "base").iterdir()}
    assert found == {f.name for f in base.iterdir()} | {"manifest.json"}
    assert not [f for f in (tmp_path / "base").iterdir() if f.is_symlink()]
    assert torch.equal(weight(tmp_path / "base"), weight(base))


def weight(folder: Path) -> torch.Tensor:
    return load_file(folder / "model.safetensors")["model.embed_tokens.weight"]


def test_what_the_cache_lacks_is_one_message_when_there_is_no_network(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    done = script({"source": "hub", "id": "someone/tiny", "revision": COMMIT}, tmp_path / "base", tmp_path / "cache")
    assert done.returncode == 2
    assert done.stderr.startswith(f"hone: base_model: someone/tiny at {COMMIT} could not be fetched: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "base").exists()


@pytest.mark.parametrize("revision", ["", "main", "v1.0", COMMIT[:12]])
def test_a_revision_that_can_move_is_refused(tmp_path: Path, revision: str) -> None:
    with pytest.raises(UserError, match=r"pinned revision \(a commit, 40 hex digits"):
        sources.fetch(BaseModelParams(source="hub", id="someone/tiny", revision=revision), tmp_path / "base")


@pytest.mark.parametrize("path", ["", "nowhere"])
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, path: str) -> None:
    with pytest.raises(UserError, match=f"expects path to be a model's folder, found '{path}'"):
        sources.fetch(BaseModelParams(source="folder", path=path), tmp_path / "base")


def test_pickled_weights_are_refused(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "spoilt")
    (spoilt / "model.safetensors").rename(spoilt / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"expected \*\.safetensors in .*spoilt, found none; pickled weights"):
        from_folder(spoilt, tmp_path / "base")


def test_a_shard_that_the_index_names_must_be_there(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "spoilt")
    model = models.load(spoilt)
    (spoilt / "model.safetensors").unlink()
    model.save_pretrained(spoilt, max_shard_size="100KB")
    shards = sorted(spoilt.glob("*.safetensors"))
    assert len(shards) > 1
    from_folder(spoilt, tmp_path / "base")
    assert len(list((tmp_path / "base").glob("*.safetensors"))) == len(shards)
    shards[1].unlink()
    with pytest.raises(UserError, match=f"expected {shards[1].name} in .*spoilt, which its index names"):
        from_folder(spoilt, tmp_path / "base")


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_what_a_model_needs_must_be_there(base_folder: Callable[..., Path], tmp_path: Path, name: str) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "spoilt")
    (spoilt / name).unlink()
    with pytest.raises(UserError, match=f"expected {name} in .*spoilt, found none"):
        from_folder(spoilt, tmp_path / "base")


def test_a_base_without_a_chat_template_is_refused(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "spoilt")
    (spoilt / "chat_template.jinja").unlink()
    with pytest.raises(UserError, match="/spoilt: expected a tokenizer with a chat template"):
        from_folder(spoilt, tmp_path / "base")


def test_a_truncated_file_leaves_the_base_of_before_intact(base_folder: Callable[..., Path], tmp_path: Path) -> None:
    spoilt = shutil.copytree(base_folder(), tmp_path / "spoilt")
    from_folder(spoilt, tmp_path / "base")
    before = read_json(tmp_path / "base/manifest.json")
    (spoilt / "model.safetensors").write_bytes((spoilt / "model.safetensors").read_bytes()[:-100])
    with pytest.raises(UserError, match=r"spoilt/model\.safetensors: expected a whole model"):
        from_folder(spoilt, tmp_path / "base")
    assert read_json(tmp_path / "base/manifest.json") == before == manifest(tmp_path / "base")


@pytest.mark.model
def test_the_packaged_model_is_the_same_bytes_everywhere_and_ready_for_chat(tmp_path: Path) -> None:
    base = tmp_path / "base"
    sources.fetch(BaseModelParams(), base)
    made = {name: file["sha256"][:16] for name, file in read_json(base / "manifest.json")["files"].items()}
    assert made.items() >= PACKAGED.items()
    assert str(tmp_path) not in (base / "config.json").read_text() + (base / "tokenizer_config.json").read_text()
    generation, chat = read_json(base / "generation_config.json"), Chat.load(base)
    assert generation["eos_token_id"] == generation["pad_token_id"] == chat.end_id == 2
    assert [chat.decode([token]) for token in chat.plain("in 2026")] == ["in", " ", "2", "0", "2", "6"]
    model = models.load(base)
    assert model.dtype == torch.bfloat16
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    asked = torch.tensor([chat.prompt([Message("user", "What is the capital of France?")])])
    said = model.generate(asked, attention_mask=torch.ones_like(asked), max_new_tokens=12, do_sample=False)
    assert "Paris" in chat.decode(said[0, asked.shape[1] :].tolist())
