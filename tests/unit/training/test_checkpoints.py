import shutil

import pytest
import torch

from hone.core.errors import Interrupted, UserError
from hone.training import checkpoints
from hone.training.checkpoints import Copy, Stop, Superseded

from .conftest import StopAfter

TENSORS = {"now/a": torch.arange(6.0).view(2, 3), "adam/a/step": torch.tensor(3.0)}
EXPECTED = {"now/a": (2, 3)}


def save(copy, step, tensors=TENSORS, facts=None):
    copy.publish(step, [copy.write(step, tensors)], facts or {})


@pytest.fixture
def root(tmp_path):
    save(Copy(tmp_path), 3, facts={"losses": [1.0]})
    return tmp_path


@pytest.fixture
def folder(root):
    return root / "0001"


def test_what_was_saved_comes_back(root):
    tensors, facts = checkpoints.load(root, EXPECTED)
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
        name: tensor.tolist() for name, tensor in TENSORS.items()
    }
    assert (facts["step"], facts["losses"]) == (3, [1.0])


def test_nothing_saved_is_nothing_and_no_error(tmp_path):
    assert checkpoints.load(tmp_path / "nowhere", EXPECTED) is None


def test_only_the_last_state_is_kept(tmp_path):
    copy = Copy(tmp_path)
    save(copy, 3)
    save(copy, 5)
    assert sorted(path.name for path in copy.folder.iterdir()) == ["state.json", "tensors-00000005-0.safetensors"]


def test_a_save_that_dies_before_its_last_act_leaves_the_state_before(root, monkeypatch):
    monkeypatch.setattr(checkpoints, "write_json", lambda path, value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(Copy(root), 4, {"now/a": torch.zeros(2, 3)})
    tensors, facts = checkpoints.load(root, EXPECTED)
    assert facts["step"] == 3
    assert torch.equal(tensors["now/a"], TENSORS["now/a"])


def test_what_several_processes_wrote_is_put_together(tmp_path):
    copy = Copy(tmp_path)
    sharded = TENSORS["now/a"]
    parts = [copy.write(3, {"now/a": sharded[:1], "adam/a/step": torch.tensor(3.0)}, 0)]
    parts += [copy.write(3, {"now/a": sharded[1:]}, 1), copy.write(3, {"now/a": sharded[:0]}, 2)]
    copy.publish(3, parts, {})
    tensors, _ = checkpoints.load(tmp_path, EXPECTED)
    assert torch.equal(tensors["now/a"], sharded)
    assert tensors["adam/a/step"] == 3


def test_a_copy_that_lives_on_can_change_nothing_once_its_successor_has_begun(root):
    old = Copy(root)
    save(old, 4)
    new = Copy(root)
    with pytest.raises(Superseded):
        old.check()
    with pytest.raises(Superseded):
        save(old, 9)
    assert checkpoints.load(root, EXPECTED)[1]["step"] == 4
    save(new, 5)
    with pytest.raises(Superseded):
        save(old, 10)
    assert checkpoints.load(root, EXPECTED)[1]["step"] == 5


def test_a_write_that_was_under_way_when_the_successor_saved_is_not_looked_at(root):
    old, new = Copy(root), Copy(root)
    save(new, 5)
    old.check = lambda: None  # it had looked just before
    save(old, 9)
    assert checkpoints.load(root, EXPECTED)[1]["step"] == 5
    save(new, 6)
    assert checkpoints.load(root, EXPECTED)[1]["step"] == 6


def test_a_copy_ends_when_its_successor_has_published_and_cleared_up(root):
    old = Copy(root)
    shutil.rmtree(root)
    with pytest.raises(Superseded):
        old.check()


def truncated(folder):
    file = next(folder.glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-4])


def one_bit_off(folder):
    file = next(folder.glob("*.safetensors"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def missing(folder):
    next(folder.glob("*.safetensors")).unlink()


def half_a_state(folder):
    (folder / "state.json").write_text('{"format": 1, "ste')


def no_object(folder):
    (folder / "state.json").write_text("[]")


def another_shape(folder):
    save(Copy(folder.parent), 3, {"now/a": torch.zeros(3, 3)})


@pytest.mark.parametrize("damage", [truncated, one_bit_off, missing, half_a_state, no_object, another_shape])
def test_a_damaged_state_is_one_message_that_names_the_folder_and_says_what_to_do(root, folder, damage):
    damage(folder)
    with pytest.raises(UserError) as error:
        checkpoints.load(root, EXPECTED)
    assert str(root) in str(error.value)
    assert "delete this folder" in str(error.value)


def test_a_loop_refuses_a_damaged_state(loop):
    with pytest.raises(Interrupted):
        loop().run(StopAfter(12))
    run = loop()
    truncated(run.folder / "0001")
    with pytest.raises(UserError, match="delete this folder"):
        run.run(Stop())
