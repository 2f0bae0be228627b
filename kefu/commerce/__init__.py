"""Commerce: what shops sell, what customers ordered, and where the parcels and the money are."""

from kefu.commerce.access import order_for, order_numbered, product_for, shipment_for, shop_for
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent
from kefu.commerce.own_orders import own_order, own_orders
from kefu.commerce.schemas_service import OwnOrder, OwnOrders

__all__ = [
    "Order",
    "OrderLine",
    "OwnOrder",
    "OwnOrders",
    "Payment",
    "Product",
    "Refund",
    "Shipment",
    "Shop",
    "Sku",
    "TrackingEvent",
    "order_for",
    "order_numbered",
    "own_order",
    "own_orders",
    "product_for",
    "shipment_for",
    "shop_for",
]
