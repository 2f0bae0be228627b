"""When rules about orders are asked: an order's steps, its parcels, its money, what goes wrong."""

from __future__ import annotations

from uuid import UUID

from kefu.commerce.automation import ORDER
from kefu.commerce.automation_words import FACT_WORDS
from kefu.commerce.events import (
    OrderCancelled,
    OrderChanged,
    OrderCompleted,
    OrderDelivered,
    OrderErrorFound,
    OrderPaid,
    OrderPlaced,
    OrderProcessing,
    OrderShipped,
    OrderStuck,
    RefundApproved,
    RefundFailed,
    RefundPaid,
    RefundRefused,
    RefundRequested,
    ShipmentCreated,
    ShipmentMoved,
)
from kefu.commerce.events_logistics import (
    AnomalyClosed,
    AnomalyOpened,
    AnomalyOverdue,
    AnomalyWorsened,
)
from kefu.commerce.events_order_care import (
    OrderChangeDenied,
    OrderChangeExecuted,
    OrderChangeOverruled,
    OrderChangeRefused,
    OrderChangeRequested,
)
from kefu.commerce.model_order_care import CHANGE_KINDS
from kefu.commerce.model_orders import ERROR_CAUSES, UNFINISHED_STEPS
from kefu.commerce.model_shipments import DIRECTIONS, SHIPMENT_STATUSES
from kefu.commerce.money import MOST
from kefu.commerce.parcels.anomalies import KINDS, SEVERITIES
from kefu.core.automation import Trigger, offer_trigger
from kefu.core.condition_fields import Field, Fields, choice, number, word
from kefu.core.events import Fact


def order_in(fact: Fact) -> UUID | None:
    """The order of a parcel or of a problem on the way."""
    return UUID(fact.details["order"])


def trigger(fact: str, zh: str, en: str, fields: Fields | None = None) -> Trigger:
    return Trigger(fact, fact, ORDER, zh, en, fields=fields or {}, words=FACT_WORDS)


def of_its_own(fact: str, zh: str, en: str, fields: Fields) -> Trigger:
    """A fact whose subject is something of the order."""
    return Trigger(fact, fact, ORDER, zh, en, fields=fields, words=FACT_WORDS, subject_of=order_in)


CARRIER: dict[str, Field] = {"carrier": word(None)}
PARCEL: Fields = {"direction": choice(None, *DIRECTIONS), **CARRIER}
TROUBLE: Fields = {
    "problem": choice(None, *KINDS),
    "severity": choice(None, *SEVERITIES),
    **CARRIER,
}
MONEY: Fields = {"amount": number(None, 0, MOST), "system": choice(None, "shop", "crm", "finance")}
CHANGE: Fields = {"change_kind": choice(None, *CHANGE_KINDS)}

offer_trigger(
    trigger(OrderPlaced.kind, "新订单", "An order is placed"),
    trigger(OrderPaid.kind, "订单已付款", "An order is paid"),
    trigger(OrderProcessing.kind, "订单开始处理", "A shop begins with an order"),
    trigger(OrderShipped.kind, "订单已发货", "An order is sent"),
    trigger(OrderDelivered.kind, "订单已签收", "An order is delivered"),
    trigger(OrderCompleted.kind, "订单已完成", "An order is completed"),
    trigger(OrderCancelled.kind, "订单已取消", "An order is cancelled"),
    trigger(OrderChanged.kind, "订单内容变化", "An order changes", {"changed": word(None)}),
    trigger(
        OrderStuck.kind,
        "客户下单未完成",
        "A customer is stuck while ordering",
        {"step": choice(None, *UNFINISHED_STEPS)},
    ),
    trigger(
        OrderErrorFound.kind,
        "发现订单差错",
        "A mistake is found in an order",
        {"cause": choice(None, *ERROR_CAUSES)},
    ),
    trigger(OrderChangeRequested.kind, "收到特殊修改申请", "A special request waits", CHANGE),
    trigger(OrderChangeExecuted.kind, "订单修改已执行", "A change of an order is done", CHANGE),
    trigger(OrderChangeDenied.kind, "特殊申请被拒绝", "A special request is denied", CHANGE),
    trigger(OrderChangeRefused.kind, "店铺拒绝修改", "A shop refuses a change", CHANGE),
    trigger(OrderChangeOverruled.kind, "店铺改动取代本地修改", "A shop overrules a change", CHANGE),
    trigger(RefundRequested.kind, "申请退款", "A refund is asked for", MONEY),
    trigger(RefundApproved.kind, "退款已同意", "A refund is approved", MONEY),
    trigger(RefundPaid.kind, "退款已到账", "A refund is paid", MONEY),
    trigger(RefundFailed.kind, "退款失败", "A refund fails", MONEY),
    trigger(RefundRefused.kind, "退款被拒绝", "A refund is refused", MONEY),
    of_its_own(ShipmentCreated.kind, "新包裹", "A parcel is known", PARCEL),
    of_its_own(
        ShipmentMoved.kind,
        "包裹状态变化",
        "A parcel's status changes",
        {"status": choice(None, *SHIPMENT_STATUSES), **PARCEL},
    ),
    of_its_own(AnomalyOpened.kind, "发现配送异常", "A problem on the way is found", TROUBLE),
    of_its_own(AnomalyWorsened.kind, "配送异常加重", "A problem on the way is worse", TROUBLE),
    of_its_own(
        AnomalyOverdue.kind, "配送异常超时", "A problem on the way is not solved in time", TROUBLE
    ),
    of_its_own(AnomalyClosed.kind, "配送异常解除", "A problem on the way is over", TROUBLE),
)
