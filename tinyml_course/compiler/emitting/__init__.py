"""Operators become C text: constants, and calls of the kernels in `c/`."""
