"""Small documents with clusters, and settings of a coreference model that fits them."""

import random

import torch

from spanbert.model.pretraining import initialize
from spanbert.tasks.config import CorefConfig
from spanbert.tasks.coref.document import CorefDocument, genre_of
from spanbert.tasks.coref.model import CorefModel
from spanbert.tasks.coref.writing import write_conll, write_json_lines

WORDS = ["Ann", "bought", "a", "red", "kite", "in", "Oslo", ".", "Bob", "sailed", "to", "Crete"]
WORDS += ["alone", "It", "was", "built", "after", "fire"]
NAMES = ("", "Ann", "Bob")

TINY = CorefConfig(
    segment_length=16,
    max_training_segments=3,
    max_span_width=8,
    span_ratio=0.4,
    max_antecedents=12,
    ffnn_size=16,
    feature_size=4,
    head_dropout=0.0,
)


def made_up(seed, num_sentences=6, name="nw/made_up_0"):
    """A document of random words whose mentions nest but do not cross."""
    chance = random.Random(seed)
    sentences = tuple(
        tuple(chance.choice(WORDS) for _ in range(chance.randint(1, 9)))
        for _ in range(num_sentences)
    )
    speakers = tuple((chance.choice(NAMES),) * len(words) for words in sentences)
    mentions, first = [], 0
    for words in sentences:
        for _ in range(2):
            start = first + chance.randrange(len(words))
            end = min(first + len(words), start + chance.choice((1, 1, 2, 3)))
            if not any(s < start < e < end or start < s < end < e for s, e in mentions):
                mentions.append((start, end))
        first += len(words)
    groups = {}
    for mention in dict.fromkeys(mentions):
        groups.setdefault(chance.randrange(3 + len(mentions) // 5), []).append(mention)
    clusters = tuple(tuple(sorted(group)) for group in groups.values())
    return CorefDocument(name, sentences, speakers, clusters, genre_of(name))


def fresh_model(sizes, config, seed=5, spread=0.1):
    """A model with random weights that differ enough to be told apart, without dropout."""
    model = CorefModel(sizes, config)
    initialize(model, spread, seed)
    for index, parameter in enumerate(model.coref_head.parameters()):
        if parameter.ndim == 1:  # biases begin at 0, where a wrong one would not be seen
            generator = torch.Generator().manual_seed(index)
            torch.nn.init.normal_(parameter, std=spread, generator=generator)
    return model


PEOPLE = {"Ann": "She", "Bob": "He", "Oslo": "It"}
DEEDS = ["sailed to Crete", "bought a red kite", "was built after fire", "came alone"]


def story(seed, name="made_up_0"):
    """A document that a model can learn: each pronoun stands for the last name of its kind."""
    chance = random.Random(seed)
    sentences, clusters, first = [], {}, 0
    for person in chance.choices(list(PEOPLE), k=6):
        mention = PEOPLE[person] if person in clusters else person
        words = [mention, *chance.choice(DEEDS).split(), "."]
        clusters.setdefault(person, []).append((first, first + 1))
        sentences.append(tuple(words))
        first += len(words)
    speakers = tuple(("",) * len(words) for words in sentences)
    own = tuple(tuple(cluster) for cluster in clusters.values())
    return CorefDocument(name, tuple(sentences), speakers, own)


def write_stories(path, number=6, first=0):
    """A file of such documents, with their clusters of one mention."""
    documents = [story(first + n, f"story_{n}") for n in range(number)]
    write = write_json_lines if path.suffix == ".jsonl" else write_conll
    write(documents, path)
    return path
