"""Benchmarks: speed shown as percentiles and ratios, beside two calibrations of the machine."""
