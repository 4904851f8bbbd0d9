"""A failure crosses a process boundary with its message and exit code."""

from spanbert.errors import DataError, SpanbertError
from spanbert.failures import take_failure, write_failure


def test_a_failure_is_taken_once_with_code_and_message(tmp_path):
    error = DataError("bad row", place="a.txt:3", remedy="mend it")
    write_failure(tmp_path, error)
    taken = take_failure(tmp_path)
    assert (str(taken), taken.exit_code) == (str(error), 3)
    assert take_failure(tmp_path) is None


def test_a_message_is_one_line_with_cause_place_and_remedy():
    told = str(SpanbertError("two\nlines", place="here", remedy="do this"))
    assert told == "here: two lines -> do this"
