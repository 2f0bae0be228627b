"""Commerce: what shops sell, what customers ordered, and where the parcels and the money are."""

from kefu.commerce.access import order_for, order_numbered, product_for, shipment_for, shop_for
from kefu.commerce.logistics.carriers import carrier_for_label
from kefu.commerce.logistics.explaining import NoticeBehind, notice_behind
from kefu.commerce.logistics.handing import DueNotice, due_notices, report_notice
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.model_notices import CustomerNotice, NoticeWish
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.owners import own_order, own_orders, pass_for
from kefu.commerce.schemas_service import OrderPass, OwnOrder, OwnOrders

__all__ = [
    "CustomerNotice",
    "DueNotice",
    "NoticeBehind",
    "NoticeWish",
    "Order",
    "OrderLine",
    "OrderPass",
    "OwnOrder",
    "OwnOrders",
    "Payment",
    "Product",
    "Refund",
    "Shipment",
    "Shop",
    "Sku",
    "TrackingEvent",
    "carrier_for_label",
    "due_notices",
    "notice_behind",
    "order_for",
    "order_numbered",
    "own_order",
    "own_orders",
    "pass_for",
    "product_for",
    "report_notice",
    "shipment_for",
    "shop_for",
]
