"""The demo shop's cases of who is who: pairs to review, a merged person, and some addresses."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers.addresses import add_address
from kefu.customers.candidates import keep_candidate
from kefu.customers.claims import claim_of
from kefu.customers.demo import id_of
from kefu.customers.identities import identify
from kefu.customers.merging import Grounds, merge
from kefu.customers.model import Customer, Identity

SHOP = UUID("6b656675-0000-5000-8000-00000073686f")
HOMES = [
    "上海市浦东新区张江镇碧波路690号8幢302室",
    "北京市朝阳区望京街道阜通东大街6号院3号楼",
    "广东省深圳市南山区粤海街道科技园中区科苑路15号",
    "浙江省杭州市西湖区文三路478号华星时代广场A座",
    "四川省成都市武侯区桂溪街道天府大道北段1700号",
    "湖北省武汉市洪山区珞南街道珞喻路152号",
]
TYPED = [(3, "网页访客"), (8, None), (14, None)]


@demo_part("who is who", order=20)
async def fill(db: Session) -> None:
    """The second time it finds its addresses and leaves."""
    first = await db.get(Customer, id_of("customer", 0))
    if first is None or await db.scalar(select(Identity.id).where(Identity.scope == SHOP).limit(1)):
        return
    for number, home in enumerate(HOMES):
        customer = await db.get_one(Customer, id_of("customer", number))
        fields = {"recipient": customer.name, "phone": customer.phone, "text": home}
        await add_address(db, customer, fields, by=None)
    for number, name in TYPED:
        member = await db.get_one(Customer, id_of("customer", number))
        await identify(
            db,
            identities=[("visitor", f"demo-{number}", True)],
            scope=SHOP,
            name=name or member.name,
            phone=member.phone,
        )
    await add_household(db)
    await add_follower(db)


async def add_household(db: Session) -> None:
    """Two members with one telephone: what contradicts keeps them apart."""
    held = await phone_of(db, 20)
    other = await db.get_one(Customer, id_of("customer", 21))
    await keep_candidate(db, other, held, claim_of("phone", held.value, verified=True, scope=None))


async def add_follower(db: Session) -> None:
    """A follower in WeChat who turned out to be a member."""
    member = await db.get_one(Customer, id_of("customer", 5))
    follower = await identify(
        db, identities=[("openid", "demo-follower-5", True)], scope=SHOP, name=member.name
    )
    signs = [
        {"sign": "phone", "proof": "both", "agrees": True, "weight": 0.97},
        {"sign": "name", "proof": "said", "agrees": True, "weight": 0.3},
    ]
    await merge(db, follower, into=member, grounds=Grounds("strong_key", 0.979, signs))


async def phone_of(db: Session, number: int) -> Identity:
    found = await db.scalars(
        select(Identity).where(
            Identity.customer_id == id_of("customer", number), Identity.kind == "phone"
        )
    )
    return found.one()
