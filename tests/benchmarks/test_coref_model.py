"""The plain coreference model comes to our links, and others are refused."""

import pytest
import torch

from benchmarks import coref_model, ours
from benchmarks.peers.coref_model import CorefModel
from benchmarks.workload import TOY, Plan, synthetic_texts


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    plan = Plan("toy", tmp_path_factory.mktemp("coref"))
    texts = synthetic_texts(300)
    documents = ours.write_documents(texts, plan.new_folder())
    folder = ours.train_wordpiece(documents, plan.new_folder(), plan.vocab_size)
    tokenizer, sizes = ours.tokenizer_in(folder), coref_model._TOY_SIZES
    own = ours.Resolving(TOY, tokenizer, sizes, coref_model._TOY_LENGTH, coref_model._SPREAD)
    peer = CorefModel(TOY, tokenizer.vocab_size, sizes).eval()
    peer.load(own.published_state())
    return own, peer, own.read(texts[0])


def test_both_sides_come_to_the_same_links(sides):
    own, peer, document = sides
    coref_model._require_same_links(own.resolve(document), peer(own.plain(document)))


def test_every_weight_of_the_peer_matters_and_another_link_is_refused(sides):
    own, peer, document = sides
    expected = peer(own.plain(document))
    for name, weight in peer.named_parameters():
        if name.startswith(("pair.0", "coarse.w", "mention.0")):
            before = weight.detach().clone()
            torch.nn.init.normal_(weight, std=1.0)
            found = peer(own.plain(document))
            weight.data.copy_(before)
            assert found != expected, name
            with pytest.raises(AssertionError, match="not the same"):
                coref_model._require_same_links(found, expected)


def test_the_benchmark_runs(tmp_path):
    (figure,) = coref_model.measure(Plan("toy", tmp_path))
    assert len(figure.values) == 2
    assert figure.bound == 2.0
