/* What a sketch keeps of the feature extractor: its state, the hop of samples it is fed, and a window
 * of features where no model's input takes it.
 */
#include <stdint.h>

#include "tinyml_mfcc.h"

tinyml_mfcc features_state;
int16_t features_hop[TINYML_MFCC_HOP];
int8_t features_window[TINYML_MFCC_SIZE];
