"""The rows of the permission table for coupons, price protection, insurance and appointments."""

from kefu.commerce.permissions_orders import SERVING

GRANTS: dict[str, set[str]] = {
    "coupon.issue": SERVING,
    "appointment.edit": SERVING | {"other_department"},
}

ROUTES: dict[str, str] = {
    "GET /api/v1/coupons": "order.read",
    "POST /api/v1/coupons": "coupon.issue",
    "PUT /api/v1/coupons/{coupon_id}/use": "coupon.issue",
    "PUT /api/v1/coupons/{coupon_id}/revocation": "order.decide",
    "POST /api/v1/orders/{order_id}/price-protection": "order.change",
    "POST /api/v1/orders/{order_id}/freight-claims": "order.change",
    "GET /api/v1/benefit-rules": "order_policy.read",
    "PUT /api/v1/benefit-rules/price-protection": "order_policy.edit",
    "PUT /api/v1/benefit-rules/freight": "order_policy.edit",
    "PUT /api/v1/benefit-rules/limits/{role}": "order_policy.edit",
    "GET /api/v1/appointments": "order.read",
    "GET /api/v1/appointments/free-times": "order.read",
    "POST /api/v1/orders/{order_id}/appointments": "appointment.edit",
    "PUT /api/v1/appointments/{appointment_id}/time": "appointment.edit",
    "PUT /api/v1/appointments/{appointment_id}/technician": "appointment.edit",
    "PUT /api/v1/appointments/{appointment_id}/beginning": "appointment.edit",
    "PUT /api/v1/appointments/{appointment_id}/end": "appointment.edit",
    "GET /api/v1/appointment-slots": "order_policy.read",
    "POST /api/v1/appointment-slots": "order_policy.edit",
    "DELETE /api/v1/appointment-slots/{slot_id}": "order_policy.edit",
}
