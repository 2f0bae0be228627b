"""Composition: the processes and the command line put the capabilities together."""
