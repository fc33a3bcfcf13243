import pytest
import torch

from hone.training.methods import prepare

from .conftest import NEW_IDS, params, tiny


def rows_in_use(model):
    """The new rows as the model reads them, and as it scores them: [2, hidden] each."""
    new, hidden = torch.tensor(NEW_IDS), torch.eye(64)
    return [model.get_input_embeddings()(new), model.get_output_embeddings()(hidden).T[new]]


@pytest.mark.parametrize(("tied", "matrices"), [(True, 1), (False, 2)])
def test_new_rows_are_trained_once_in_a_tied_matrix_and_in_both_of_an_untied_pair(tied, matrices):
    model = prepare(tiny(tied), params(), NEW_IDS)
    trained = [p for name, p in model.named_parameters() if "trainable_tokens" in name and p.requires_grad]
    assert [tuple(p.shape) for p in trained] == [(2, 64)] * matrices
    with torch.no_grad():
        before = [rows.clone() for rows in rows_in_use(model)]
        for parameter in trained:
            parameter += 1
        for old, rows in zip(before, rows_in_use(model), strict=True):
            torch.testing.assert_close(rows, old + 1)
