/* Runs the streaming feature extractor over whole recordings on the host, as a board would: hop by hop,
 * from a fresh state for each recording.
 */
#include <stddef.h>
#include <stdint.h>

#include "features_names.h" /* printed for the features at hand */

/* recordings: (count, hops, hop); features: (count, window) int8. They are read once a recording's
 * last hop is in. Returns the number of recordings that did not fill a window.
 */
size_t host_features_run(size_t count, size_t hops, size_t hop, size_t window,
                         const features_sample *recordings, int8_t *features);

size_t host_features_run(size_t count, size_t hops, size_t hop, size_t window,
                         const features_sample *recordings, int8_t *features)
{
    static features_type state;
    size_t unfilled = 0;

    for (size_t item = 0; item < count; item++) {
        int full = 0;
        features_reset(&state);
        for (size_t i = 0; i < hops; i++)
            full = features_push(&state, recordings + (item * hops + i) * hop);
        if (!full)
            unfilled++;
        else
            features_read(&state, features + item * window);
    }
    return unfilled;
}
