#pragma once

typedef enum { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

namespace tflite {

class MicroOpResolver {};

template <unsigned count>
class MicroMutableOpResolver : public MicroOpResolver {
public:
  TfLiteStatus AddAveragePool2D();
  TfLiteStatus AddConv2D();
  TfLiteStatus AddDepthwiseConv2D();
  TfLiteStatus AddFullyConnected();
  TfLiteStatus AddReshape();
  TfLiteStatus AddSoftmax();
};

}  // namespace tflite
