"""The verbs that bring models in and out, as a user types them."""

import pickle
import shlex

import layouts
import pytest
import torch
import transformers

from spanbert.cli import main

IDS = torch.arange(5, 25)[None]


def run(words, capsys):
    code = main(shlex.split(words))
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_a_fairseq_model_is_imported_and_exported(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs = layouts.bert("BertForMaskedLM")
    layouts.write_fairseq(tmp_path / "model.pt", theirs)
    code, out, told = run("import --from model.pt --output ours", capsys)
    assert (code, out) == (0, "ours\n")
    for part in (
        "fairseq model at model.pt",
        "2 layers of 128",
        "made new: nothing",
        "no vocabulary",
    ):
        assert part in told
    code, _, told = run("export --model ours --output theirs", capsys)
    assert code == 0
    assert "left out: nothing" in told
    back = transformers.BertForMaskedLM.from_pretrained(tmp_path / "theirs").eval()
    assert torch.equal(back(input_ids=IDS).logits, theirs.half().float()(input_ids=IDS).logits)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("import --from nowhere --output ours", 3, "no such file"),
        ("import --from empty --output ours", 4, "no model in a known layout"),
        ("import --from truncated.pt --output ours", 4, "no readable weights"),
        ("import --from unsafe.pt --output ours", 5, "posix.system"),
        ("import --from bare.pt --output ours", 5, "could run code; refused"),
        ("export --model nowhere --output ours", 3, "no such model folder"),
    ],
)
def test_what_cannot_be_imported_is_told_with_its_code(
    words, code, told, tmp_path, capsys, monkeypatch
):
    import os

    class Call:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path / 'executed'}",)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "truncated.pt").write_bytes(b"\x80\x02}q")
    torch.save({"model": {"weight": torch.ones(2)}, "args": Call()}, tmp_path / "unsafe.pt")
    (tmp_path / "bare.pt").write_bytes(pickle.dumps(Call()))
    before = sorted(tmp_path.rglob("*"))
    ended, _, shown = run(words, capsys)
    assert ended == code
    assert told in shown
    assert shown.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
