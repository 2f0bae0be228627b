"""Simulators: a shop and a carrier with books of their own, so that Kefu can run alone."""
