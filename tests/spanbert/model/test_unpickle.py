"""Old pickles give up their tensors, and nothing in them is executed."""

import argparse
import os
from collections import OrderedDict

import pytest
import torch

from spanbert.errors import CheckpointError, IntegrityError
from spanbert.model.unpickle import read_pickle

FORMATS = pytest.mark.parametrize("legacy", [False, True], ids=["zip", "legacy"])


class Calls:
    """Asks whoever unpickles it to call a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class Ours:
    """A harmless class that the reader does not know."""


def save(content, path, legacy):
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    return path


@FORMATS
@pytest.mark.parametrize("kind", ["os.system", "builtins.eval", "a class"])
def test_a_pickle_that_asks_for_more_is_refused_by_name(tmp_path, legacy, kind):
    marker = tmp_path / "executed"
    asked, told = {
        "os.system": (Calls(os.system, f"touch {marker}"), "posix.system"),
        "builtins.eval": (Calls(eval, f"open({str(marker)!r}, 'w')"), "eval"),
        "a class": (Ours(), "Ours"),
    }[kind]
    content = {"model": {"weight": torch.ones(2)}, "args": asked}
    path = save(content, tmp_path / "model.pt", legacy)
    with pytest.raises(IntegrityError, match=f"asks for .*{told}") as refused:
        read_pickle(path)
    assert refused.value.exit_code == 5
    assert not marker.exists()
    if kind != "a class":
        torch.load(path, weights_only=False)  # the fixture does execute where it may
        assert marker.exists()


@FORMATS
def test_tensors_come_back_whatever_memory_they_shared(tmp_path, legacy):
    base = torch.arange(12.0).view(3, 4)
    tensors = {
        "base": base,
        "tied": base,
        "transposed": base.t(),
        "row": base[1],
        "strided": base[:, ::2],
        "half": base.half(),
        "integer": torch.arange(3),
        "parameter": torch.nn.Parameter(base + 1),
    }
    content = {"args": argparse.Namespace(lr=[1.0]), "model": OrderedDict(tensors), "epoch": 3}
    back = read_pickle(save(content, tmp_path / "model.pt", legacy))
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(back[name], tensor)
        assert back[name].dtype == tensor.dtype


@FORMATS
def test_a_damaged_file_is_told(tmp_path, legacy):
    path = save({"weight": torch.ones(3000)}, tmp_path / "pytorch_model.bin", legacy)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(CheckpointError, match="no readable weights") as refused:
        read_pickle(path)
    assert refused.value.exit_code == 4


@pytest.mark.parametrize("content", [b"", b"no pickle at all", b"\x80\x02}q\x00."])
def test_what_holds_no_weights_is_told(tmp_path, content):
    path = tmp_path / "pytorch_model.bin"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="no readable weights"):
        read_pickle(path)


def test_a_tensor_larger_than_its_file_is_refused_for_memory(tmp_path):
    path = save({"weight": torch.zeros(1).expand(2**34)}, tmp_path / "model.pt", False)
    with pytest.raises(CheckpointError, match="memory"):
        read_pickle(path)
