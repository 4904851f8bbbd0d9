"""`spanbert evaluate pretraining` on a text file equals the evaluation inside a run."""

import tiny

from spanbert.evaluation.held_out_file import evaluate_file
from spanbert.model.published import write_folder
from spanbert.shards.config import ShardsConfig
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model


def test_a_text_file_is_scored_with_its_masking_and_seed(artifacts, tmp_path):
    from dataclasses import replace

    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    sizes = replace(artifacts.config.model, vocab_size=vocab_size)
    state = build_model(artifacts.config, vocab_size).state_dict()
    model, text = tmp_path / "model", tmp_path / "text.txt"
    model.mkdir()
    write_folder(model, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    text.write_text("\n\n".join(tiny.texts(12, seed=9)))
    wide = replace(artifacts.config.model, max_positions=512)
    roomy = replace(artifacts.config, model=wide, shards=ShardsConfig(max_pieces=510))
    found = evaluate_file(model, text, roomy, tmp_path / "scratch")
    assert found["num_tokens"] > 50
    assert found["mask_seed"] == artifacts.config.run.seed
    assert found["masking"]["mask_rate"] == 0.15
    assert 0 < found["unigram_entropy"] < found["mlm_loss"]
