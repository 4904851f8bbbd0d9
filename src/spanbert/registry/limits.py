"""What a request to a registered model may hold and take: rows, characters, seconds.

The defaults are written into a model's MLmodel file when it is registered, where MLflow lets them
be set anew wherever the model is loaded (docs/serving.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from spanbert.errors import ConfigError


@dataclass(frozen=True)
class Limits:
    """The most that one request may hold, and take."""

    max_rows: int = 64  # questions, texts or sentences
    max_text_characters: int = 500_000  # of one question, context or text: 150 pages
    max_request_characters: int = 1_000_000  # of all texts together
    timeout_s: float = 30.0  # below the 60 s after which MLflow answers, and works on unheard

    @classmethod
    def of(cls, settings: Mapping[str, Any] | None) -> "Limits":
        """The limits that a model was loaded with; the defaults where it was given none.

        Raises:
            ConfigError: a name is not known, or a value is not positive or of another kind.
        """
        given = settings or {}
        if unknown := given.keys() - {field.name for field in fields(cls)}:
            raise _refused(f"no limit is called {', '.join(sorted(unknown))}")
        return cls(**{name: _number(name, value) for name, value in given.items()})


def _number(name: str, value: Any) -> Any:
    kind = type(getattr(Limits, name))  # of the default
    is_number = isinstance(value, int | kind) and not isinstance(value, bool)
    if not (is_number and value > 0):
        raise _refused(f"{name} = {value!r} is not a positive {kind.__name__}")
    return kind(value)


def _refused(cause: str) -> ConfigError:
    return ConfigError(cause, remedy="correct MLFLOW_PYFUNC_INFERENCE_CONFIG or model_config")
