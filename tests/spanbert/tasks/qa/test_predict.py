"""A model folder answers questions; what does not fit is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from spanbert.errors import CheckpointError, ConfigError, DataError, IntegrityError, NumericsError
from spanbert.model.pretraining import initialize
from spanbert.model.published import write_folder
from spanbert.storage import publish
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa import cuts, predict
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.predict import QuestionAnswerer, predict_file, write_decoding

DECODING = QAConfig(max_length=48, max_question_pieces=12, window_step=10, num_best=7)
PAIRS = [
    ("Who sailed?", "In May, Bob sailed to Crete alone, " * 8),
    ("Who?", "Ann."),
    ("Nothing?", " "),
    ("", "The old mill stands by the river."),
]


@pytest.fixture
def model(sizes):
    model = QuestionAnsweringModel(sizes)
    initialize(model, 0.3, seed=5)
    return model


@pytest.fixture
def stock_folder(model, sizes, tokenizer_folder, tmp_path):
    folder = tmp_path / "stock"
    folder.mkdir()
    write_folder(folder, model.state_dict(), sizes, "BertForQuestionAnswering", tokenizer_folder)
    write_decoding(folder, DECODING)
    return folder


def test_answers_stand_in_their_contexts_in_the_order_asked(stock_folder):
    predictions = QuestionAnswerer.load(stock_folder).answer(PAIRS)
    assert [p.id for p in predictions] == ["0", "1", "2", "3"]
    for (_, context), prediction in zip(PAIRS, predictions, strict=True):
        assert prediction.text == context[prediction.start : prediction.end]
    assert predictions[2].text == ""
    assert len(predictions[0].candidates) == DECODING.num_best


def test_an_answer_does_not_depend_on_what_else_is_asked(stock_folder):
    answerer = QuestionAnswerer.load(stock_folder)
    together = answerer.answer(PAIRS)
    for pair, expected in zip(PAIRS, together, strict=True):
        (alone,) = answerer.answer([pair])
        assert (alone.text, alone.start, alone.end) == (expected.text, expected.start, expected.end)
        assert np.isclose(alone.score, expected.score, atol=1e-5)


def test_dropout_is_off_and_no_gradient_is_kept(model, tokenizer):
    model.encoder.embeddings.dropout.p = 0.5
    answerer = QuestionAnswerer(model.train(), tokenizer, DECODING)
    assert answerer.answer(PAIRS) == answerer.answer(PAIRS)
    assert all(p.grad is None for p in model.parameters())


def test_a_folder_without_decoding_settings_uses_the_defaults(stock_folder):
    (stock_folder / "qa_decoding.json").unlink()
    (prediction,) = QuestionAnswerer.load(stock_folder).answer(PAIRS[:1])
    assert len(prediction.candidates) == QAConfig.num_best


def test_a_file_gives_the_official_layout(stock_folder, squad_file, tmp_path):
    output = tmp_path / "new" / "predictions.json"
    assert predict_file(stock_folder, squad_file, output) == 8
    texts = json.loads(output.read_text())
    ids = [p["paragraphs"][0]["qas"][0]["id"] for p in json.loads(squad_file.read_text())["data"]]
    assert list(texts) == ids
    assert all(isinstance(text, str) for text in texts.values())


def test_a_published_folder_is_verified(stock_folder, tmp_path):
    folder = tmp_path / "published"
    with publish(folder, "model") as draft:
        for path in stock_folder.iterdir():
            (draft.folder / path.name).write_bytes(path.read_bytes())
    assert QuestionAnswerer.load(folder).answer(PAIRS[1:2])[0].id == "0"
    (folder / "vocab.txt").write_text("[PAD]\n")
    with pytest.raises(IntegrityError, match=r"vocab\.txt"):
        QuestionAnswerer.load(folder)


def test_an_artifact_of_another_kind_is_refused(tmp_path):
    with publish(tmp_path / "shards", "shards"):
        pass
    with pytest.raises(DataError, match="not model"):
        QuestionAnswerer.load(tmp_path / "shards")


def test_a_model_without_the_head_is_refused(model, sizes, tokenizer_folder, tmp_path):
    encoder = {n: t for n, t in model.state_dict().items() if n.startswith("encoder.")}
    write_folder(tmp_path, encoder, sizes, "BertModel", tokenizer_folder)
    with pytest.raises(CheckpointError, match=r"2 weights .* first qa_outputs\.bias"):
        QuestionAnswerer.load(tmp_path)


def test_no_model_folder_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="not a Hugging Face model folder"):
        QuestionAnswerer.load(tmp_path / "none")


def test_settings_of_an_older_model_are_read(stock_folder):
    path = stock_folder / "qa_decoding.json"
    kept = json.loads(path.read_text())
    del kept["passage_first"], kept["null_threshold"]
    path.write_text(json.dumps(kept))
    answerer = QuestionAnswerer.load(stock_folder)
    assert answerer.null_threshold is None
    assert answerer.answer(PAIRS) == QuestionAnswerer.load(stock_folder).answer(PAIRS)


def test_the_threshold_and_the_order_of_both_parts_are_kept_with_the_model(stock_folder):
    before = QuestionAnswerer.load(stock_folder).answer(PAIRS[:2])
    write_decoding(stock_folder, replace(DECODING, passage_first=True), null_threshold=-99.0)
    answerer = QuestionAnswerer.load(stock_folder)
    found = answerer.answer(PAIRS[:2])
    assert [p.text for p in found] == ["", ""]
    assert answerer.features([Question("q", "Who?", "Ann.")]).first_pieces.tolist() == [1]
    assert all(a.null_score != b.null_score for a, b in zip(found, before, strict=True))


LONG = " ".join(f"In {1500 + i}, Zoë ({i}) sailed\nto Crete, alone." for i in range(60))


@pytest.mark.parametrize("passage_first", [False, True])
def test_a_long_context_read_in_parts_gives_what_it_gives_whole(
    model, tokenizer, passage_first, monkeypatch
):
    config = replace(DECODING, passage_first=passage_first, window_step=29)  # for one the room
    asked = ["Who?", "Who sailed to Crete, and when was it that he sailed?", "", "Where?"]
    questions = [Question(str(i), text, LONG) for i, text in enumerate(asked)]
    answerer = QuestionAnswerer(model, tokenizer, config, null_threshold=0.5)
    whole = answerer.predictions(questions)
    monkeypatch.setattr(predict, "_LONG_CHARACTERS", 100)
    monkeypatch.setattr(predict, "_QUESTIONS_AT_ONCE", 3)
    for part_characters in (1, 50, 700):
        monkeypatch.setattr(cuts, "PART_CHARACTERS", part_characters)
        for found, expected in zip(answerer.predictions(questions), whole, strict=True):
            assert found.id == expected.id
            assert (found.text, found.start, found.end) == (
                expected.text,
                expected.start,
                expected.end,
            )
            assert found.null_score == pytest.approx(expected.null_score, abs=1e-4)
            assert found.probability == pytest.approx(expected.probability, abs=1e-4)
            offsets = [c[:3] for c in found.candidates]
            assert offsets == [c[:3] for c in expected.candidates]
            assert all(LONG[start:end] == text for text, start, end in offsets)


def test_questions_about_long_and_short_contexts_come_back_in_order(model, tokenizer, monkeypatch):
    monkeypatch.setattr(predict, "_LONG_CHARACTERS", 200)
    monkeypatch.setattr(predict, "_CHARACTERS_AT_ONCE", 300)
    contexts = [LONG, "Ann.", "Bob sailed. " * 9, LONG, LONG, LONG[7:], "Zoë.", ""]
    questions = [Question(f"q{i}", "Who?", context) for i, context in enumerate(contexts)]
    answerer = QuestionAnswerer(model, tokenizer, DECODING)
    stream = answerer.stream(iter(questions))
    found = [next(stream)]
    found += stream
    assert [p.id for p in found] == [q.id for q in questions]
    for question, prediction in zip(questions, found, strict=True):
        assert prediction.text == question.context[prediction.start : prediction.end]
        (alone,) = answerer.predictions([question])
        assert (alone.text, alone.start) == (prediction.text, prediction.start)


def test_a_text_without_white_space_and_one_without_anything_are_answered(model, tokenizer):
    answerer = QuestionAnswerer(model, tokenizer, DECODING)
    (found,) = answerer.about_text([Question("q", "Who?", "")], ["漢字" * 40_000])
    assert found.text == ("漢字" * 40_000)[found.start : found.end] != ""
    (found,) = answerer.about_text([Question("q", "Who?", "")], [])
    assert (found.text, found.candidates) == ("", ())


@pytest.mark.parametrize("text", ["{", "[]", '{"max_length": 48}', '{"max_length": "long"}'])
def test_broken_decoding_settings_are_refused(stock_folder, text):
    (stock_folder / "qa_decoding.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"qa_decoding\.json: decoding settings"):
        QuestionAnswerer.load(stock_folder)


def test_scores_that_are_not_finite_are_refused(model, tokenizer):
    with torch.no_grad():
        model.qa_outputs.weight[0, 0] = torch.nan
    with pytest.raises(NumericsError, match="question '0'"):
        QuestionAnswerer(model, tokenizer, DECODING).answer(PAIRS[:1])


@pytest.mark.parametrize(
    "change",
    [
        {"max_length": 4096},
        {"max_length": 32.5},
        {"null_threshold": float("nan")},
        {"passage_first": 1},
    ],
)
def test_decoding_settings_that_do_not_fit_are_refused(stock_folder, change):
    path = stock_folder / "qa_decoding.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match=next(iter(change))):
        QuestionAnswerer.load(stock_folder)


def test_no_file_of_a_call_takes_the_place_of_another(stock_folder, squad_file, tmp_path):
    before = squad_file.read_bytes()
    with pytest.raises(ConfigError, match="the same"):
        predict_file(stock_folder, squad_file, squad_file)
    with pytest.raises(ConfigError, match="the same"):
        predict_file(
            stock_folder, squad_file, tmp_path / "a", odds_file=tmp_path / "x" / ".." / "a"
        )
    assert squad_file.read_bytes() == before
    assert not (tmp_path / "a").exists()


def test_what_is_left_out_of_a_file_is_told(stock_folder, tmp_path):
    line = {"question": "Who?", "context": "Ann sang."}
    rows = [line | {"id": str(n)} for n in range(200)] + [line | {"id": "half \ud800"}]
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = []
    assert predict_file(stock_folder, lines, tmp_path / "answers.json", say=told.append) == 200
    assert len(told) == 1
    assert "lines.jsonl: 1 left out" in told[0]
