"""Conversations: what customers and agents say to each other, in order and for good."""
