"""Analytics: what the department manages by, computed from what capabilities record."""
