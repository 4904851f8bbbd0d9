"""Fine-tuning with a grid, seeds and a no-answer threshold, and the scores of what comes out."""

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest

from spanbert.errors import ConfigError, DataError
from spanbert.evaluation.qa import score_qa
from spanbert.storage import sha256_of
from spanbert.tasks.config import QAConfig
from spanbert.tasks.qa.evaluate import evaluate_qa
from spanbert.tasks.qa.examples import read_questions
from spanbert.tasks.qa.predict import QuestionAnswerer, predict_file
from spanbert.tasks.qa.train import finetune_qa

LEARNS = QAConfig(
    max_length=48,
    max_question_pieces=12,
    window_step=16,
    epochs=40,
    batch_size=8,
    learning_rate=3e-3,
)


@pytest.fixture
def files(squad_file, tmp_path):
    """The facts; two of them; the facts and as many questions that have no answer there."""
    content = json.loads(squad_file.read_text())
    few, more = json.loads(squad_file.read_text()), json.loads(squad_file.read_text())
    del few["data"][2:]
    for place, article in enumerate(content["data"]):
        other = content["data"][place - 3]["paragraphs"][0]["context"]
        (record,) = article["paragraphs"][0]["qas"]
        record |= {"id": f"none-{place}", "answers": [], "is_impossible": True}
        more["data"].append({"title": "", "paragraphs": [{"context": other, "qas": [record]}]})
    for name, one in (("few", few), ("more", more)):
        (tmp_path / f"{name}.json").write_text(json.dumps(one))
    return {"facts": str(squad_file)} | {n: str(tmp_path / f"{n}.json") for n in ("few", "more")}


@pytest.fixture
def arguments(tokenizer_folder, sizes):
    return {"start": None, "tokenizer": tokenizer_folder, "model": sizes, "seed": 7}


def searched(files):
    return replace(
        LEARNS,
        train=(files["facts"],),
        dev=(files["facts"],),
        test=(files["few"],),
        learning_rates=(1e-9, 3e-3),
        seeds=(7, 8),
        evaluations_per_epoch=1,
        patience=10,
    )


@pytest.fixture
def found(arguments, files, tmp_path):
    config = searched(files)
    folder = tmp_path / "model"
    return config, folder, finetune_qa(folder, **arguments, config=config)


def test_the_best_setting_on_dev_is_published_with_what_the_others_found(found, files):
    _, folder, training = found
    places = [(row["learning_rate"], row["seed"]) for row in training.trainings]
    assert places == [(1e-9, 7), (3e-3, 7), (3e-3, 8)]
    scores = [row["score"] for row in training.trainings]
    assert scores[0] < 60 < min(scores[1:])
    assert max(point["score"] for point in training.dev_curve) == max(scores)
    facts, answers = Path(files["facts"]), folder.parent / "answers.json"
    predict_file(folder, facts, answers)
    assert score_qa(facts, answers)["f1"] == pytest.approx(max(scores))
    kept = json.loads((folder / "training.json").read_text())
    assert kept["trainings"] == training.trainings
    assert [path.name for path in folder.parent.glob("*model*")] == ["model"]


def test_the_result_has_test_and_dev_and_the_spread_over_seeds(found):
    config, folder, training = found
    result = evaluate_qa(folder, config)
    assert (result["split"], result["num_questions"], result["dev"]["num_questions"]) == (
        "test",
        2,
        8,
    )
    own = max(training.trainings, key=lambda row: row["score"])["seed"]
    by_seed = {row["seed"]: row for row in training.seeds}
    assert result["f1"] == by_seed[own]["test"]["f1"]
    assert result["dev"] == by_seed[own]["dev"]
    values = [by_seed[seed]["test"]["f1"] for seed in (7, 8)]
    assert result["seeds"]["n"] == 2
    assert result["seeds"]["f1"] == {"mean": mean(values), "sd": stdev(values)}
    assert [row["id"] for row in result["questions"]] == [
        "What-did-Ann-buy?",
        "Who-sailed-to-Crete?",
    ]
    assert result["curve"] == training.curve
    assert "seeds" not in evaluate_qa(folder, replace(config, test=config.dev))


def test_a_killed_search_trains_only_what_was_not_finished_and_comes_to_the_same(
    found, arguments, tmp_path
):
    config, folder, training = found

    def stop(line):
        if line.startswith("training 3 of 3"):
            raise KeyboardInterrupt

    place = {"config": config, "work": tmp_path / "work"}
    with pytest.raises(KeyboardInterrupt):
        finetune_qa(tmp_path / "again", **arguments, **place, say=stop)
    assert not (tmp_path / "again").exists()
    steps = []
    again = finetune_qa(
        tmp_path / "again", **arguments, **place, log=lambda step, metrics: steps.append(step)
    )
    assert again == training
    weights = [sha256_of(path / "model.safetensors") for path in (folder, tmp_path / "again")]
    assert weights[0] == weights[1]
    assert not (tmp_path / "work").exists()
    first = len(steps) and min(steps)
    assert first > config.patience, "the first two trainings are counted, and not trained again"
    assert max(steps) - first < config.epochs


def best_by_trying(folder, path):
    """The best F1 of any threshold, by scoring the file with each."""
    answerer = QuestionAnswerer.load(folder)
    answerer.null_threshold = None
    predictions = answerer.predictions(read_questions(path, need_answers=False).questions)
    best = 0.0
    for threshold in [-math.inf, *(p.no_answer_margin for p in predictions)]:
        texts = {p.id: p.text if p.no_answer_margin <= threshold else "" for p in predictions}
        (folder.parent / "tried.json").write_text(json.dumps(texts))
        best = max(best, score_qa(path, folder.parent / "tried.json")["f1"])
    return best


def with_whole_contexts_as_answers(path):
    """The same questions; predictions are half right at best."""
    content = json.loads(path.read_text())
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            for record in paragraph["qas"]:
                for answer in record["answers"]:
                    answer |= {"text": paragraph["context"], "answer_start": 0}
    longer = path.with_name("longer.json")
    longer.write_text(json.dumps(content))
    return longer


def test_trap_19_the_threshold_of_the_best_f1_on_dev_goes_with_the_model(
    arguments, files, tmp_path
):
    dev = with_whole_contexts_as_answers(Path(files["more"]))
    config = replace(LEARNS, train=(files["more"],), dev=(str(dev),))
    folder = tmp_path / "model"
    training = finetune_qa(folder, **arguments, config=config)
    kept = json.loads((folder / "qa_decoding.json").read_text())["null_threshold"]
    assert kept == training.null_threshold
    best = best_by_trying(folder, dev)
    assert best > 50, "more than by never answering"
    assert training.trainings[0]["score"] == pytest.approx(best)
    result = evaluate_qa(folder, config)
    assert result["f1"] == pytest.approx(best)
    assert result["exact_match"] <= 50


def test_where_no_answer_at_all_is_best_the_model_gives_none(arguments, files, tmp_path):
    content = json.loads(Path(files["more"]).read_text())
    for article in content["data"]:
        for record in article["paragraphs"][0]["qas"]:
            record |= {"answers": [], "is_impossible": True}
    content["data"].append(json.loads(Path(files["few"]).read_text())["data"][0])
    answered = content["data"][-1]["paragraphs"][0]["qas"][0]
    answered |= {"id": "answered", "answers": [{"text": "nowhere", "answer_start": 0}]}
    none = tmp_path / "none.json"
    none.write_text(json.dumps(content))
    config = replace(LEARNS, epochs=1, train=(files["facts"],), dev=(str(none),))
    training = finetune_qa(tmp_path / "model", **arguments, config=config)
    assert evaluate_qa(tmp_path / "model", config)["f1"] == training.trainings[0]["score"] > 90


def test_dev_files_with_the_same_ids_choose_what_files_with_ids_of_their_own_do(
    arguments, files, tmp_path
):
    dev = with_whole_contexts_as_answers(Path(files["more"]))
    text = dev.read_text().replace('"none-', '"gone-').replace('"id": "W', '"id": "V')
    assert text != dev.read_text()
    (tmp_path / "renamed.json").write_text(text)
    scores = []
    for second in ("longer.json", "renamed.json"):
        config = replace(LEARNS, epochs=10, train=(files["more"],))
        config = replace(config, dev=(files["facts"], str(tmp_path / second)))
        folder = tmp_path / f"by-{second}"
        training = finetune_qa(folder, **arguments, config=config)
        scores.append((training.trainings[0]["score"], training.null_threshold))
    assert scores[0] == scores[1]


def test_without_dev_what_learnt_from_impossible_questions_has_the_official_threshold(
    arguments, files, tmp_path
):
    brief = replace(LEARNS, epochs=1)
    for name, expected in (("more", 0.0), ("facts", None)):
        config = replace(brief, train=(files[name],))
        training = finetune_qa(tmp_path / name, **arguments, config=config)
        assert training.null_threshold == expected
        assert training.trainings[0]["score"] is None
        with pytest.raises(ConfigError, match=r"qa\.dev names no file"):
            evaluate_qa(tmp_path / name, config)


def test_dev_without_answers_is_refused_before_training(arguments, files, tmp_path):
    content = json.loads((tmp_path / "few.json").read_text())
    content["data"][0]["paragraphs"][0]["qas"][0]["answers"] = []
    (tmp_path / "bare.json").write_text(json.dumps(content))
    config = replace(LEARNS, train=(files["facts"],), dev=(str(tmp_path / "bare.json"),))
    told = []
    with pytest.raises(DataError, match=r"bare\.json: question .* has no answer"):
        finetune_qa(tmp_path / "model", **arguments, config=config, say=told.append)
    assert not any("step" in line for line in told)
    assert not (tmp_path / "model").exists()
