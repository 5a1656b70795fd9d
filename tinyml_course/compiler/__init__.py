"""From a `.tflite` file to C: reader, graph, NumPy oracle, memory plan, code generator."""
