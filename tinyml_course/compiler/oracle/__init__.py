"""What each operator computes, in NumPy: what the C is held against."""
