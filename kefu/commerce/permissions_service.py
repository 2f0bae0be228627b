"""The rows of the permission table for self-service and invoices."""

from kefu.commerce.permissions_orders import HEADS

GRANTS: dict[str, set[str]] = {
    "invoice.issue": HEADS | {"other_department"},
}

ROUTES: dict[str, str] = {
    "POST /api/v1/service/codes": "public",
    "POST /api/v1/service/proofs": "public",
    "GET /api/v1/service/order": "visitor",
    "POST /api/v1/service/order/changes": "visitor",
    "PUT /api/v1/service/order/changes/{change_id}/withdrawal": "visitor",
    "POST /api/v1/service/order/invoices": "visitor",
    "GET /api/v1/invoices": "order.read",
    "POST /api/v1/orders/{order_id}/invoices": "order.change",
    "PATCH /api/v1/invoices/{invoice_id}": "order.change",
    "PUT /api/v1/invoices/{invoice_id}/issue": "invoice.issue",
    "POST /api/v1/invoices/{invoice_id}/sending": "order.change",
    "PUT /api/v1/invoices/{invoice_id}/voiding": "invoice.issue",
}
