"""Logistics: where each parcel is, what goes wrong with it, and who is told."""
