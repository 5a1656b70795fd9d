/* Runs the streaming feature extractor over whole clips on the host, as a board would: hop by hop,
 * from a fresh state for each clip.
 */
#include <stddef.h>
#include <stdint.h>

#include "tinyml_mfcc.h"

/* clips: (count, hops, hop) int16; features: (count, window) int8. A clip's features are read once
 * its last hop is in. Returns the number of clips that did not fill a window.
 */
size_t host_features_run(size_t count, size_t hops, size_t hop, size_t window,
                         const int16_t *clips, int8_t *features);

size_t host_features_run(size_t count, size_t hops, size_t hop, size_t window,
                         const int16_t *clips, int8_t *features)
{
    static tinyml_mfcc state;
    size_t unfilled = 0;

    for (size_t clip = 0; clip < count; clip++) {
        int full = 0;
        tinyml_mfcc_reset(&state);
        for (size_t i = 0; i < hops; i++)
            full = tinyml_mfcc_push(&state, clips + (clip * hops + i) * hop);
        if (!full)
            unfilled++;
        else
            tinyml_mfcc_read(&state, features + clip * window);
    }
    return unfilled;
}
