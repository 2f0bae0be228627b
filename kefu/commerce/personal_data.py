"""Personal data in orders: given to the person, blanked with them; amounts and times stay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from kefu.commerce.model import PaymentMethod
from kefu.commerce.model_orders import Order, OrderLine
from kefu.core.clock import iso
from kefu.core.db import Session
from kefu.customers import erases_customer, exports_customer, moves_with_customer

BLANK = (
    text(
        "update tracking_events set place = null, text = null where shipment_id in (select s.id "
        "from shipments s join orders o on o.id = s.order_id where o.customer_id = :customer)"
    ),
    text(
        "update order_errors set note = null where order_id in "
        "(select id from orders where customer_id = :customer)"
    ),
    text(
        "update orders set recipient = null, search_terms = '{}', phone = null, "
        "phone_tail = null, district = null, street = null, postcode = null, note = null "
        "where customer_id = :customer"
    ),
)
NAMING = (
    ("payments", "method_id"),
    ("after_sale_requests", "payment_method_id"),
    ("exchange_differences", "payment_method_id"),
)
UNNAMED = tuple(
    text(
        f"update {table} set {column} = null where {column} in "  # noqa: S608 - our own names
        "(select id from payment_methods where customer_id = :customer)"
    )
    for table, column in NAMING
)

moves_with_customer("orders", Order)
moves_with_customer("payment_methods", PaymentMethod)


@exports_customer("orders")
async def orders_of(db: Session, customer: UUID) -> list[dict[str, Any]]:
    orders = (
        await db.scalars(select(Order).where(Order.customer_id == customer).order_by(Order.id))
    ).all()
    lines: dict[UUID, list[dict[str, Any]]] = {order.id: [] for order in orders}
    for line in await db.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(lines)).order_by(OrderLine.position)
    ):
        said = {"title": line.title, "quantity": line.quantity, "unit_price": line.unit_price}
        lines[line.order_id].append(said)
    plain = ("number", "status", "currency", "total_amount", "paid_amount", "refunded_amount",
             "recipient", "phone", "province", "city", "district", "street", "postcode",
             "note")  # fmt: skip
    return [
        {name: getattr(order, name) for name in plain}
        | {"placed_at": iso(order.placed_at), "lines": lines[order.id]}
        for order in orders
    ]


@erases_customer
async def erase_orders(db: Session, customer: UUID) -> None:
    """Nobody is found in the orders any more, and no way of paying is kept."""
    for statement in BLANK:
        await db.execute(statement, {"customer": customer})
    for statement in UNNAMED:
        await db.execute(statement, {"customer": customer})
    await db.execute(delete(PaymentMethod).where(PaymentMethod.customer_id == customer))
