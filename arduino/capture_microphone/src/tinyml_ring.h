/* A ring of int16 samples between one interrupt that writes and one loop that reads.
 *
 * No lock and no interrupt switched off: the writer moves only `head`, the reader only `tail`, and
 * both count samples since the start (they wrap around together at 2^32). A sample that finds the
 * ring full is dropped and counted in `lost`.
 */
#ifndef TINYML_RING_H
#define TINYML_RING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int16_t *samples; /* (capacity) */
    uint32_t capacity; /* a power of two */
    uint32_t head;    /* samples written */
    uint32_t tail;    /* samples read */
    uint32_t lost;    /* samples dropped: the reader was too slow */
} tinyml_ring;

/* Writer's side: append `count` samples; those that find no room are counted as lost. */
void tinyml_ring_write(tinyml_ring *ring, const int16_t *samples, uint32_t count);

/* Reader's side: 1 and exactly `count` samples, oldest first, or 0 when there are fewer. */
int tinyml_ring_read(tinyml_ring *ring, int16_t *samples, uint32_t count);

/* Reader's side: forget what is waiting. */
void tinyml_ring_clear(tinyml_ring *ring);

/* Reader's side: samples lost since this was last asked. */
uint32_t tinyml_ring_take_lost(tinyml_ring *ring);

#ifdef __cplusplus
}
#endif
#endif
