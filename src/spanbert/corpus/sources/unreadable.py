"""Why input cannot be used, while it is on its way to becoming a `Rejected`."""


class Unreadable(Exception):
    """The input cannot be used from `byte_offset` on, or the record there cannot.

    Reasons: undecodable (not UTF-8), not_utf8 (another encoding, by its byte order mark or its NUL
    bytes), not_json, not_an_object, not_csv, not_a_document, duplicate_key, too_deep, no_text (the
    field is missing), not_a_string, too_long, truncated_file, corrupt_file, encrypted,
    nested_archive, unknown_format, too_many_members.
    """

    def __init__(self, reason: str, byte_offset: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.byte_offset = reason, byte_offset
