"""Entities and noun phrases are where the pipeline says, however texts are cut and shared out."""

import re
import sys

import numpy as np
import pytest
import spacy_rules
import tiny

from spanbert.corpus import annotations
from spanbert.corpus.annotations import Annotator
from spanbert.errors import ConfigError, DependencyError

spacy = pytest.importorskip("spacy")


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return spacy_rules.save_rules(tmp_path_factory.mktemp("rules") / "pipeline")


def found(text, phrases):
    """The obvious way."""
    places = (match.span() for phrase in phrases for match in re.finditer(re.escape(phrase), text))
    return sorted(map(list, places))


NON_NUMERICAL = [text for text, label in spacy_rules.ENTITIES.items() if label != "DATE"]


@pytest.mark.parametrize("num_processes", [1, 2])
def test_spans_are_those_of_the_pipeline_without_numerical_entities(rules, num_processes):
    texts = ["", *tiny.texts(90)]
    annotated = list(Annotator(str(rules), num_processes).annotate(texts))
    assert len(annotated) == len(texts)
    for text, spans in zip(texts, annotated, strict=True):
        assert spans.entities.tolist() == found(text, NON_NUMERICAL)
        assert spans.noun_phrases.tolist() == found(text, spacy_rules.NOUN_PHRASES)


def test_a_text_longer_than_any_pipeline_takes_is_read_in_passages(rules, monkeypatch):
    text = " ".join(tiny.texts(400)) + " Oslo" * 4000
    annotator = Annotator(str(rules))
    monkeypatch.setattr(annotator._nlp, "max_length", annotations._PASSAGE_CHARACTERS)
    (spans,) = annotator.annotate([text])
    assert spans.entities.tolist() == found(text, NON_NUMERICAL)
    assert spans.noun_phrases.tolist() == found(text, spacy_rules.NOUN_PHRASES)
    (spans,) = annotator.annotate(["x" * 35_000])  # no place to cut
    assert len(spans.entities) == 0


def test_noun_chunks_of_a_parse_are_noun_phrases(tmp_path):
    @spacy.Language.component("parse_of_one_sentence", assigns=["token.dep"])
    def parse(doc):
        rows = [("Ann", "nsubj", 1, "PROPN"), ("saw", "ROOT", 1, "VERB")]
        rows += [("the", "det", 3, "DET"), ("river", "dobj", 1, "NOUN")]
        for token, (_, dep, head, pos) in zip(doc, rows, strict=True):
            token.dep_, token.head, token.pos_ = dep, doc[head], pos
        return doc

    nlp = spacy.blank("en")
    nlp.add_pipe("parse_of_one_sentence")
    nlp.to_disk(tmp_path)
    (spans,) = Annotator(str(tmp_path)).annotate(["Ann saw the river"])
    assert spans.noun_phrases.tolist() == [[0, 3], [8, 17]]
    assert len(spans.entities) == 0


def test_of_phrases_that_overlap_the_longest_stays(tmp_path):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": "noun_phrases"})
    ruler.add_patterns(
        [{"label": "NP", "pattern": p} for p in ("old mill", "the old mill", "mill")]
    )
    nlp.to_disk(tmp_path)
    (spans,) = Annotator(str(tmp_path)).annotate(["By the old mill, a mill."])
    assert spans.noun_phrases.tolist() == [[3, 15], [19, 23]]


def test_the_name_holds_the_version(rules):
    assert Annotator(str(rules)).name == "en_pipeline 0.0.0"


def test_a_folder_runs_no_code_of_its_own(rules, tmp_path):
    marker = tmp_path / "was-run"
    for name in ("__init__.py", "code.py", "functions.py"):
        (rules / name).write_text(f"open({str(marker)!r}, 'w')\n")
    list(Annotator(str(rules)).annotate(["Oslo"]))
    assert not marker.exists()


def test_what_is_not_there_is_told_with_its_remedy(tmp_path, monkeypatch):
    with pytest.raises(DependencyError, match="python -m spacy download en_core_web_none"):
        Annotator("en_core_web_none")
    with pytest.raises(ConfigError, match="not a readable spaCy pipeline"):
        Annotator(str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="not a readable spaCy pipeline"):
        Annotator(str(tmp_path))
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigError, match="it has none"):
        Annotator(str(tmp_path / "blank"))
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(DependencyError, match=r"pip install 'spanbert\[annotate\]'"):
        Annotator("en_core_web_sm")


def test_passages_are_the_text(rules):
    text = "A sentence. " * 3000 + "y" * 25_000
    passages = list(annotations._passages(text, "en"))
    assert "".join(passage for _, passage in passages) == text
    lengths = [len(passage) for _, passage in passages]
    assert np.cumsum([0, *lengths])[:-1].tolist() == [offset for offset, _ in passages]
    assert max(lengths) <= annotations._PASSAGE_CHARACTERS


@pytest.mark.parametrize(
    ("language", "second"), [("de", "kam."), ("en", "Oktober"), ("xx", "Oktober")]
)
def test_passages_end_at_sentences_of_the_pipelines_language(
    tmp_path, monkeypatch, language, second
):
    nlp = spacy.blank(language)
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "X", "pattern": "Oktober"}])
    nlp.to_disk(tmp_path)
    monkeypatch.setattr(annotations, "_PASSAGE_CHARACTERS", len("Sie am 3. Oktober k"))
    text = "Sie am 3. Oktober kam."
    begins = [start for start, _ in annotations._passages(text, Annotator(str(tmp_path))._language)]
    assert text[begins[1] :].startswith(second)
    (spans,) = Annotator(str(tmp_path)).annotate([text])
    assert spans.entities.tolist() == [[10, 17]]
