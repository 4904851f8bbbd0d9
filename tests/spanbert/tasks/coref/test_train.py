"""Fine-tuning end to end: it learns, repeats itself, keeps the best on dev, and refuses misfits."""

import json
from dataclasses import replace

import pytest
import torch
from coref_documents import story
from transformers import AutoModel

from spanbert.errors import CheckpointError, ConfigError, DataError
from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.model.pretraining import initialize
from spanbert.model.published import write_folder
from spanbert.storage import sha256_of, verify
from spanbert.tasks.coref.documents import read_documents
from spanbert.tasks.coref.resolver import CoreferenceResolver
from spanbert.tasks.coref.scoring import score_documents
from spanbert.tasks.coref.train import finetune_coref


def test_a_tiny_model_learns_stories(trained, learns, stories):
    folder, training = trained
    assert (training.num_documents, training.num_segments) == (6, 11)
    assert len(training.curve) == 90
    first, last = (
        sum(p["loss"] for p in part) for part in (training.curve[:6], training.curve[-6:])
    )
    assert last < first / 5
    documents = read_documents(stories / "train.jsonl").documents
    figures = score_documents(CoreferenceResolver.load(folder), documents).figures
    assert figures["conll_f1"] > 90
    assert figures["pruning_recall"] == 100
    assert verify(folder, "model").counts["num_documents"] == 6


def test_one_seed_gives_one_model(trained, learns, arguments, tmp_path):
    finetune_coref(tmp_path / "again", **arguments, config=learns)
    paths = [folder / "model.safetensors" for folder in (trained[0], tmp_path / "again")]
    assert sha256_of(paths[0]) == sha256_of(paths[1])


def test_the_published_encoder_is_read_by_transformers(trained, sizes):
    folder, _ = trained
    peer = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    own = CoreferenceResolver.load(folder).model.encoder.eval()
    ids = torch.randint(5, sizes.vocab_size, (30,))
    with torch.no_grad():
        theirs = peer(input_ids=ids[None]).last_hidden_state[0]
        torch.testing.assert_close(own(ids, Packing((30,))), theirs, rtol=1e-4, atol=1e-5)


def test_a_start_folder_gives_its_encoder_under_a_fresh_head(
    learns, arguments, sizes, tokenizer_folder, tmp_path
):
    encoder = torch.nn.ModuleDict({"encoder": Encoder(sizes)})
    initialize(encoder, 0.1, seed=3)
    start = tmp_path / "start"
    start.mkdir()
    write_folder(start, encoder.state_dict(), sizes, "BertModel", tokenizer_folder)
    still = replace(learns, learning_rate=0.0, epochs=1)
    settings = arguments | {"start": start, "config": still}
    finetune_coref(tmp_path / "model", **settings)
    tuned = CoreferenceResolver.load(tmp_path / "model").model
    for name, weight in tuned.encoder.state_dict().items():
        assert torch.equal(weight, encoder["encoder"].state_dict()[name]), name
    fresh = CoreferenceResolver.load(tmp_path / "model").model.coref_head.mentions.vectors
    assert fresh.hidden.weight.std().item() == pytest.approx(sizes.initializer_range, rel=0.3)
    assert not torch.equal(fresh.hidden.bias, torch.zeros_like(fresh.hidden.bias)), "it has learnt"


def test_the_best_on_dev_stays_and_training_may_end_early(learns, arguments, stories, tmp_path):
    config = replace(
        learns,
        dev=(str(stories / "dev.conll"),),
        evaluations_per_epoch=1,
        patience=2,
        task_learning_rates=(1e-9, 3e-3),
    )
    training = finetune_coref(tmp_path / "model", **arguments, config=config)
    rows = training.trainings
    assert [row["task_learning_rate"] for row in rows] == [1e-9, 3e-3]
    assert rows[0]["score"] < rows[1]["score"]
    scores = [point["score"] for point in training.dev_curve]
    assert max(scores) == rows[1]["score"]
    documents = read_documents(stories / "dev.conll").documents
    figures = score_documents(CoreferenceResolver.load(tmp_path / "model"), documents).figures
    assert figures["conll_f1"] == pytest.approx(max(scores))
    kept = json.loads((tmp_path / "model" / "training.json").read_text())
    assert kept["trainings"] == rows


def test_of_a_long_document_each_step_takes_a_run_of_segments(sizes, tokenizer, trained, learns):
    long = replace(
        story(0),
        sentences=story(0).sentences * 8,
        speakers=story(0).speakers * 8,
        clusters=(),
    )
    resolver = CoreferenceResolver.load(trained[0])
    (document,) = resolver.features([long])
    most = learns.max_training_segments
    seen = []
    for step in range(60):
        torch.manual_seed(step)
        part = resolver._drawn(document)
        assert len(part.segments) == most
        seen.append(part.first_segment)
    assert set(seen) == set(range(len(document.segments) - most + 1))
    torch.manual_seed(7)
    assert resolver._drawn(document).first_segment == seen[7]
    (short,) = resolver.features([story(0)])
    assert resolver._drawn(short) is short


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"train": ()}, ConfigError, r"coref\.train names no file"),
        ({"train": ("gone.conll",)}, DataError, r"gone\.conll"),
        ({"segment_length": 97}, CheckpointError, r"96 positions .* 97 .*--set coref\.segment_le"),
    ],
)
def test_what_does_not_fit_is_refused(
    learns, arguments, sizes, tokenizer_folder, tmp_path, changes, error, told
):
    with pytest.raises(error, match=told):
        finetune_coref(tmp_path / "model", **arguments, config=replace(learns, **changes))
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("coref_settings.json", None, "not a coreference model"),
        ("span_ratio", "much", "span_ratio is 'much'"),
        ("segment_length", 400, "segment_length is 400, positions are 96"),
        ("feature_size", 0, "feature_size = 0 < 1"),
        ("feature_size", 5, "is .*, expected"),
        (
            "overlap",
            True,
            "coreference resolution are missing, first coref_head.overlap",
        ),
    ],
)
def test_a_folder_with_other_settings_is_refused(trained, tmp_path, name, value, told):
    for path in trained[0].iterdir():
        if path.name != "manifest.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    settings = tmp_path / "coref_settings.json"
    if value is None:
        settings.unlink()
    else:
        settings.write_text(json.dumps(json.loads(settings.read_text()) | {name: value}))
    with pytest.raises(CheckpointError, match=told) as refused:
        CoreferenceResolver.load(tmp_path)
    assert refused.value.exit_code == 4
