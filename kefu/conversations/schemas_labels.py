"""Shapes of labels, and the small types that the other tools share with them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from kefu.core.shapes import Shape, clean

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, pattern=ONE_LINE),
    AfterValidator(clean),
]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=40)]
Title = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=8000), AfterValidator(clean)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Sharing = Literal["own", "team", "all"]


class NewLabel(Shape):
    name: Name
    colour: Colour = "#8c96a8"


class LabelChange(Shape):
    name: Name = ""
    colour: Colour = ""


class LabelsBody(Shape):
    labels: Annotated[list[UUID], Field(max_length=20)]
