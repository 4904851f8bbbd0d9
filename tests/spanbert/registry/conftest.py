"""A model to register; each file of tests makes its own."""

import pytest
import tiny

from spanbert.tasks.qa.train import finetune_qa


@pytest.fixture(scope="module")
def qa_folder(artifacts, tmp_path_factory):
    """A fine-tuned question answering model."""
    folder = tmp_path_factory.mktemp("fine-tuned") / "qa"
    finetune_qa(
        folder,
        start=None,
        tokenizer=artifacts.tokenizer,
        model=tiny.config(folder.parent).model,
        config=artifacts.config.qa,
        seed=1,
    )
    return folder
