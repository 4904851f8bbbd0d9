"""When a recurring run starts: a schedule as KFP takes it, of six fields, the first one seconds."""

import re
from dataclasses import dataclass

from spanbert.errors import ConfigError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ITEM = re.compile(r"(?:[*?]|(\w+)(?:-(\w+))?)(?:/([1-9][0-9]?))?", re.ASCII)  # *, 3, 1-5, */10


@dataclass(frozen=True)
class _Field:
    """One field of a schedule; its names stand for numbers from the least on."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 6, _WEEKDAYS),
)


def require_cron(expression: str) -> str:
    """A schedule that KFP takes; with five fields, it would read the minutes as seconds.

    Raises:
        ConfigError: a field is missing or is no time.
    """
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        names = " ".join(field.name for field in _FIELDS)
        raise _refusal(f"{expression!r} has not six fields: {names}")
    for text, field in zip(fields, _FIELDS, strict=True):
        if not all(_is_item(item, field) for item in text.upper().split(",")):
            rule = f"{field.name} of a schedule, which is {field.least} to {field.most}"
            raise _refusal(f"{text!r} is no {rule}")
    return expression


def _is_item(item: str, field: _Field) -> bool:
    """Whether it is all times, one, or a range that does not go backward; each with a step."""
    match = _ITEM.fullmatch(item)
    if not match:
        return False
    ends = [_number(word, field) for word in match.groups()[:2] if word]
    return all(field.least <= end <= field.most for end in ends) and ends == sorted(ends)


def _number(word: str, field: _Field) -> int:
    """What a word stands for; -1 where it is neither a number nor a name."""
    if word in field.names:
        return field.least + field.names.index(word)
    return int(word) if word.isdigit() else -1


def _refusal(cause: str) -> ConfigError:
    remedy = "for example --every '0 0 3 * * *', each night at three"
    return ConfigError(cause, place="--every", remedy=remedy)
