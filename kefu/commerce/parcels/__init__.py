"""Parcels: what scans say of one, and what is wrong with its way; rules without I/O."""
