"""The page of traps names tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "traps.md"


def test_every_trap_has_a_test_that_exists_or_a_reason():
    rows = re.findall(r"^\| (\d+) \| .* \| (.*) \|$", PAGE.read_text(), flags=re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 28))
    for number, proof in rows:
        names = re.findall(r"`([\w/]+\.py)::(\w+)`", proof)
        assert names or proof.startswith(("none", "not yet")), f"trap {number}"
        for file, name in names:
            assert f"def {name}(" in (TESTS / "spanbert" / file).read_text(), name
