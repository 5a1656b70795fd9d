"""A graph becomes a smaller one that gives the same bits."""
