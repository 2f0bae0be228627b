"""Replaying: programs in the place of customers and agents, through the public API."""
