"""In and out again: what is exported is what was imported, heads included."""

import json

import layouts
import pytest
import torch
import transformers
from safetensors.torch import load_file

from spanbert.errors import CheckpointError, IntegrityError
from spanbert.model.config import ModelConfig
from spanbert.model.importing.artifact import REPORT_FILE, import_folder
from spanbert.model.importing.model import import_model
from spanbert.model.pretraining import PretrainingModel, initialize
from spanbert.model.published import load_pretraining_model
from spanbert.objectives.config import ObjectiveConfig
from spanbert.tokenizer.subword import load_tokenizer

IDS = torch.randint(5, 89, (3, 20), generator=torch.Generator().manual_seed(0))


def same_tensors(first, second):
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (first, second))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_ours_out_and_in_again_is_the_same_to_the_bit(tmp_path):
    sizes = ModelConfig(vocab_size=89, hidden_size=24, num_layers=2, num_heads=3)
    objective = ObjectiveConfig(max_sbo_pieces=7, sbo_position_size=6, nsp=True)
    model = PretrainingModel(sizes, objective)
    initialize(model, 0.1, seed=1)
    from spanbert.model.published import write_folder
    from spanbert.storage import publish

    with publish(tmp_path / "ours", "model") as draft:
        write_folder(draft.folder, model.state_dict(), sizes, "BertForMaskedLM", draft.folder)
    report = import_folder(tmp_path / "ours", tmp_path / "again")
    assert (report.initialised, report.ignored) == ((), ())
    same_tensors(tmp_path / "ours", tmp_path / "again")
    back = load_pretraining_model(tmp_path / "again")
    assert back.state_dict().keys() == model.state_dict().keys()


def test_theirs_in_and_out_again_gives_the_same_logits_to_the_bit(tmp_path):
    theirs = layouts.bert("BertForPreTraining")
    theirs.save_pretrained(tmp_path / "theirs")
    import_folder(tmp_path / "theirs", tmp_path / "ours")
    back = transformers.BertForPreTraining.from_pretrained(tmp_path / "ours").eval()
    before, after = theirs(input_ids=IDS), back(input_ids=IDS)
    assert torch.equal(before.prediction_logits, after.prediction_logits)
    assert torch.equal(before.seq_relationship_logits, after.seq_relationship_logits)


def test_roberta_goes_out_as_a_bert_with_its_logits(tmp_path):
    theirs = layouts.roberta()
    theirs.save_pretrained(tmp_path / "theirs")
    import_folder(tmp_path / "theirs", tmp_path / "ours")
    back = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path / "ours").eval()
    assert type(back).__name__ == "BertForMaskedLM"
    close = {"atol": 1e-5, "rtol": 1e-5}
    torch.testing.assert_close(back(input_ids=IDS).logits, theirs(input_ids=IDS).logits, **close)


def test_fairseq_goes_out_with_its_span_boundary_head(tmp_path):
    theirs = layouts.bert("BertForMaskedLM")
    path = layouts.write_fairseq(tmp_path / "model.pt", theirs, rows=20)
    import_folder(path, tmp_path / "ours")
    written = load_file(tmp_path / "ours" / "model.safetensors")
    for name, tensor in layouts.sbo_head(128, 89, rows=20).items():
        assert torch.equal(written[name], tensor.half().float())
    back = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path / "ours").eval()
    assert torch.equal(back(input_ids=IDS).logits, theirs.half().float()(input_ids=IDS).logits)
    account = json.loads((tmp_path / "ours" / REPORT_FILE).read_text())
    assert account["layout"] == "fairseq"


def test_the_vocabulary_comes_along_and_must_be_the_models(tmp_path, artifacts):
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    folder = tmp_path / "theirs"
    layouts.bert("BertForMaskedLM", vocab_size=vocab_size).save_pretrained(folder)
    entries = (artifacts.tokenizer / "vocab.txt").read_text().splitlines()
    (folder / "vocab.txt").write_text("\n".join(entries) + "\n")

    import_folder(folder, tmp_path / "ours")
    assert load_tokenizer(tmp_path / "ours").digest == load_tokenizer(artifacts.tokenizer).digest
    settings = json.loads((tmp_path / "ours" / "tokenizer_config.json").read_text())
    assert settings["do_lower_case"] is False
    pad_id = load_tokenizer(artifacts.tokenizer).pad_id
    assert json.loads((tmp_path / "ours" / "config.json").read_text())["pad_token_id"] == pad_id

    entries[70], entries[71] = entries[71], entries[70]
    (folder / "vocab.txt").write_text("\n".join(entries) + "\n")
    with pytest.raises(CheckpointError, match="first at id 70"):
        import_folder(folder, tmp_path / "other", tokenizer=artifacts.tokenizer)
    (folder / "vocab.txt").unlink()
    layouts.bert("BertForMaskedLM").save_pretrained(folder)
    with pytest.raises(CheckpointError, match=f"89 entries, the tokenizer {vocab_size}") as refused:
        import_folder(folder, tmp_path / "other", tokenizer=artifacts.tokenizer)
    assert refused.value.exit_code == 4
    assert not (tmp_path / "other").exists()


def test_a_model_of_ours_that_was_changed_is_refused(tmp_path):
    layouts.bert("BertForMaskedLM").save_pretrained(tmp_path / "theirs")
    import_folder(tmp_path / "theirs", tmp_path / "ours")
    path = tmp_path / "ours" / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match="sha256"):
        import_model(tmp_path / "ours", None, seed=0)
