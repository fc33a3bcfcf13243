import pytest
import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model

from hone.core.errors import UserError
from hone.training.batches import collate
from hone.training.lean import lean
from hone.training.loss import summed_loss
from hone.training.methods import prepare

from .conftest import NEW_IDS, params, row, rows, tiny


def dense(model, batch):
    """The plain way: all logits by the model's own forward, the label mask applied to the loss."""
    logits = model(input_ids=batch.ids, attention_mask=batch.mask, use_cache=False).logits[:, :-1]
    labels = batch.ids[:, 1:].masked_fill(~batch.supervised[:, 1:], -100)
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="sum")


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def shaken(model):
    """LoRA's B starts at zero, where A has no gradient and mistakes cannot be seen."""
    torch.manual_seed(3)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def assert_alike(one, other, tolerance):
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=tolerance, atol=tolerance, msg=name)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("method", ["lora", "full"])
def test_loss_and_gradients_are_those_of_the_dense_logits(tied, method):
    model = shaken(prepare(tiny(tied), params(method=method), NEW_IDS))
    batch = collate(rows(4))
    sparse, plain = summed_loss(model, batch), dense(model, batch)
    torch.testing.assert_close(sparse, plain)
    assert_alike(gradients(model, sparse), gradients(model, plain), 1e-4)


@pytest.mark.parametrize("at_once", [1, 5])
def test_logits_that_are_taken_some_rows_at_a_time_all_count(monkeypatch, at_once):
    model = shaken(prepare(tiny(), params(), NEW_IDS))
    batch = collate(rows(4))
    plain = dense(model, batch)
    monkeypatch.setattr("hone.training.loss.ROWS_AT_ONCE", at_once)
    assert at_once < batch.supervised.sum()
    parted = summed_loss(model, batch)
    torch.testing.assert_close(parted, plain)
    assert_alike(gradients(model, parted), gradients(model, plain), 1e-4)


@pytest.mark.parametrize("tied", [True, False])
def test_lean_layers_give_pefts_loss_and_gradients(tied):
    model = shaken(prepare(tiny(tied), params(), NEW_IDS))
    batch = collate(rows(4))
    plain = dense(model, batch)
    expected = gradients(model, plain)
    with lean(model):
        loss = summed_loss(model, batch)
        found = gradients(model, loss)
    torch.testing.assert_close(loss, plain)
    assert_alike(found, expected, 1e-4)
    assert any("trainable_tokens" in name for name in found)


def test_after_lean_training_the_frozen_weights_are_as_before_and_the_layers_are_pefts():
    model = shaken(prepare(tiny(), params(), NEW_IDS))
    batch = collate(rows(2))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    expected = model(input_ids=batch.ids).logits
    with lean(model):
        summed_loss(model, batch)
    assert all(torch.equal(before[name], p) for name, p in model.named_parameters())
    assert torch.equal(model(input_ids=batch.ids).logits, expected)
    assert not any("forward" in vars(module) for module in model.modules())


@pytest.mark.parametrize("block", [False, True])
def test_lora_on_the_head_gets_its_gradient(block):
    model = get_peft_model(tiny(tied=False), LoraConfig(r=4, target_modules=["lm_head", "q_proj"]))
    shaken(model)
    batch = collate(rows(3))
    expected = gradients(model, dense(model, batch))
    found = gradients(model, lean_loss(model, batch) if block else summed_loss(model, batch))
    assert any("lm_head.lora_A" in name and gradient.abs().max() > 0 for name, gradient in found.items())
    assert_alike(found, expected, 1e-4)


def lean_loss(model, batch):
    with lean(model):
        return summed_loss(model, batch)


def test_lean_in_bfloat16_trains_float32_parameters_close_to_pefts():
    model = shaken(prepare(tiny(dtype=torch.bfloat16), params(), NEW_IDS))
    batch = collate(rows(4))
    expected = gradients(model, dense(model, batch).float())
    with lean(model):
        found = gradients(model, summed_loss(model, batch))
    for name in expected:
        assert found[name].dtype == torch.float32
        alike = F.cosine_similarity(found[name].flatten(), expected[name].flatten(), dim=0)
        assert alike > 0.99, name


def test_padded_rows_cost_what_each_costs_alone():
    model, some = tiny(), [row(7, 4), row(23, 5), row(31, 9)]
    together = summed_loss(model, collate(some))
    alone = sum(summed_loss(model, collate([one])) for one in some)
    torch.testing.assert_close(together, alone, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("mine", [0, 1])
def test_the_loss_of_one_row_has_no_gradient_in_the_tokens_of_another(mine):
    """Of neither neighbour: a packed row would see the one before it, and not the one after."""
    model, some = tiny(), [row(9, 4), row(20, 5)]
    batch = collate(some)
    seen = []
    model.get_input_embeddings().register_forward_hook(
        lambda module, given, out: seen.append(out.requires_grad_()) or out
    )
    batch.supervised[1 - mine] = False  # the loss of this row only
    (gradient,) = torch.autograd.grad(summed_loss(model, batch), seen[0])
    length = len(some[mine].ids)
    assert gradient[mine, : length - 1].abs().sum(-1).min() > 0
    assert gradient[1 - mine].abs().max() == 0
    assert gradient[mine, length - 1 :].abs().max() == 0  # nor in its last token and its own pads


def test_a_model_that_bends_its_logits_is_refused():
    model = tiny()
    model.config.final_logit_softcapping = 30.0
    with pytest.raises(UserError, match="final_logit_softcapping"):
        summed_loss(model, collate(rows(1)))
