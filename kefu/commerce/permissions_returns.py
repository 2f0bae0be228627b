"""The rows of the permission table for returns, inspections, refunds and the warehouse."""

SERVING = {"agent", "senior_agent", "expert", "shift_leader", "department_head", "administrator"}
LOOKING_ON = {"quality_inspector", "trainer", "other_department", "auditor"}
DECIDING = SERVING - {"agent"}
LEADING = {"shift_leader", "department_head", "administrator"}
HEADS = {"department_head", "administrator"}
INSPECTING = {"quality_inspector", "expert", "other_department", *HEADS}
IN_THE_WAREHOUSE = {"other_department", *LEADING}

GRANTS: dict[str, set[str]] = {
    "return.read": SERVING | LOOKING_ON,
    "return.apply": SERVING,
    "return.work": SERVING | {"other_department", "quality_inspector"},
    "return.review": DECIDING,
    "return.inspect": INSPECTING,
    "return.dispute": SERVING | {"quality_inspector"},
    "return.decide": DECIDING | {"quality_inspector"},
    "return.refund": SERVING,
    "return.approve": LEADING,
    "return.waive": LEADING,
    "return.define": HEADS,
    "return.analyse": LEADING | {"quality_inspector", "other_department", "auditor"},
    "warehouse.read": SERVING | LOOKING_ON,
    "warehouse.work": IN_THE_WAREHOUSE,
    "refund.post": HEADS,
}

CASE = "/api/v1/returns/{case_id}"

ROUTES: dict[str, str] = {
    "GET /api/v1/returns": "return.read",
    "POST /api/v1/returns": "return.apply",
    "GET /api/v1/returns/counts": "return.read",
    "GET /api/v1/return-analysis": "return.analyse",
    "GET /api/v1/return-models": "return.analyse",
    f"GET {CASE}": "return.read",
    f"GET {CASE}/timeline": "return.read",
    f"PUT {CASE}/taking": "return.work",
    f"PUT {CASE}/review": "return.review",
    f"PUT {CASE}/parcel": "return.work",
    f"PUT {CASE}/withdrawal": "return.apply",
    f"POST {CASE}/photos": "return.work",
    f"GET {CASE}/photos/{{photo_id}}": "return.read",
    f"GET {CASE}/checklist": "return.read",
    f"POST {CASE}/inspections": "return.inspect",
    f"POST {CASE}/disputes": "return.dispute",
    f"PUT {CASE}/disputes/{{dispute_id}}/decision": "return.decide",
    f"GET {CASE}/refund-offer": "return.read",
    f"POST {CASE}/refunds": "return.refund",
    f"PUT {CASE}/refunds/{{refund_id}}/decision": "return.approve",
    f"PUT {CASE}/difference/payment": "return.refund",
    f"POST {CASE}/difference/refund": "return.refund",
    f"PUT {CASE}/difference/waiver": "return.waive",
    f"POST {CASE}/costs": "return.work",
    f"POST {CASE}/repair-states": "return.work",
    f"PUT {CASE}/replacement": "return.work",
    f"PUT {CASE}/visit": "return.work",
    f"PUT {CASE}/visit-result": "return.work",
    "GET /api/v1/return-options/{order_id}": "return.read",
    "GET /api/v1/return-policy": "return.read",
    "PUT /api/v1/return-policy": "return.define",
    "GET /api/v1/inspection-checklists": "return.read",
    "POST /api/v1/inspection-checklists": "return.define",
    "GET /api/v1/return-investigations": "return.analyse",
    "PUT /api/v1/return-investigations/{investigation_id}/closure": "return.decide",
    "POST /api/v1/refunds/{refund_id}/postings": "refund.post",
    "GET /api/v1/service/order/returns": "visitor",
    "POST /api/v1/service/order/returns": "visitor",
    "PUT /api/v1/service/order/returns/{case_id}/withdrawal": "visitor",
    "PUT /api/v1/service/order/returns/{case_id}/parcel": "visitor",
    "POST /api/v1/service/order/returns/{case_id}/photos": "visitor",
    "GET /api/v1/warehouse/locations": "warehouse.read",
    "POST /api/v1/warehouse/locations": "warehouse.work",
    "DELETE /api/v1/warehouse/locations/{location_id}": "warehouse.work",
    "GET /api/v1/warehouse/parcels": "warehouse.read",
    "PUT /api/v1/warehouse/parcels/{parcel_id}/case": "warehouse.work",
    "POST /api/v1/warehouse/intake": "warehouse.work",
    "POST /api/v1/warehouse/departures": "warehouse.work",
    "GET /api/v1/warehouse/stock": "warehouse.read",
}
