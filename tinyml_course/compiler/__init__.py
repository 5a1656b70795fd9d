"""From a `.tflite` file to C.

`codegen.compile_model` is the way through, and calls the folders in this order:

- `reading`: untrusted bytes become a checked `graph`, or one clear error.
- `simplifying`: the graph becomes a smaller one that gives the same bits.
- `planning`: which operators take turns, and where in one arena each tensor lives.
- `emitting`: each operator becomes constants and calls of the kernels in `c/`.

`numerics` turns real factors into the integers that both sides compute with. `reference` runs a
graph in NumPy, operator by operator (`oracle`): what the C is held against. `inspect` shows
what is in a model and what it costs.
"""
