"""Tiny random models, made in the process: a completion takes milliseconds."""

from dataclasses import dataclass

import pytest
import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from hone import tokens
from hone.core.config import NewToken
from hone.core.files import atomic_folder
from hone.generation.replies import Folders
from hone.models import save_adapter

END = 3
MARKERS = ("<|AGENT|>", "<|EDIT|>")
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
VOCABULARY = 97


@dataclass(frozen=True)
class End:
    end_id: int = END


def _sizes(**more):
    return dict(
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        eos_token_id=None,
        bos_token_id=None,
        pad_token_id=None,
        initializer_range=0.3,  # far from uniform, so that greedy choices are no near-ties
        **more,
    )


@pytest.fixture(params=["llama", "qwen3", "gpt2"])
def model(request):
    """Rotary positions are relative: only GPT-2, whose are learned, notices a prompt counted from padding."""
    torch.manual_seed(0)
    if request.param == "gpt2":
        return GPT2LMHeadModel(GPT2Config(attn_pdrop=0.5, **_sizes())).float().eval()
    if request.param == "llama":
        return LlamaForCausalLM(LlamaConfig(**_sizes(attention_dropout=0.5))).float().eval()
    return Qwen3ForCausalLM(Qwen3Config(head_dim=8, attention_dropout=0.5, **_sizes())).float().eval()


@pytest.fixture
def prompts():
    """Nine prompts of 1 to 40 tokens, not in order of length."""
    generator = torch.Generator().manual_seed(1)
    lengths = [5, 40, 1, 17, 17, 3, 29, 8, 2]
    return [torch.randint(4, VOCABULARY, (n,), generator=generator).tolist() for n in lengths]


@pytest.fixture
def end():
    return End()


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    """A tiny base model, its tokenizer with two new tokens, and a random adapter that trained their rows."""
    from peft import LoraConfig, get_peft_model

    root = tmp_path_factory.mktemp("models")
    letters = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    byte_level = Tokenizer(BPE(vocab=letters, merges=[]))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    byte_level.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=byte_level, chat_template=TEMPLATE)
    tokenizer.add_special_tokens({"bos_token": "<|im_start|>", "eos_token": "<|im_end|>"})
    torch.manual_seed(0)
    sizes = _sizes() | {"vocab_size": len(tokenizer), "max_position_embeddings": 1024}
    model = LlamaForCausalLM(LlamaConfig(**sizes, tie_word_embeddings=True))
    with atomic_folder(root / "base") as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    new = [NewToken(name=m.strip("<|>"), token=m, description=m.lower()) for m in MARKERS]
    tokens.build(root / "base", new, [], root / "tokenizer")
    tokens.extend(model, root / "tokenizer")
    ids = [token.id for token in tokens.added(root / "tokenizer")]
    config = LoraConfig(r=2, target_modules="all-linear", trainable_token_indices=ids, init_lora_weights=False)
    adapted = get_peft_model(model, config)
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "trainable_tokens_delta" in name:
                parameter.normal_()
    with atomic_folder(root / "sft") as folder:
        save_adapter(adapted, folder)
    return Folders(root / "base", root / "tokenizer", root / "sft")
