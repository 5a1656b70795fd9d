"""Which operators take turns, and where in one arena each tensor lives."""
