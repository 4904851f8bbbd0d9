"""The steps of fine-tuning alone, called as Python one after another."""

import json
from types import SimpleNamespace

import tiny

from components.evaluate_task import evaluate_task
from components.finetune_task import finetune_task
from components.import_start import import_start
from components.write_finetuning_report import write_finetuning_report
from spanbert.config import to_toml
from spanbert.evaluation.scores import read_scores, write_scores
from spanbert.storage import verify


class Artifact(SimpleNamespace):
    """What kfp hands to a component."""

    def log_metric(self, name, value):
        self.metrics[name] = value


def artifact(path):
    return Artifact(path=str(path), metrics={})


def test_a_start_becomes_a_scored_model_with_a_page(start, tmp_path):
    tiny.write_questions(tmp_path)
    changes = ["corpus.sources=[]", f'training.start="{start}"', "qa.evaluations_per_epoch=2"]
    config = tiny.config(tmp_path, *changes)
    common = {"config_toml": to_toml(config), "run_folder": str(tmp_path / "run")}
    names = ("encoder", "task_model", "metrics", "scores", "registration", "results", "page.html")
    made = {name: artifact(tmp_path / name) for name in names}
    import_start.python_func(**common, sources_digest="1", code_digest="2", encoder=made["encoder"])
    assert verify(tmp_path / "encoder", "model").counts["num_parameters"] > 0
    num_steps = finetune_task.python_func(
        **common,
        kind="qa",
        start="pre-trained",
        tokenizer=made["encoder"],
        encoder=made["encoder"],
        task_model=made["task_model"],
    )
    assert num_steps == 10
    curve = (tmp_path / "run" / "work" / "finetune-qa-pre-trained.jsonl").read_text()
    assert [json.loads(line)["step"] for line in curve.splitlines()] == [5, 10]
    evaluate_task.python_func(
        **common,
        kind="qa",
        start="pre-trained",
        task_model=made["task_model"],
        metrics=made["metrics"],
        scores=made["scores"],
    )
    qa = read_scores(tmp_path / "scores")["qa"]
    assert made["metrics"].metrics == {name: qa[name] for name in ("exact_match", "f1")}
    assert (qa["split"], "questions" in qa) == ("dev", False)
    write_scores(
        tmp_path / "registration",
        {"registered": {"name": "spanbert-qa", "version": "1", "alias": "latest-evaluated"}},
    )
    write_finetuning_report.python_func(
        **common,
        encoder=made["encoder"],
        qa_scores=made["scores"],
        qa_registration=made["registration"],
        results=made["results"],
        page=made["page.html"],
    )
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert results["qa"] == [qa]
    assert (
        results["provenance"]["artifacts"]["qa"] == verify(tmp_path / "task_model", "model").digest
    )
    page = (tmp_path / "page.html").read_text()
    assert page == (tmp_path / "run" / "report.html").read_text()
    assert f"F1 is {qa['f1']:.1f} on 24 questions of dev." in page
