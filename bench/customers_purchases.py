"""What the customers of the `customers` bench bought: two million orders, written in SQL."""

from __future__ import annotations

import time

import psycopg

ORDERS_EACH = 4
PARTS = 20

SHOP = (
    "insert into shops (id, key, name, kind, currency, settings, created_at, updated_at) "
    "values (gen_random_uuid(), 'bench', 'bench', 'manual', 'CNY', '{}', now(), now()) "
    "returning id"
)
ORDERS = """
insert into orders (id, shop_id, number, customer_id, status, placed_at, paid_at, currency,
  goods_amount, shipping_amount, discount_amount, total_amount, paid_amount, refunded_amount,
  recipient, search_terms, phone, phone_tail, city, channel, source, historic, attributes,
  created_at, updated_at)
select gen_random_uuid(), %(shop)s, 'B' || lpad((n * %(each)s + k)::text, 9, '0'), c.id,
  (array['paid','shipped','delivered','completed'])[(n + k) %% 4 + 1], at, at, 'CNY', 9900, 0, 0,
  9900, 9900, 0, '王伟强', '{王,伟,强,王伟,伟强}', '+86139' || lpad(n::text, 8, '0'),
  lpad((n %% 10000)::text, 4, '0'), '杭州市', 'web', 'shop', true, '{}', at, at
from (select id, row_number() over (order by id) as n from customers) c
cross join generate_series(0, %(each)s - 1) k
cross join lateral (select now() - (n + k * 100000) * interval '40 seconds' as at) placed
where n %% %(parts)s = %(part)s
"""
LINES = """
insert into order_lines (id, order_id, position, title, specs, quantity, unit_price, discount,
  cancelled_quantity, returned_quantity)
select gen_random_uuid(), id, 1, '云雀 2 人三季帐篷', '{}', 1, 9900, 0, 0, 0 from orders
"""
FIGURES = """
insert into customer_figures (customer_id, orders, first_order_at, last_order_at, spent, currency,
  returns, refunded, conversations, last_conversation_at, complaints, updated_at)
select customer_id, count(*), min(placed_at), max(placed_at), sum(paid_amount), 'CNY', 0, 0, 1,
  max(placed_at), 0, now() from orders group by customer_id
on conflict (customer_id) do update set orders = excluded.orders, spent = excluded.spent,
  first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at
"""
STANDINGS = """
insert into customer_standings (customer_id, lifecycle, value_tier, persona, scenario, size,
  stage, updated_at)
select id, (array['new','core','core','churn_risk','other'])[1 + n % 5], 'middle', 'other',
  'home', 'other', 'in_use', now()
from (select id, row_number() over (order by id) as n from customers) c
on conflict do nothing
"""
READ = "update fact_cursors set position = greatest(position, (select max(id) from facts))"


def load_purchases(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Orders of everybody, what is counted of them, and the log read to its end.

    The page is measured of a shop that runs, not of one that reads three million old facts.
    """
    began = time.monotonic()
    db.execute(READ)
    shop = db.execute(SHOP).fetchone()
    assert shop is not None
    for part in range(PARTS):
        given = {"shop": shop[0], "each": ORDERS_EACH, "parts": PARTS, "part": part}
        db.execute(ORDERS, given)
    print(f"  orders in {time.monotonic() - began:.0f} s", flush=True)
    db.execute(LINES)
    db.execute(FIGURES)
    db.execute(STANDINGS)
    db.execute(READ)
    print(f"  purchases in {time.monotonic() - began:.0f} s", flush=True)
