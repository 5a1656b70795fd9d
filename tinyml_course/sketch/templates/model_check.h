/* What ${model} must compute: made-up inputs, and a checksum of the outputs that they give.
 *
 * Written by tinyml_course ${version}. Model sha256 ${sha256}.
 */
#ifndef ${guard}
#define ${guard}

#include <Arduino.h>

const uint8_t checkCases = ${cases};
const uint32_t checkSums[checkCases] = {${sums}};
const size_t printedValues = 16;  // of an output, at most

// Made-up bytes: the upper byte of a linear congruential generator (Press et al. 2007, section 7.1).
inline int8_t nextByte(uint32_t &state) {
  state = state * 1664525UL + 1013904223UL;
  return (int8_t)(state >> 24);
}

template <typename Number>
void makeUp(uint32_t &state, Number *input, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    input[i] = (Number)nextByte(state);
  }
}

inline void makeUp(uint32_t &state, float *input, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    input[i] = (float)nextByte(state) / 64.0f;  // -2 to 2, without rounding
  }
}

// Go on with a checksum: FNV-1a of 32 bits (Fowler, Noll and Vo).
inline void addToSum(uint32_t &sum, const void *output, size_t bytes) {
  for (const uint8_t *byte = (const uint8_t *)output; bytes > 0; --bytes, ++byte) {
    sum = (sum ^ *byte) * 16777619UL;
  }
}

template <typename Number>
void printValue(Number value) {
  Serial.print((long)value);
}

inline void printValue(float value) {
  Serial.print(value);
}

template <typename Number>
void printValues(const Number *output, size_t count) {
  for (size_t i = 0; i < count && i < printedValues; ++i) {
    printValue(output[i]);
    Serial.print(" ");
  }
  Serial.println(count > printedValues ? "..." : "");
}

// Compute every case and say whether the outputs are the right ones.
inline void checkModel() {
  uint8_t same = 0;
${reset_lines}  for (uint8_t i = 0; i < checkCases; ++i) {
    uint32_t state = (i + 1) * 2654435769UL, sum = 2166136261UL;
${make_lines}    ${model}_invoke();
${sum_lines}    same += sum == checkSums[i];
  }
  Serial.print("check: ");
  Serial.print((int)same);
  Serial.print(" of ");
  Serial.print((int)checkCases);
  Serial.println(F(" outputs are those of the computer that wrote the sketch, to the bit"));
${reset_lines}}

#endif
