"""Untrusted `.tflite` bytes become a checked graph, or one clear error."""
