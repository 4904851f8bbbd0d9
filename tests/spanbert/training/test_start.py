"""Training that starts from a model: it goes on from that model's weights, sizes and vocabulary."""

import shutil
from dataclasses import asdict, replace

import layouts
import pytest
import tiny
import torch
import transformers
from safetensors.torch import load_file

from spanbert.errors import CheckpointError, ConfigError, DataError
from spanbert.model.importing.artifact import import_folder
from spanbert.model.published import load_pretraining_model
from spanbert.objectives.pretraining import pretraining_losses
from spanbert.progress import silent
from spanbert.shards.reader import ShardReader
from spanbert.shards.writer import write_shards
from spanbert.storage import read_manifest
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.curve import read_curve
from spanbert.training.data import TrainingData
from spanbert.training.start import (
    prepare_start,
    tokenizer_settings,
    with_sizes_of,
    with_start_sizes,
)
from spanbert.training.worker import Inputs, train_on_worker
from spanbert.training.workers import ALONE

NO_DROPOUT = ("model.hidden_dropout=0.0", "model.attention_dropout=0.0")


@pytest.fixture
def source(artifacts, tmp_path):
    """A BERT of other sizes than the settings, with the vocabulary of the shards."""
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    theirs = layouts.bert("BertForMaskedLM", vocab_size=vocab_size, max_position_embeddings=64)
    theirs.save_pretrained(tmp_path / "theirs")
    return tmp_path / "theirs"


def started(artifacts, source, folder, *overrides):
    """Settings and inputs as `ray_job` makes them."""
    config = tiny.config(folder, f"training.start={source}", *NO_DROPOUT, *overrides)
    prepare_start(config, artifacts.tokenizer, folder / "start", silent)
    work = folder / "work"
    inputs = Inputs(artifacts.shards, artifacts.tokenizer, work, start=folder / "start")
    return with_sizes_of(config, folder / "start"), inputs


def test_the_first_loss_is_that_of_the_imported_model(artifacts, source, tmp_path):
    config, inputs = started(artifacts, source, tmp_path, "training.log_every_steps=1")
    train_on_worker(config, inputs)
    first = read_curve(inputs.curve)[0]

    model = load_pretraining_model(tmp_path / "start")
    shards = ShardReader(artifacts.shards)
    tokenizer = load_tokenizer(artifacts.tokenizer)
    with torch.no_grad():
        parts = TrainingData(config, tokenizer, shards, ALONE).batches_of(0)
        batches = [batch for part in parts for batch in part]
        sums = sum(pretraining_losses(model, batch).sums.double() for batch in batches)
    targets = sum(len(batch.mlm_targets) for batch in batches)
    assert first["mlm_loss"] == pytest.approx(float(sums[0]) / targets, rel=1e-5)


def test_a_checkpoint_is_a_start_too_and_carries_its_sizes(artifacts, source, tmp_path):
    config, inputs = started(artifacts, source, tmp_path)
    train_on_worker(config, inputs)
    checkpoint = inputs.checkpoints / "step-00000012"
    report = import_folder(checkpoint, tmp_path / "exported", tokenizer=artifacts.tokenizer)
    assert report.model == replace(config.model, vocab_size=report.model.vocab_size)
    assert (report.initialised, report.ignored) == ((), ())
    recorded = read_manifest(tmp_path / "exported", "model").config["objective"]
    assert recorded == asdict(config.objective)
    state = load_pretraining_model(tmp_path / "exported").state_dict()
    saved = load_file(checkpoint / "model.safetensors")
    assert state.keys() == saved.keys()
    assert all(torch.equal(state[name], saved[name]) for name in saved)


def test_a_checkpoint_without_sizes_is_refused(artifacts, source, tmp_path):
    import json

    config, inputs = started(artifacts, source, tmp_path)
    train_on_worker(config, inputs)
    checkpoint = inputs.checkpoints / "step-00000012"
    manifest = json.loads((checkpoint / "manifest.json").read_text()) | {"config": {}}
    (checkpoint / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CheckpointError, match="no sizes recorded") as refused:
        import_folder(checkpoint, tmp_path / "exported")
    assert "exported" in refused.value.remedy


def test_a_checkpoint_of_another_start_is_refused(artifacts, source, tmp_path):
    config, inputs = started(artifacts, source, tmp_path)
    train_on_worker(config, inputs)
    other = tmp_path / "other"
    other.mkdir()
    started(artifacts, source, other, "run.seed=4")
    with pytest.raises(CheckpointError, match="made from other start"):
        train_on_worker(config, replace(inputs, start=other / "start"))
    with pytest.raises(CheckpointError, match="made from other start"):
        train_on_worker(config, replace(inputs, start=None))


def test_a_start_is_imported_once_and_again_when_its_files_change(artifacts, source, tmp_path):
    config, said = tiny.config(tmp_path, f"training.start={source}"), []
    for _ in range(2):
        prepare_start(config, artifacts.tokenizer, tmp_path / "start", said.append)
    assert sum("layers of 128" in line for line in said) == 1
    config_file = source / "config.json"
    config_file.write_text(config_file.read_text() + "\n")
    prepare_start(config, artifacts.tokenizer, tmp_path / "start", said.append)
    assert sum("layers of 128" in line for line in said) == 2


def test_sizes_are_the_starts_and_dropout_is_ours(source, tmp_path):
    config = tiny.config(tmp_path, f"training.start={source}", "model.hidden_dropout=0.3")
    model = with_start_sizes(config).model
    assert (model.hidden_size, model.max_positions, model.hidden_dropout) == (128, 64, 0.3)
    plain = tiny.config(tmp_path)
    assert with_start_sizes(plain) is plain


def test_segments_longer_than_the_start_has_positions_are_refused(artifacts, source, tmp_path):
    with pytest.raises(ConfigError, match="max_positions"):
        started(artifacts, source, tmp_path, "shards.max_pieces=80")


def test_a_vocabulary_that_is_not_the_starts_is_refused(artifacts, tmp_path):
    layouts.bert("BertForMaskedLM", vocab_size=89).save_pretrained(tmp_path / "theirs")
    with pytest.raises(CheckpointError, match="the model has 89 entries"):
        started(artifacts, tmp_path / "theirs", tmp_path)
    assert not (tmp_path / "start").exists()


def test_a_start_that_is_not_there_is_told(artifacts, tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        started(artifacts, tmp_path / "nowhere", tmp_path)


def test_the_tokenizer_stage_takes_the_starts_vocabulary(artifacts, source, tmp_path):
    config = tiny.config(tmp_path, f"training.start={source}")
    with pytest.raises(ConfigError, match="no vocabulary") as refused:
        tokenizer_settings(config)
    assert "tokenizer.path" in refused.value.remedy
    shutil.copy(artifacts.tokenizer / "vocab.txt", source)
    assert tokenizer_settings(config).path == str(source)
    named = tiny.config(tmp_path, f"training.start={source}", "tokenizer.path=elsewhere")
    assert tokenizer_settings(named).path == "elsewhere"


def test_roberta_goes_on_with_its_own_bytes_and_fills_its_own_mask(artifacts, tmp_path):
    own = TokenizerConfig(model="byte-bpe", vocab_size=320)
    tokenizer = build_tokenizer(artifacts.documents, tmp_path / "bytes", own)
    source = tmp_path / "roberta"
    theirs = layouts.roberta(vocab_size=320, max_position_embeddings=98, pad_token_id=1)
    theirs.save_pretrained(source)
    transformers.AutoTokenizer.from_pretrained(tmp_path / "bytes").save_pretrained(source)

    config = tiny.config(tmp_path, f"training.start={source}", *NO_DROPOUT)
    taken = build_tokenizer(artifacts.documents, tmp_path / "taken", tokenizer_settings(config))
    assert taken.digest == tokenizer.digest
    write_shards(artifacts.documents, tmp_path / "taken", tmp_path / "shards", config.shards)
    prepare_start(config, tmp_path / "taken", tmp_path / "start", silent)
    inputs = Inputs(
        tmp_path / "shards", tmp_path / "taken", tmp_path / "work", start=tmp_path / "start"
    )
    config = with_sizes_of(config, tmp_path / "start")
    train_on_worker(config, inputs)
    checkpoint = inputs.checkpoints / "step-00000012"
    import_folder(checkpoint, tmp_path / "out", tokenizer=tmp_path / "taken")

    text = "The old miller<mask> it near Oslo."
    filled = MaskFiller.load(tmp_path / "out").fill(text, num_best=3).spans[0].masks[0].by_mlm
    reader = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    stock = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path / "out").eval()
    assert stock.config.pad_token_id == 1
    inputs = reader(text, return_tensors="pt")
    with torch.no_grad():
        logits = stock(**inputs).logits[0]
    best = logits[inputs["input_ids"][0] == reader.mask_token_id][0].topk(3)
    assert [g.token for g in filled] == reader.convert_ids_to_tokens(best.indices.tolist())


def test_a_vocabulary_with_the_same_entries_but_other_rules_is_refused(artifacts, source, tmp_path):
    shutil.copytree(artifacts.tokenizer, tmp_path / "lower")
    for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(artifacts.tokenizer / name, source / name)
    rules = tmp_path / "lower" / "tokenizer.json"
    rules.write_text(rules.read_text().replace('"lowercase":false', '"lowercase": true'))
    rules.write_text(rules.read_text().replace('"lowercase": false', '"lowercase": true'))
    config = tiny.config(tmp_path, f"training.start={source}")
    with pytest.raises(CheckpointError, match="casing, merges or scores differ"):
        prepare_start(config, tmp_path / "lower", tmp_path / "start", silent)
