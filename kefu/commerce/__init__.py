"""Commerce: what shops sell, what customers ordered, and where the parcels and the money are."""

from kefu.commerce.access import order_for, order_numbered, product_for, shipment_for, shop_for
from kefu.commerce.model import Product, Shop, Sku
from kefu.commerce.model_orders import Order, OrderLine, Payment, Refund
from kefu.commerce.model_shipments import Shipment, TrackingEvent

__all__ = [
    "Order",
    "OrderLine",
    "Payment",
    "Product",
    "Refund",
    "Shipment",
    "Shop",
    "Sku",
    "TrackingEvent",
    "order_for",
    "order_numbered",
    "product_for",
    "shipment_for",
    "shop_for",
]
