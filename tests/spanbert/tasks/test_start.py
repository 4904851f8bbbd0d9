"""Fresh weights under those of a start: what the start has is its own, all else is fresh."""

from dataclasses import replace

import torch

from spanbert.model.encoder import Encoder
from spanbert.model.packing import Packing
from spanbert.model.published import write_folder
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.start import started


def test_entries_behind_those_of_the_start_stay_fresh(sizes, tokenizer_folder, tmp_path):
    encoder = torch.nn.ModuleDict({"encoder": Encoder(sizes)})
    write_folder(tmp_path, encoder.state_dict(), sizes, "BertModel", tokenizer_folder)
    larger = replace(sizes, vocab_size=sizes.vocab_size + 3)
    model = started(QuestionAnsweringModel(larger), tmp_path, seed=1)
    fresh = started(QuestionAnsweringModel(larger), None, seed=1)
    expected = encoder["encoder"].state_dict()
    for name, weight in model.encoder.state_dict().items():
        own = expected[name]
        assert torch.equal(weight[: len(own)], own), name
    words, others = (one.encoder.embeddings.word.weight for one in (model, fresh))
    assert words.requires_grad
    assert torch.equal(words[-3:], others[-3:])
    assert torch.equal(model.qa_outputs.weight, fresh.qa_outputs.weight)
    model.encoder(torch.tensor([larger.vocab_size - 1]), Packing((1,)))
