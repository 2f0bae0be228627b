"""`kefu demo load`: a shop with customers, orders and conversations."""

from __future__ import annotations

from kefu.entry.refusing import not_available


def load() -> None:
    """Fill the database with the demo shop; who can sign in goes to `var/demo-logins.txt`."""
    not_available("demo load")
