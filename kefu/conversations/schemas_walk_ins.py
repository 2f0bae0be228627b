"""Shapes of walk-ins."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from kefu.conversations.schemas_labels import Line, Text, Title
from kefu.core.shapes import Shape


class NewPerson(Shape):
    name: Title
    phone: Line | None = None
    email: Line | None = None


class WalkInBody(Shape):
    """Either `customer` or `person`; without `at`, it was just now."""

    customer: UUID | None = None
    person: NewPerson | None = None
    text: Annotated[Text, StringConstraints(max_length=4000)]
    outcome: Literal["solved", "informed", "follow_up", "declined"]
    at: AwareDatetime | None = None
