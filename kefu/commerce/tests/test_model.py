from kefu.commerce.tests.factories import (
    a_payment,
    a_product,
    a_refund,
    a_shipment,
    a_tracking_event,
    an_order,
    lines_of,
)
from kefu.core.db import Session


async def test_an_order_has_lines_money_and_parcels(db: Session) -> None:
    product = await a_product(db)
    order = await an_order(db, status="shipped", total=10001, lines=2)
    await a_payment(db, order)
    await a_refund(db, order)
    shipment = await a_shipment(db, order)
    await a_tracking_event(db, shipment)

    lines = await lines_of(db, order)

    assert sum(line.amount for line in lines) == order.goods_amount == 10001
    assert order.phone_tail == "0011"
    assert product.price_from == 69900
