"""The rows of the permission table for carriers, problems, notices, sources and their settings."""

from kefu.commerce.permissions_orders import EVERYONE, HEADS, LEADING, SERVING

GRANTS: dict[str, set[str]] = {
    "anomaly.read": EVERYONE,
    "anomaly.handle": SERVING | {"other_department"},
    "notice.send": SERVING | {"other_department"},
    "carrier.read": EVERYONE,
    "carrier.edit": HEADS,
    "logistics.edit": HEADS,
    "tracking.write": HEADS | {"other_department"},
    "source.read": HEADS | {"auditor"},
    "source.edit": HEADS,
    "reconciliation.read": LEADING | {"other_department", "auditor"},
}

ROUTES: dict[str, str] = {
    "POST /api/v1/tracking-events": "tracking.write",
    "GET /api/v1/delivery-anomalies": "anomaly.read",
    "GET /api/v1/delivery-anomalies/counts": "anomaly.read",
    "GET /api/v1/delivery-anomalies/{anomaly_id}": "anomaly.read",
    "POST /api/v1/delivery-anomalies/{anomaly_id}/closure": "anomaly.handle",
    "GET /api/v1/customer-notices": "order.read",
    "PATCH /api/v1/customer-notices/{notice_id}": "notice.send",
    "POST /api/v1/customer-notices/{notice_id}/sending": "notice.send",
    "DELETE /api/v1/customer-notices/{notice_id}": "notice.send",
    "GET /api/v1/customers/{customer_id}/notice-wish": "order.read",
    "PUT /api/v1/customers/{customer_id}/notice-wish": "order.edit",
    "GET /api/v1/carriers": "carrier.read",
    "POST /api/v1/carriers": "carrier.edit",
    "GET /api/v1/carriers/timeliness": "carrier.read",
    "GET /api/v1/carriers/{carrier_id}": "carrier.read",
    "PATCH /api/v1/carriers/{carrier_id}": "carrier.edit",
    "GET /api/v1/commerce-sources": "source.read",
    "POST /api/v1/commerce-sources": "source.edit",
    "PATCH /api/v1/commerce-sources/{source_id}": "source.edit",
    "DELETE /api/v1/commerce-sources/{source_id}": "source.edit",
    "POST /api/v1/commerce-sources/{source_id}/reconciliations": "source.edit",
    "POST /api/v1/commerce-sources/{source_id}/woocommerce": "public",
    "GET /api/v1/reconciliations": "reconciliation.read",
    "GET /api/v1/reconciliations/{reconciliation_id}/differences": "reconciliation.read",
    "GET /api/v1/customers/{customer_id}/shop-view": "order.read",
    "PUT /api/v1/customers/{customer_id}/shop-view/{source_id}/orders/{number}": "order.edit",
    "GET /api/v1/logistics-settings": "anomaly.read",
    "PATCH /api/v1/logistics-settings": "logistics.edit",
}
