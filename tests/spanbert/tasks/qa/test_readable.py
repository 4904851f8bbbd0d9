"""Files of questions are refused before anything works with them."""

import pytest
import tiny

from spanbert.config import parse_config
from spanbert.errors import DataError
from spanbert.tasks.qa.readable import require_readable


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_a_file_of_each_split_is_read(split, tmp_path):
    files = dict.fromkeys(("train", "dev", "test"), str(tiny.write_questions(tmp_path)))
    sets = [f'qa.{name}=["{path}"]' for name, path in files.items()]
    require_readable(parse_config("", sets).qa)
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    with pytest.raises(DataError, match=r"broken\.json|SQuAD"):
        require_readable(parse_config("", [*sets, f'qa.{split}=["{broken}"]']).qa)
