import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.training.conftest import tiny

from hone.attention import BLOCK, NAME, CausalBlocks, in_blocks


def qkv(rows, shared, group, length, size=8):
    torch.manual_seed(length)
    heads = (shared * group, shared, shared)
    return [torch.randn(rows, count, length, size, requires_grad=True) for count in heads]


def by_torch(q, k, v, scale):
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale, enable_gqa=True)
    return out.transpose(1, 2)


@given(rows=st.integers(1, 3), shared=st.integers(1, 3), group=st.integers(1, 3), length=st.integers(1, 300))
@example(1, 1, 1, BLOCK)
@example(2, 3, 3, BLOCK + 1)
def test_values_and_gradients_are_those_of_torch(rows, shared, group, length):
    inputs = qkv(rows, shared, group, length)
    ours, theirs = CausalBlocks.apply(*inputs, 0.3), by_torch(*inputs, 0.3)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    outer = torch.randn_like(ours)
    pairs = zip(torch.autograd.grad(ours, inputs, outer), torch.autograd.grad(theirs, inputs, outer), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_a_query_never_sees_a_later_key():
    q, k, v = qkv(1, 1, 1, 200)
    before = CausalBlocks.apply(q, k, v, 1.0)
    with torch.no_grad():
        k[:, :, 150:] += 5
        v[:, :, 150:] += 5
    after = CausalBlocks.apply(q, k, v, 1.0)
    assert torch.equal(before[:, :150], after[:, :150])
    assert not torch.allclose(before[:, 150:], after[:, 150:])


def logits(model, **inputs):
    with torch.no_grad():
        return model(torch.arange(1, 41)[None].repeat(2, 4) % 62, use_cache=False, **inputs).logits


def test_a_model_attends_in_blocks_inside_and_in_its_own_way_after():
    model = tiny()
    own = model.config._attn_implementation
    expected = logits(model)
    with in_blocks(model):
        assert model.config._attn_implementation == NAME
        torch.testing.assert_close(logits(model), expected, rtol=1e-4, atol=1e-4)
    assert model.config._attn_implementation == own


def test_a_model_is_given_back_when_training_breaks_off():
    model = tiny()
    own = model.config._attn_implementation
    with pytest.raises(KeyError), in_blocks(model):
        raise KeyError
    assert model.config._attn_implementation == own


def test_a_mask_is_obeyed():
    model, mask = tiny(), torch.ones(2, 160, dtype=torch.int64)
    mask[0, :7] = 0
    expected = logits(model, attention_mask=mask)
    assert not torch.allclose(expected, logits(model))
    with in_blocks(model):
        torch.testing.assert_close(logits(model, attention_mask=mask)[:, 7:], expected[:, 7:], rtol=1e-4, atol=1e-4)


def test_a_sliding_window_is_obeyed():
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(1)
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1}
    config = MistralConfig(vocab_size=64, num_hidden_layers=2, sliding_window=16, **sizes)
    model = MistralForCausalLM(config).eval()
    expected = logits(model)
    with in_blocks(model):
        torch.testing.assert_close(logits(model), expected, rtol=1e-4, atol=1e-4)


@given(lengths=st.lists(st.integers(1, 200), min_size=1, max_size=4), left=st.booleans())
def test_padded_rows_get_what_they_would_get_alone(lengths, left):
    width, group = max(lengths), 2
    q, k, v = (tensor.detach() for tensor in qkv(len(lengths), 2, group, width))
    places = [slice(width - length, width) if left else slice(length) for length in lengths]
    seen = torch.zeros(len(lengths), 1, width, dtype=torch.bool)
    for row, place in enumerate(places):
        seen[row, :, place] = True
    ours = CausalBlocks.apply(q, k, v, 0.3, seen)
    for row, place in enumerate(places):
        alone = by_torch(*(tensor[row : row + 1, :, place] for tensor in (q, k, v)), 0.3)
        torch.testing.assert_close(ours[row : row + 1, place], alone, rtol=1e-4, atol=1e-5)


def test_a_padded_batch_with_dropout_is_left_to_torch_whole():
    model, mask = tiny(), torch.ones(2, 160, dtype=torch.int64)
    mask[0, :7] = 0
    expected = logits(model, attention_mask=mask)
    with in_blocks(model), torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.attention_dropout = 1e-9
        model.train()
        found = model(torch.arange(1, 41)[None].repeat(2, 4) % 62, use_cache=False, attention_mask=mask).logits
    torch.testing.assert_close(found[:, 7:], expected[:, 7:], rtol=1e-4, atol=1e-4)
