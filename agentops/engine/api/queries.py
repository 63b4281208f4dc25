"""Query parameters: known ones checked, unknown ones ignored."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from agentops.base.clock import timestamp
from agentops.base.errors import InvalidRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS_MAX = 1000


class Query:
    """The parameters of one request; the last of several with one name counts."""

    def __init__(self, raw: bytes) -> None:
        """Decode the query string; `created_at%5Bgte%5D` and `created_at[gte]` are one name.

        Raises:
            InvalidRequest: it has too many parameters, or one that no text can be.
        """
        try:
            pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
        except ValueError:
            raise InvalidRequest(f"The query has more than {_FIELDS_MAX} parameters.") from None
        self._values = dict(pairs)

    def text(self, name: str) -> str | None:
        """Return a text, or None when it was not sent.

        Raises:
            InvalidRequest: it holds a NUL, which no id or path does.
        """
        value = self._values.get(name)
        if value is not None and "\0" in value:
            raise InvalidRequest(f"{name}: must not contain a NUL character.")
        return value

    def number(self, name: str, *, low: int, high: int) -> int | None:
        """Return a whole number within bounds, or None when it was not sent.

        Raises:
            InvalidRequest: it is not one.
        """
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdecimal() and len(value) <= 18 and low <= int(value) <= high):
            raise InvalidRequest(f"{name}: must be a whole number from {low} to {high}, is {value[:40]!r}.")
        return int(value)

    def flag(self, name: str) -> bool:
        """Return a switch that is off when it was not sent.

        Raises:
            InvalidRequest: it is neither true nor false.
        """
        return self.choice(name, ("true", "false")) == "true"

    def choice(self, name: str, options: tuple[str, ...]) -> str | None:
        """Return one of the options, or None when it was not sent.

        Raises:
            InvalidRequest: it is none of them.
        """
        value = self.text(name)
        if value is not None and value not in options:
            raise InvalidRequest(f"{name}: must be {' or '.join(options)}, is {value[:40]!r}.")
        return value

    def moment(self, name: str) -> str | None:
        """Return a time as the API prints it, or None when it was not sent; one without a zone is UTC.

        Raises:
            InvalidRequest: it is not an RFC 3339 time.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            # A plus sign that was not percent-encoded arrives as a space.
            at = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
            at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise InvalidRequest(f"{name}: must be an RFC 3339 time, is {value[:40]!r}.") from None
        # Nothing is older than the epoch, and years below 1000 would not sort as text.
        return timestamp(max(at, _EPOCH))
