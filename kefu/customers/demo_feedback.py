"""What the demo shop's colleagues said of the desk in their first weeks."""

from __future__ import annotations

from sqlalchemy import select

from kefu.core.db import Session
from kefu.core.demo import demo_part
from kefu.customers.feedback import Opinion, rate_desk
from kefu.customers.model_feedback import DeskFeedback
from kefu.identity import agents_who_may

SAID = (
    Opinion(
        "import", 5, error_free=True, text="老系统的会员两分钟就导完了，拒收的行改完再传就行。"
    ),
    Opinion("import", 4, error_free=False, text="有一列识别成了备注，手动改了对应关系。"),
    Opinion("workspace", 5, error_free=True, text="订单和聊天在一个屏幕上，不用来回切换。"),
    Opinion("workspace", 4, error_free=True),
    Opinion("orders", 4, error_free=True, text="按手机尾号找订单很快。"),
    Opinion("returns", 3, error_free=True, text="希望验货照片可以再大一点。"),
    Opinion("customers", 5, error_free=True, text="合并记录能撤销，放心多了。"),
)


@demo_part("desk_feedback", order=70)
async def load_feedback(db: Session) -> None:
    agents = sorted(await agents_who_may(db, "desk.rate"))
    if not agents or await db.scalar(select(DeskFeedback.id).limit(1)) is not None:
        return
    for number, opinion in enumerate(SAID):
        await rate_desk(db, opinion, by=agents[number % len(agents)])
