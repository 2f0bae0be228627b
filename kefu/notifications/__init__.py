"""Notifications: what an agent should hear of, in the workspace, by mail or in a group chat."""
