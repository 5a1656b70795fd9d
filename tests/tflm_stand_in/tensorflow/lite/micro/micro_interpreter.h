#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../schema/schema_generated.h"
#include "micro_mutable_op_resolver.h"

namespace tflite {

class MicroAllocator {
public:
  static MicroAllocator *Create(uint8_t *arena, size_t size);
};

class MicroResourceVariables {
public:
  static MicroResourceVariables *Create(MicroAllocator *allocator, int count);
};

class MicroInterpreter {
public:
  MicroInterpreter(const Model *model, const MicroOpResolver &resolver, MicroAllocator *allocator,
                   MicroResourceVariables *variables = nullptr);
  MicroInterpreter(const Model *model, const MicroOpResolver &resolver, uint8_t *arena, size_t size);
  ~MicroInterpreter();
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  size_t arena_used_bytes() const;
  template <typename T>
  T *typed_input_tensor(int index);
  template <typename T>
  T *typed_output_tensor(int index);
};

}  // namespace tflite
