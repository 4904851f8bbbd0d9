"""Fine-tuning end to end: it learns, it repeats itself, and what does not fit is refused."""

import hashlib
import json
from dataclasses import replace

import pytest
import torch
from transformers import AutoTokenizer, BertForQuestionAnswering

from spanbert.errors import CheckpointError, ConfigError, DataError
from spanbert.evaluation.qa import score_qa
from spanbert.model.encoder import Encoder
from spanbert.model.pretraining import initialize
from spanbert.model.published import load_into, write_folder
from spanbert.storage import sha256_of, verify
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.predict import QuestionAnswerer, predict_file
from spanbert.tasks.qa.train import finetune_qa
from spanbert.tokenizer.subword import load_tokenizer

BRIEF = QAConfig(max_length=48, max_question_pieces=12, window_step=16, epochs=2, batch_size=3)


@pytest.fixture
def settings(squad_file, tokenizer_folder, sizes):
    """Arguments of a short training from fresh weights."""
    return {
        "start": None,
        "tokenizer": tokenizer_folder,
        "model": replace(sizes, vocab_size=1, hidden_dropout=0.1, attention_dropout=0.1),
        "config": replace(BRIEF, train=(str(squad_file),)),
        "seed": 7,
    }


@pytest.fixture
def pretrained(sizes, tokenizer_folder, tmp_path):
    """A stock folder with an encoder alone."""
    encoder = torch.nn.ModuleDict({"encoder": Encoder(sizes)})
    initialize(encoder, 0.1, seed=3)
    folder = tmp_path / "pretrained"
    folder.mkdir()
    write_folder(folder, encoder.state_dict(), sizes, "BertModel", tokenizer_folder)
    return folder


def test_a_tiny_model_learns_eight_questions(settings, squad_file, sizes, tmp_path):
    config = replace(settings["config"], epochs=60, batch_size=8, learning_rate=3e-3)
    told = []
    training = finetune_qa(
        tmp_path / "model", **settings | {"config": config, "model": sizes}, say=told.append
    )
    assert training.num_questions == 8
    assert len(training.curve) == 60
    assert training.curve[-1]["loss"] < 0.1 < training.curve[0]["loss"]
    predict_file(tmp_path / "model", squad_file, tmp_path / "predictions.json")
    scores = score_qa(squad_file, tmp_path / "predictions.json")
    assert (scores["exact_match"], scores["f1"], scores["missing"]) == (100, 100, 0)
    assert told[:2] == ["8 questions, 0 skipped", "8 questions in 8 windows"]


def test_one_seed_gives_one_model(settings, tmp_path):
    seeds = {"a": 7, "b": 7, "c": 8}
    digests = {}
    for name, seed in seeds.items():
        finetune_qa(tmp_path / name, **settings | {"seed": seed})
        digests[name] = sha256_of(tmp_path / name / "model.safetensors")
    assert digests["a"] == digests["b"] != digests["c"]


def test_the_folder_is_stock_and_tells_how_it_was_made(settings, squad_file, tmp_path):
    folder = tmp_path / "model"
    training = finetune_qa(folder, **settings)
    manifest = verify(folder, "model")
    assert manifest.inputs["train_0"] == hashlib.sha256(squad_file.read_bytes()).hexdigest()
    assert manifest.config["seed"] == 7
    assert manifest.counts["num_questions"] == 8
    kept = json.loads((folder / "training.json").read_text())
    assert kept["curve"] == training.curve
    assert (kept["num_windows"], kept["skipped"]) == (training.num_windows, {})
    assert json.loads((folder / "qa_decoding.json").read_text()) == {
        "max_length": 48,
        "window_step": 16,
        "max_question_pieces": 12,
        "num_best": 20,
        "max_answer_pieces": 30,
        "passage_first": False,
        "null_threshold": None,
    }
    theirs, info = BertForQuestionAnswering.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    ours = QuestionAnswerer.load(folder).model
    assert torch.equal(theirs.qa_outputs.weight, ours.qa_outputs.weight)
    text = "Ann bought a red kite"
    ids = AutoTokenizer.from_pretrained(folder)(text, add_special_tokens=False)["input_ids"]
    assert ids == load_tokenizer(folder).encode(text).ids.tolist()


def test_a_start_folder_gives_its_encoder_and_sizes_under_a_fresh_head(
    settings, pretrained, sizes, tmp_path
):
    still = replace(settings["config"], learning_rate=0.0)
    finetune_qa(tmp_path / "model", **settings | {"start": pretrained, "config": still})
    start = QuestionAnsweringModel(sizes)
    assert load_into(start, pretrained) == ["qa_outputs.bias", "qa_outputs.weight"]
    tuned = QuestionAnswerer.load(tmp_path / "model").model
    for name, weight in tuned.encoder.state_dict().items():
        assert torch.equal(weight, start.encoder.state_dict()[name]), name
    assert tuned.qa_outputs.weight.std().item() == pytest.approx(sizes.initializer_range, rel=0.3)
    manifest = verify(tmp_path / "model", "model")
    assert manifest.inputs["start"] == sha256_of(pretrained / "model.safetensors")


def test_a_fine_tuned_model_can_be_started_from_and_its_head_is_not_taken(settings, tmp_path):
    finetune_qa(tmp_path / "first", **settings)
    still = replace(settings["config"], learning_rate=0.0)
    again = settings | {
        "start": tmp_path / "first",
        "config": still,
        "tokenizer": tmp_path / "first",
    }
    finetune_qa(tmp_path / "second", **again)
    first, second = (QuestionAnswerer.load(tmp_path / n).model for n in ("first", "second"))
    assert not torch.equal(first.qa_outputs.weight, second.qa_outputs.weight)
    digest = verify(tmp_path / "first", "model").digest
    assert verify(tmp_path / "second", "model").inputs["start"] == digest
    assert verify(tmp_path / "second", "model").inputs["tokenizer"] == digest


def change_vocabulary(folder, change):
    (folder / "tokenizer.json").unlink()
    entries = (folder / "vocab.txt").read_text().splitlines()
    (folder / "vocab.txt").write_text("\n".join(change(entries)) + "\n")


def swapped(entries):
    return [*entries[:-2], entries[-1], entries[-2]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (swapped, r"first at id \d+: '\S+' in the model's, '\S+' in the tokenizer's"),
        (lambda entries: entries[:-1], r"vocabularies of \d+ and \d+ entries differ"),
        (lambda entries: [*entries, "more"], r"None in the tokenizer's"),
    ],
)
def test_a_start_folder_with_another_vocabulary_is_refused(
    settings, pretrained, tmp_path, change, message
):
    change_vocabulary(pretrained, change)
    with pytest.raises(CheckpointError, match=message) as caught:
        finetune_qa(tmp_path / "model", **settings | {"start": pretrained})
    assert caught.value.exit_code == 4
    assert not (tmp_path / "model").exists()


def test_a_start_folder_without_a_vocabulary_is_compared_by_size(
    settings, sizes, tokenizer_folder, tmp_path
):
    folder = tmp_path / "small"
    folder.mkdir()
    small = replace(sizes, vocab_size=50)
    model = torch.nn.ModuleDict({"encoder": Encoder(small)})
    write_folder(folder, model.state_dict(), small, "BertModel", tmp_path)
    with pytest.raises(CheckpointError, match=r"the model has 50 entries, the tokenizer \d+"):
        finetune_qa(tmp_path / "model", **settings | {"start": folder})


def test_a_start_folder_with_half_an_encoder_is_refused(
    settings, sizes, tokenizer_folder, tmp_path
):
    encoder = torch.nn.ModuleDict({"encoder": Encoder(sizes)}).state_dict()
    half = {name: tensor for name, tensor in encoder.items() if "layers.1" not in name}
    write_folder(tmp_path, half, sizes, "BertModel", tokenizer_folder)
    with pytest.raises(
        CheckpointError, match=r"weights of the encoder are missing, first layers\.1"
    ):
        finetune_qa(tmp_path / "model", **settings | {"start": tmp_path})


def test_lengths_that_the_model_has_no_positions_for_are_refused(settings, pretrained, tmp_path):
    long = replace(settings["config"], max_length=97)
    with pytest.raises(CheckpointError, match=r"96 positions .* 97 .*--set qa\.max_length=96"):
        finetune_qa(tmp_path / "model", **settings | {"start": pretrained, "config": long})


def test_no_training_file_is_refused(settings, tmp_path):
    with pytest.raises(ConfigError, match=r"qa\.train names no file"):
        finetune_qa(tmp_path / "model", **settings | {"config": BRIEF})
    gone = replace(BRIEF, train=(str(tmp_path / "gone.json"),))
    with pytest.raises(DataError, match=r"gone\.json"):
        finetune_qa(tmp_path / "model", **settings | {"config": gone})


def test_what_was_left_out_is_counted_over_all_files(settings, squad_file, tmp_path):
    content = json.loads(squad_file.read_text())
    answers = content["data"][0]["paragraphs"][0]["qas"][0]["answers"]
    answers += [dict(answers[0]) for _ in range(200)]
    answers[5]["answer_start"] += 1
    other = tmp_path / "other.json"
    other.write_text(json.dumps(content))
    both = replace(settings["config"], train=(str(other), str(other)), epochs=1)
    training = finetune_qa(tmp_path / "model", **settings | {"config": both})
    assert training.num_questions == 16
    assert training.skipped == {"answer: not at its answer_start": 2}
    assert verify(tmp_path / "model", "model").counts["answer: not at its answer_start"] == 2
