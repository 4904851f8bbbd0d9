"""A model that meets an extended vocabulary: new rows are means, the rest is as it was."""

import layouts
import pytest
import torch
import transformers

from spanbert.errors import CheckpointError
from spanbert.model.importing.artifact import import_folder
from spanbert.model.importing.extended import extended_state
from spanbert.model.published import load_pretraining_model
from spanbert.objectives.config import ObjectiveConfig
from spanbert.tokenizer.artifact import build_tokenizer, extend_on_documents
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.extension import Extension, read_extension
from spanbert.tokenizer.subword import load_tokenizer

WORDS = "encoder.embeddings.word.weight"
BY_ENTRY = {WORDS, "masked_token_head.bias", "span_boundary_head.bias"}
SBO = ObjectiveConfig(sbo_position_size=8)


@pytest.fixture(scope="module")
def vocabularies(artifacts, tmp_path_factory):
    """A coarse vocabulary of the tiny documents, and the same with four of their words."""
    folder = tmp_path_factory.mktemp("vocabularies")
    config = TokenizerConfig(vocab_size=200)
    build_tokenizer(artifacts.documents, folder / "old", config)
    extend_on_documents(artifacts.documents, folder / "old", folder / "new", num_pieces=4)
    return folder / "old", folder / "new"


@pytest.fixture(scope="module")
def models(vocabularies, tmp_path_factory):
    """A model with its own vocabulary, and the same made for the extended one."""
    folder = tmp_path_factory.mktemp("models")
    old, new = vocabularies
    theirs = layouts.bert("BertForMaskedLM", vocab_size=load_tokenizer(old).vocab_size)
    theirs.save_pretrained(folder / "theirs")
    import_folder(folder / "theirs", folder / "old", tokenizer=old, objective=SBO)
    report = import_folder(folder / "old", folder / "new", tokenizer=new, objective=SBO)
    assert "4 new entries begin as the means of their old pieces" in report.notes
    return folder / "old", folder / "new"


def states(models):
    return tuple(load_pretraining_model(folder).state_dict() for folder in models)


def test_every_old_weight_keeps_its_bits(models, vocabularies):
    old, new = states(models)
    size = load_tokenizer(vocabularies[0]).vocab_size
    assert old.keys() == new.keys()
    for name in old:
        kept = new[name][:size] if name in BY_ENTRY else new[name]
        assert torch.equal(kept, old[name]), name


def test_new_rows_and_biases_are_the_means_of_their_old_pieces(models, vocabularies):
    old, new = states(models)
    extension = read_extension(vocabularies[1])
    for name in BY_ENTRY:
        assert len(new[name]) == extension.size
        for i, ids in enumerate(extension.pieces, start=extension.base_size):
            mean = sum(old[name][k].double() for k in ids) / len(ids)
            torch.testing.assert_close(new[name][i].double(), mean)


def test_text_without_new_words_has_the_same_hidden_states(models):
    ids = torch.randint(5, 150, (3, 20), generator=torch.Generator().manual_seed(0))
    old, new = (load_pretraining_model(folder) for folder in models)
    with torch.no_grad():
        hidden = [layouts.hidden_states(model.encoder, ids) for model in (old, new)]
        logits = [layouts.token_logits(model, ids) for model in (old, new)]
    assert torch.equal(*hidden)
    torch.testing.assert_close(logits[1][..., : logits[0].shape[-1]], logits[0])


def test_a_new_word_is_scored_as_the_mean_of_its_pieces(models, vocabularies):
    model, extension = load_pretraining_model(models[1]), read_extension(vocabularies[1])
    ids = torch.randint(5, 150, (1, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        logits = layouts.token_logits(model, ids)[0]
    for i, pieces in enumerate(extension.pieces, start=extension.base_size):
        torch.testing.assert_close(logits[:, i], logits[:, list(pieces)].mean(-1))
        assert (logits[:, i] <= logits[:, list(pieces)].amax(-1) + 1e-5).all()


def test_other_libraries_load_the_grown_model(models, vocabularies):
    stock = transformers.BertForMaskedLM.from_pretrained(models[1]).eval()
    size = load_tokenizer(vocabularies[1]).vocab_size
    ids = torch.arange(5, size)[None, -30:]
    with torch.no_grad():
        ours = layouts.token_logits(load_pretraining_model(models[1]), ids)
        torch.testing.assert_close(stock(input_ids=ids).logits, ours, atol=1e-4, rtol=1e-4)


def test_a_model_that_has_the_new_entries_is_taken_as_it_is(models, vocabularies, tmp_path):
    report = import_folder(models[1], tmp_path / "again", tokenizer=vocabularies[1])
    assert report.notes == ()
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (
        models[1] / "model.safetensors"
    ).read_bytes()


def test_a_model_without_a_head_grows_by_its_embeddings_alone():
    state = {WORDS: torch.arange(6.0).view(3, 2), "other": torch.ones(3)}
    grown = extended_state(state, Extension("", 3, ((0, 2), (1,))))
    assert torch.equal(grown[WORDS][3:], torch.tensor([[2.0, 3.0], [2.0, 3.0]]))
    assert torch.equal(grown["other"], torch.ones(3))


def test_an_extension_of_another_vocabulary_is_refused(artifacts, models, tmp_path):
    """Of the same size, so that the model's own vocabulary must tell."""
    config = TokenizerConfig(vocab_size=200, sample_characters=2_000)
    other = build_tokenizer(artifacts.documents, tmp_path / "other", config)
    assert other.vocab_size == load_tokenizer(models[0]).vocab_size
    extend_on_documents(artifacts.documents, tmp_path / "other", tmp_path / "more", num_pieces=3)
    with pytest.raises(CheckpointError, match="extends another vocabulary"):
        import_folder(models[0], tmp_path / "out", tokenizer=tmp_path / "more")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [89, 250])
def test_an_extension_of_another_size_is_refused(vocabularies, size, tmp_path):
    layouts.bert("BertForMaskedLM", vocab_size=size).save_pretrained(tmp_path / "theirs")
    with pytest.raises(CheckpointError, match=f"the model's has {size}"):
        import_folder(tmp_path / "theirs", tmp_path / "out", tokenizer=vocabularies[1])


def test_a_larger_vocabulary_that_is_no_extension_is_refused(artifacts, models, tmp_path):
    with pytest.raises(CheckpointError, match="entries, the tokenizer"):
        import_folder(models[0], tmp_path / "out", tokenizer=artifacts.tokenizer)
