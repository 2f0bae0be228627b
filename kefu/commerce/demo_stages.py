"""The demo shop's recommendations, and where its customers stand with its products."""

from __future__ import annotations

from sqlalchemy import select

from kefu.commerce.model import Product
from kefu.commerce.model_orders import Order
from kefu.commerce.model_stages import ProductStage
from kefu.commerce.staging import restage
from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers import customer_with, recommend
from kefu.identity import agents_who_may

RECOMMENDED = 8


@demo_part("product_stages", order=80)
async def load_stages(db: Session) -> None:
    """After orders and returns: what customers have, and a few things recommended lately."""
    if await db.scalar(select(ProductStage.stage).limit(1)) is not None:
        return
    rows = await db.scalars(
        select(Order.customer_id).where(Order.customer_id.is_not(None)).distinct()
    )
    customers = sorted(one for one in rows if one is not None)
    products = (await db.scalars(select(Product.id).order_by(Product.id).limit(5))).all()
    agents = sorted(await agents_who_may(db, "product.recommend"))
    if not customers or not products or not agents:
        return
    for number, one in enumerate(customers[:RECOMMENDED]):
        customer = await customer_with(db, one)
        if customer is not None and customer.erased_at is None:
            await recommend(
                db,
                customer,
                product=products[number % len(products)],
                conversation=None,
                by=agents[number % len(agents)],
            )
    await restage(db, customers, historic=True)
