"""The lines of an order that is told again: which of ours the shop means, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kefu.commerce.model_orders import OrderLine

LINE_FIELDS = ("external_id", "product_id", "sku_id", "title", "specs", "quantity", "unit_price")


def paired(
    lines: Sequence[OrderLine], rows: Sequence[dict[str, Any]]
) -> list[tuple[dict[str, Any], OrderLine | None]]:
    """Each told line with ours, or with none where it is new."""
    left, found = list(lines), []
    for row in rows:
        line = same_line(left, row)
        if line is not None:
            left.remove(line)
        found.append((row, line))
    return found


def same_line(lines: list[OrderLine], row: dict[str, Any]) -> OrderLine | None:
    """The line with the shop's id; without ids the one at its place."""
    if row["external_id"]:
        found = next((one for one in lines if one.external_id == row["external_id"]), None)
        if found is not None:
            return found
    return next(
        (
            one
            for one in lines
            if one.position == row["position"] and not (one.external_id and row["external_id"])
        ),
        None,
    )


def has_taken_line(line: OrderLine, row: dict[str, Any]) -> bool:
    """What came back is counted by us as well, so it never falls."""
    wanted = {name: row[name] for name in (*LINE_FIELDS, "discount")}
    pieces = row["quantity"]
    wanted["returned_quantity"] = min(max(line.returned_quantity, row["returned_quantity"]), pieces)
    wanted["cancelled_quantity"] = min(
        max(line.cancelled_quantity, row["cancelled_quantity"]),
        pieces - wanted["returned_quantity"],
    )
    changed = False
    for name, value in wanted.items():
        if value != getattr(line, name) and not (value is None or (name == "specs" and not value)):
            setattr(line, name, value)
            changed = True
    return changed
