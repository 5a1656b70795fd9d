#include "tinyml_ring.h"

/* Acquire and release order what the other side sees: samples before the count that covers them. */
static uint32_t load(const uint32_t *count) {
    return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *count, uint32_t value) {
    __atomic_store_n(count, value, __ATOMIC_RELEASE);
}

void tinyml_ring_write(tinyml_ring *ring, const int16_t *samples, uint32_t count) {
    const uint32_t room = ring->capacity - (ring->head - load(&ring->tail));
    const uint32_t kept = count < room ? count : room;
    for (uint32_t i = 0; i < kept; ++i) {
        ring->samples[(ring->head + i) & (ring->capacity - 1u)] = samples[i];
    }
    store(&ring->head, ring->head + kept);
    if (count > kept) {
        __atomic_fetch_add(&ring->lost, count - kept, __ATOMIC_RELAXED);
    }
}

int tinyml_ring_read(tinyml_ring *ring, int16_t *samples, uint32_t count) {
    if (load(&ring->head) - ring->tail < count) {
        return 0;
    }
    for (uint32_t i = 0; i < count; ++i) {
        samples[i] = ring->samples[(ring->tail + i) & (ring->capacity - 1u)];
    }
    store(&ring->tail, ring->tail + count);
    return 1;
}

void tinyml_ring_clear(tinyml_ring *ring) {
    store(&ring->tail, load(&ring->head));
}

uint32_t tinyml_ring_take_lost(tinyml_ring *ring) {
    return __atomic_exchange_n(&ring->lost, 0u, __ATOMIC_RELAXED);
}
