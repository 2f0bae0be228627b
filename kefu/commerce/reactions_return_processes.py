"""What processes of returns need: their drawings, the step they name, and to be followed."""

from __future__ import annotations

from pathlib import Path

from kefu.commerce.returns.following import follow_processes, remind
from kefu.core.db import Session
from kefu.core.events import Fact
from kefu.core.reactions import reacts_to
from kefu.workflows import offer_step, process_file

FOLDER = Path(__file__).parent / "processes"
NAMES = {
    "return": ("退货", "Return"),
    "exchange": ("换货", "Exchange"),
    "repair": ("维修", "Repair"),
    "installation": ("安装与使用指导", "Installation and guidance"),
    "refund_only": ("仅退款", "Refund only"),
}

for key, (zh, en) in NAMES.items():
    process_file(key, FOLDER / f"{key}.bpmn", zh=zh, en=en)

offer_step(
    "commerce.remind_return",
    remind,
    zh="提醒客户寄回商品",
    en="Remind the customer to send the goods",
    gives=("reminded",),
)


@reacts_to("case_task.done", "case.node_left", "case.ended")
async def follow_what_is_drawn(db: Session, facts: list[Fact]) -> None:
    await follow_processes(db, facts)
