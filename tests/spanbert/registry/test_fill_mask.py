"""The registered encoder answers with what the filler finds, as plain JSON."""

import json
from dataclasses import asdict, replace

import pandas as pd
import pytest

from spanbert.model.published import write_folder
from spanbert.registry.fill_mask import _load_pyfunc
from spanbert.registry.refusals import RequestError
from spanbert.registry.signatures import SIGNATURES
from spanbert.tasks.fill import MaskFiller
from spanbert.tokenizer.subword import load_tokenizer
from spanbert.training.worker import build_model


def test_rows_are_filled_as_plain_json(artifacts, tmp_path):
    vocab_size = load_tokenizer(artifacts.tokenizer).vocab_size
    state = build_model(artifacts.config, vocab_size).state_dict()
    sizes = replace(artifacts.config.model, vocab_size=vocab_size)
    write_folder(tmp_path, state, sizes, "BertForMaskedLM", artifacts.tokenizer)
    texts = ["Ann [MASK] it.", "The [MASK] [MASK] near Oslo."]
    model, filler = _load_pyfunc(str(tmp_path)), MaskFiller.load(tmp_path)
    answers = model.predict(pd.DataFrame({"text": texts}))
    assert json.loads(json.dumps(answers)) == [asdict(filler.fill(text)) for text in texts]
    assert list(answers[0]) == SIGNATURES["encoder"].outputs.input_names()
    with pytest.raises(RequestError, match="lacks text"):
        model.predict([{"question": "Where?"}])
    with pytest.raises(RequestError, match="no \\[MASK\\] in the text"):
        model.predict([{"text": "Ann painted it."}])
    with pytest.raises(RequestError, match="2 rows, but max_rows = 1"):
        _load_pyfunc(str(tmp_path), {"max_rows": 1}).predict(pd.DataFrame({"text": texts}))
    with pytest.raises(RequestError, match="longer than 1e-09 s"):
        _load_pyfunc(str(tmp_path), {"timeout_s": 1e-9}).predict(pd.DataFrame({"text": texts}))
