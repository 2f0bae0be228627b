"""`kefu demo load`: a shop with people, customers, promises and conversations."""

from __future__ import annotations

from sqlalchemy import select

from kefu.conversations.demo import load_demo as load_conversations
from kefu.conversations.demo_tools import load_demo_tools
from kefu.core.db import Database, Session
from kefu.core.demo import parts
from kefu.core.settings import settings
from kefu.customers import Customer
from kefu.customers.demo import load_demo as load_customers
from kefu.entry.collect import load_everything
from kefu.entry.database import database_for, run_to_its_end
from kefu.identity import Actor, actor_for_agent
from kefu.identity.demo import AFTERSALES
from kefu.identity.demo import load_demo as load_people
from kefu.identity.model import Agent, Team
from kefu.promises.demo import load_demo as load_promises
from kefu.promises.model import Calendar

ADMINISTRATOR = "admin@demo.kefu"


def load() -> None:
    """Fill the database with the demo shop; who can sign in goes to `var/demo-logins.txt`."""
    chosen = settings()
    load_everything()
    with database_for(chosen) as url:
        logins = run_to_its_end(_load(url))
    chosen.var.mkdir(parents=True, exist_ok=True)
    (chosen.var / "demo-logins.txt").write_text("\n".join(logins) + "\n", encoding="utf-8")
    print("The demo shop is loaded. Sign in as:")
    for login in logins:
        print(f"  {login}")


async def _load(url: str) -> list[str]:
    database = Database(url)
    try:
        async with database.transaction() as db:
            logins = await load_people(db)
            await load_promises(db)
            await load_customers(db)
        async with database.transaction() as db:
            await load_conversations(
                db,
                agents=await _serving(db),
                customers=list(await db.scalars(select(Customer).order_by(Customer.id))),
                team=await db.scalar(select(Team.id).where(Team.name == AFTERSALES)),
                calendar=await db.scalar(select(Calendar.id).where(Calendar.name.like("双班%"))),
            )
            administrator = await db.scalar(select(Agent.id).where(Agent.email == ADMINISTRATOR))
            actor = await actor_for_agent(db, administrator) if administrator else None
            if actor is not None:
                await load_demo_tools(db, by=actor)
        for part in parts():
            await part.run(database)
    finally:
        await database.close()
    return [str(login) for login in logins]


async def _serving(db: Session) -> list[Actor]:
    """The people who talk with customers; those who see everything only watch."""
    agents = await db.scalars(select(Agent.id).order_by(Agent.name_sort))
    actors = [await actor_for_agent(db, agent) for agent in agents]
    return [one for one in actors if one and one.scope != "all" and one.may("conversation.claim")]
