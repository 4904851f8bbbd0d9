"""Schedules that KFP takes are taken, and those that it would misread or refuse are refused."""

import pytest

from pipelines.schedule import require_cron
from spanbert.errors import ConfigError


@pytest.mark.parametrize(
    "expression",
    [
        "0 0 3 * * *",
        "0 */15 * * * ?",
        "0,30 0 9-17/2 1,15 JAN-mar mon",
        "59 59 23 31 12 6",
        "0 5/10 0 1 1 0",
    ],
)
def test_what_kfp_takes_is_taken(expression):
    assert require_cron(expression) == expression


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "six fields"),
        ("0 3 * * *", "six fields"),
        ("@every 1h", "six fields"),
        ("60 0 3 * * *", "'60' is no second"),
        ("0 60 3 * * *", "'60' is no minute"),
        ("0 0 24 * * *", "'24' is no hour"),
        ("0 0 3 0 * *", "'0' is no day"),
        ("0 0 3 * 13 *", "'13' is no month"),
        ("0 0 3 * * 7", "'7' is no weekday"),
        ("0 0 3 * * JAN", "'JAN' is no weekday"),
        ("0 0 17-9 * * *", "'17-9' is no hour"),
        ("0 0 3, * * *", "'3,' is no hour"),
        ("0 */0 * * * *", "'*/0' is no minute"),
        ("0 *5 * * * *", "'*5' is no minute"),
        ("0 ٣ * * * *", "'٣' is no minute"),
    ],
)
def test_what_is_no_time_is_told_with_its_field(expression, told):
    with pytest.raises(ConfigError, match=r"^--every: ") as refused:
        require_cron(expression)
    assert told in str(refused.value)
