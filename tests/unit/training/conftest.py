"""A tiny random Qwen3 (7 ms a step) and rows of random tokens for it."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models
from tokenizers.pre_tokenizers import ByteLevel
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from hone import tokens
from hone.chat import Encoded
from hone.core.config import NewToken, TrainParams
from hone.core.files import atomic_folder
from hone.core.records import Message, Row, write_jsonl
from hone.events import Events
from hone.training.checkpoints import Stop
from hone.training.loop import Loop
from hone.training.methods import prepare
from hone.training.ranks import Ranks
from hone.training.run import Inputs

VOCABULARY = 64
NEW_IDS = (62, 63)


def tiny(tied: bool = True, dtype: torch.dtype = torch.float32, vocabulary: int = VOCABULARY) -> Qwen3ForCausalLM:
    """The same weights at each call."""
    torch.manual_seed(1)
    config = Qwen3Config(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        tie_word_embeddings=tied,
    )
    return Qwen3ForCausalLM(config).to(dtype).eval()


def row(length: int, supervised: int, seed: int = 0) -> Encoded:
    """`length` random tokens, the last `supervised` of them to be learned; the last two are a new token and
    0.
    """
    chance = random.Random(f"{length} {supervised} {seed}")
    ids = (*(chance.randrange(1, 62) for _ in range(length - 2)), chance.choice(NEW_IDS), 0)
    return Encoded(ids, tuple(place >= length - supervised for place in range(length)), length - supervised)


def rows(count: int) -> list[Encoded]:
    chance = random.Random(count)
    return [row(chance.randrange(6, 40), chance.randrange(3, 6), seed) for seed in range(count)]


def params(**changed: Any) -> TrainParams:
    sizes: dict[str, Any] = {"rank": 4, "alpha": 8, "epochs": 2, "learning_rate": 1e-2, "validate_every": 4}
    return TrainParams(**{**sizes, "tokens_per_step": 128, "tokens_per_batch": 64, **changed})


@pytest.fixture
def loop(tmp_path: Path) -> Callable[..., Loop]:
    """Makes a loop over a fresh tiny model; loops with one `name` share a checkpoint folder."""

    def make(name: str = "run", train: Sequence[Encoded] | None = None, **changed: Any) -> Loop:
        settings = params(**changed)
        model = prepare(tiny(), settings, NEW_IDS)
        events = Events.open(tmp_path / name, "sft", settings.model_dump(), {})
        folder = tmp_path / name / "checkpoint"
        autocast = settings.method == "full"
        return Loop(model, train or rows(24), rows(5), settings, folder, events, Ranks(), autocast)

    return make


class StopAfter(Stop):
    """Asks to stop at the `looks`-th look: between any two micro-batches, of training or of validation."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    @property
    def requested(self) -> bool:  # type: ignore[override]
        self.left -= 1
        return self.left < 0


def learned(loop: Loop) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in loop.trainable.items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TOKENS = (
    NewToken(token="<|AGENT|>", description="explore first"),
    NewToken(token="<|EDIT|>", description="edit directly"),
)


def conversation(number: int, words: int = 6) -> Row:
    chance = random.Random(number)
    asked = " ".join(chance.choice(("red", "green", "blue", "loop", "sum")) for _ in range(words))
    reply = f"{TOKENS[number % 2].token} {asked[:9]}"
    messages = (Message("system", "Be brief."), Message("user", asked), Message("assistant", reply))
    return Row(f"row-{number}", f"problem-{number}", "train", "EDIT", messages)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """A whole tiny project on disk: base model with a byte-level tokenizer, the new tokens, rows."""
    place = tmp_path_factory.mktemp("project")
    backend = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(sorted(ByteLevel.alphabet()))}, merges=[]))
    backend.pre_tokenizer, backend.decoder = ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, chat_template=CHATML, eos_token="<|im_end|>")
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>"], "pad_token": "<|im_end|>"})
    with atomic_folder(place / "base") as folder:
        tokenizer.save_pretrained(folder)
        tiny(vocabulary=len(tokenizer), dtype=torch.bfloat16).save_pretrained(folder)
    write_jsonl(place / "train.jsonl", [conversation(number) for number in range(24)])
    write_jsonl(place / "val.jsonl", [conversation(number) for number in range(100, 105)])
    tokens.build(place / "base", TOKENS, [conversation(1)], place / "tokenizer")
    return Inputs(place / "base", place / "tokenizer", place / "train.jsonl", place / "val.jsonl")
