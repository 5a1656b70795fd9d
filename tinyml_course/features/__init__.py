"""Recordings to model inputs: frozen specifications, NumPy here and C in `c/`, equal to the bit."""
