"""What the embedded server refuses with: one sentence that says what to do."""

from __future__ import annotations


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot do what was asked; the text names the remedy."""
