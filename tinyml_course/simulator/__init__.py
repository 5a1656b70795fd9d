"""Compiled models built for a board and run: on the host, or in an emulated memory map."""
