"""Shapes of the search."""

from __future__ import annotations

from pydantic import BaseModel

from kefu.conversations.schemas import ConversationRow, MessageShown


class SearchHit(BaseModel):
    """A message that holds what was looked for; highlights are [from, to) in its text."""

    message: MessageShown
    conversation: ConversationRow
    highlights: list[tuple[int, int]]
