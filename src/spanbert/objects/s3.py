"""Objects of an S3-compatible store, by s3fs: one request a call, failures sorted by what helps.

The only file that imports fsspec and what lies below it, when it is first needed. Credentials come
from the standard AWS chain (environment, then files), the endpoint from AWS_ENDPOINT_URL_S3 or
AWS_ENDPOINT_URL; neither is ever an argument.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from spanbert.errors import ConfigError, DependencyError, SpanbertError
from spanbert.objects.retry import MissingObjectError, TransientError, without_credentials

CONNECT_TIMEOUT_S = 5.0
# answers below 500 that say "later" or "it came to me broken"; all others say "never like this"
_LATER = {408, 409, 416, 425, 429}  # 416: the object is shorter than it should be
_BROKEN = {"RequestTimeout", "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "SlowDown"}


class S3Objects:
    """The objects of a bucket whose keys start with a prefix.

    Args:
        root: "bucket" or "bucket/prefix".
        read_timeout_s: seconds without a byte that end a request.
        request_timeout_s: seconds that end a request, even if bytes come.
    """

    def __init__(self, root: str, read_timeout_s: float, request_timeout_s: float) -> None:
        self._root = root
        self._read_timeout_s, self._request_timeout_s = read_timeout_s, request_timeout_s
        self._client: Any = None
        self._client_pid = 0

    def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes of each object at or below `prefix`, by key."""
        found = self._call("find", f"{self._root}/{prefix}".rstrip("/"), detail=True)
        skip = len(self._root) + 1
        return {name[skip:]: int(info["size"]) for name, info in sorted(found.items())}

    def size(self, key: str) -> int:
        """Bytes of an object."""
        return int(self.request("head_object", key)["ContentLength"])

    def read(self, key: str, start: int, end: int) -> bytes:
        """Bytes [start, end) of an object."""
        return self._call("cat_file", f"{self._root}/{key}", start=start, end=end)

    def write(self, key: str, content: bytes) -> None:
        """Make or replace an object: a reader sees the old one or the new."""
        self.request("put_object", key, Body=content)

    def remove(self, key: str) -> None:
        """Remove an object; nothing where it is not."""
        self.request("delete_object", key)

    def begin(self, key: str) -> "MultipartUpload":
        """An object that comes in parts and is there when the last one is."""
        return MultipartUpload(self, key)

    def request(self, method: str, key: str, **arguments: Any) -> Any:
        """The answer to one request of the S3 interface about an object."""
        bucket, _, path = f"{self._root}/{key}".partition("/")
        return self._call("call_s3", method, Bucket=bucket, Key=path, **arguments)

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        with _failures_sorted():
            operation = getattr(self._filesystem(), name)
            return operation(*arguments, timeout=self._request_timeout_s, **named)

    def _filesystem(self) -> Any:
        if self._client_pid != os.getpid():  # its event loop does not live on in a forked process
            self._client = _connect(self._read_timeout_s)
            self._client_pid = os.getpid()
        return self._client


class MultipartUpload:
    """S3's own upload in parts: nothing is listed before `finish`."""

    def __init__(self, objects: S3Objects, key: str) -> None:
        self._objects, self._key = objects, key
        self._id = objects.request("create_multipart_upload", key)["UploadId"]
        self._tag_by_start: dict[int, str] = {}

    def part(self, start: int, content: bytes) -> None:
        """Send `content` for byte `start`; parts come in order."""
        known = [s for s in self._tag_by_start if s < start]
        answer = self._objects.request(
            "upload_part",
            self._key,
            UploadId=self._id,
            PartNumber=len(known) + 1,
            Body=content,
        )
        self._tag_by_start[start] = answer["ETag"]

    def finish(self) -> None:
        """Let the object appear."""
        tags = [tag for _, tag in sorted(self._tag_by_start.items())]
        parts = [{"PartNumber": i, "ETag": tag} for i, tag in enumerate(tags, start=1)]
        self._objects.request(
            "complete_multipart_upload",
            self._key,
            UploadId=self._id,
            MultipartUpload={"Parts": parts},
        )

    def abort(self) -> None:
        """Free what is not finished, if the store can be reached."""
        with contextlib.suppress(TransientError, SpanbertError):
            self._objects.request("abort_multipart_upload", self._key, UploadId=self._id)


def _connect(read_timeout_s: float) -> Any:
    try:
        import fsspec
        import s3fs  # noqa: F401
    except ImportError as error:
        raise DependencyError(
            f"an s3:// URL needs s3fs ({error})", remedy="pip install 'spanbert[s3]'"
        ) from error
    timeouts = {"connect_timeout": CONNECT_TIMEOUT_S, "read_timeout": read_timeout_s}
    filesystem: Any = fsspec.filesystem(
        "s3",
        skip_instance_cache=True,
        use_listings_cache=False,
        config_kwargs={**timeouts, "retries": {"total_max_attempts": 1}},
    )
    filesystem.retries = 1  # ours rule
    return filesystem


@contextlib.contextmanager
def _failures_sorted() -> Iterator[None]:
    try:
        yield
    except SpanbertError:
        raise
    except Exception as error:
        raise _failure(error) from error


def _failure(error: Exception) -> Exception:
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError, NoCredentialsError, PartialCredentialsError
    from botocore.parsers import ResponseParserError

    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        remedy = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
        return ConfigError("no credentials for this store", remedy=remedy)
    answer = getattr(error.__cause__, "response", None)
    if isinstance(answer, dict):
        return _refusal(answer, str(error))
    if isinstance(error, OSError | BotoCoreError | ClientError | ResponseParserError):
        cause = f"{type(error).__name__}: {error}"
        return TransientError(without_credentials(cause))
    return error


def _refusal(answer: dict[str, Any], message: str) -> Exception:
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = answer.get("Error", {}).get("Code", "")
    cause = f"{message} ({code or 'no code'}, HTTP {status})"
    if code == "NoSuchBucket":
        return ConfigError(cause, remedy="create the bucket, or correct the URL")
    if status == 404:
        return MissingObjectError(cause)
    if not 300 <= status < 500 or status in _LATER or code in _BROKEN:
        return TransientError(cause)
    remedy = "check the URL, the AWS credentials, their rights on the bucket, and AWS_REGION"
    return ConfigError(cause, remedy=remedy)
