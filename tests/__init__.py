"""Tests of what crosses capabilities: journeys, budgets, docs, contracts."""
