"""Shapes of requests and answers: text is checked here, so that nothing odd comes further."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

Item = TypeVar("Item")


def clean(value: str) -> str:
    """The text itself; NUL and lone surrogates are refused, everything else is kept exactly."""
    if "\x00" in value:
        raise ValueError("The text contains a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("The text contains half of a surrogate pair.") from error
    return value


def text_of(limit: int, *, least: int = 0) -> Any:
    """A type for text of `least` to `limit` characters, kept exactly as written."""
    return Annotated[
        str, StringConstraints(min_length=least, max_length=limit), AfterValidator(clean)
    ]


def line_of(limit: int, *, least: int = 1) -> Any:
    """A type for one trimmed line of `least` to `limit` characters, without control characters."""
    return Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            min_length=least,
            max_length=limit,
            pattern=r"^[^\x00-\x1f\x7f]*$",
        ),
        AfterValidator(clean),
    ]


def _odd(value: Any, depth: int = 0) -> str | None:
    if depth > 20:
        return "The value is nested more than 20 levels deep."
    if isinstance(value, str):
        try:
            clean(value)
        except ValueError as error:
            return str(error)
    if isinstance(value, dict):
        return next((odd for item in value.items() if (odd := _odd(list(item), depth + 1))), None)
    if isinstance(value, list):
        return next((odd for item in value if (odd := _odd(item, depth + 1))), None)
    return None


def _refused(shape: str, field: str, why: str) -> ValidationError:
    """A refusal that names the field, as those of the fields themselves do."""
    error = PydanticCustomError("odd_text", "{why}", {"why": why})
    return ValidationError.from_exception_data(
        shape, [{"type": error, "loc": (field,), "input": None}]
    )


class Shape(BaseModel):
    """A request body: unknown fields are refused, odd text is refused wherever it hides."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_odd_text(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name, value in data.items():
                if odd := _odd(value):
                    raise _refused(cls.__name__, str(name), odd)
        return data


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None = None
