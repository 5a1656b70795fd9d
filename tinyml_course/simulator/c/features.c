/* What a sketch keeps of the feature extractor: its state, the hop of samples it is fed, and a window
 * of features where no model's input takes it.
 */
#include "features_names.h" /* printed for the features at hand */

features_type features_state;
features_sample features_hop[FEATURES_HOP];
int8_t features_window[FEATURES_SIZE];
