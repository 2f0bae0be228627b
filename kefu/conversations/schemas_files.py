"""Answer shapes of files."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel


class FileShown(BaseModel):
    """What goes into the content of a message with this file."""

    file: UUID
    name: str
    type: str
    size: int
    url: str
    width: int | None = None
    height: int | None = None
    thumbnail: str | None = None
