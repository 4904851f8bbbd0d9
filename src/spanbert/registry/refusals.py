"""A request that is not answered -> one line for the client, without what the request held.

MLflow sends any other exception with its stack trace, and repeats the request in the message of its
own: both may tell a client, or whoever reads the answer on its way, more than they should know.
"""

import contextlib
import json
from collections.abc import Iterator

from mlflow import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST, DEADLINE_EXCEEDED, INTERNAL_ERROR

from spanbert.errors import ConfigError, DataError, SpanbertError


class RequestError(MlflowException):
    """A request is not answered; the client gets status, code and this message alone."""

    def __init__(self, message: str, error_code: int) -> None:
        super().__init__(message, error_code)
        self._told = message

    def serialize_as_json(self) -> str:
        """What the server sends; `message` itself is rewritten by it to hold the request."""
        return json.dumps({"error_code": self.error_code, "message": self._told})


def late(timeout_s: float) -> RequestError:
    """Of a request that takes too long: status 504."""
    told = f"the request took longer than {timeout_s:g} s -> send fewer questions or shorter texts"
    return RequestError(told, DEADLINE_EXCEEDED)


@contextlib.contextmanager
def told_to_client() -> Iterator[None]:
    """Errors of this package as answers: status 400 where the request is to blame, else 500."""
    try:
        yield
    except (ConfigError, DataError) as error:
        raise RequestError(str(error), BAD_REQUEST) from error
    except SpanbertError as error:
        raise RequestError(str(error), INTERNAL_ERROR) from error
