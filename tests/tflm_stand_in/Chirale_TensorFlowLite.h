/* Declarations of TFLite Micro's API, as far as our sketches use it: to check types, not to run. */
#pragma once
