"""Real numbers as integers: multipliers, shifts, tables and fixed-point curves."""
