/* Framing for a serial line that may lose, change or add bytes.
 *
 * A frame is
 *     A5 C3 | kind (1) | counter (2) | length (2) | payload (length) | CRC-32 (4)
 * with every number little-endian and the CRC (the one of Ethernet and zip) taken over all bytes
 * from kind to the end of the payload. Text between frames is skipped, and so is a damaged frame:
 * the reader then looks for the next one inside the bytes it already has.
 * tinyml_course/device/frames.py reads and writes the same bytes.
 */
#ifndef TINYML_FRAME_H
#define TINYML_FRAME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TINYML_FRAME_HEADER_BYTES 7u
#define TINYML_FRAME_CRC_BYTES 4u
#if defined(__AVR__) /* of whose 2 KB of RAM two frames take their share */
#define TINYML_FRAME_PAYLOAD_MAX 64u
#else
#define TINYML_FRAME_PAYLOAD_MAX 1024u
#endif
#define TINYML_FRAME_MAX \
    (TINYML_FRAME_HEADER_BYTES + TINYML_FRAME_PAYLOAD_MAX + TINYML_FRAME_CRC_BYTES)

typedef struct {
    uint8_t kind;
    uint16_t counter;
    uint16_t length;        /* bytes of payload, at most TINYML_FRAME_PAYLOAD_MAX */
    const uint8_t *payload; /* from a reader: valid until its next push or next call */
} tinyml_frame;

typedef struct {
    uint8_t bytes[TINYML_FRAME_MAX];
    size_t size;  /* bytes held */
    size_t taken; /* of these, bytes of the frame handed out last */
} tinyml_frame_reader;

void tinyml_frame_reset(tinyml_frame_reader *reader);

/* Add one received byte; call tinyml_frame_next until it returns 0 before adding another. */
void tinyml_frame_push(tinyml_frame_reader *reader, uint8_t byte);

/* 1 and the next whole, undamaged frame, or 0 when more bytes are needed. */
int tinyml_frame_next(tinyml_frame_reader *reader, tinyml_frame *frame);

/* Write a frame as bytes; returns how many. `out` holds length + header and CRC bytes. */
size_t tinyml_frame_encode(const tinyml_frame *frame, uint8_t *out);

/* CRC-32 of `size` bytes: polynomial 0x04C11DB7 reflected, initial and final value all ones. */
uint32_t tinyml_crc32(const uint8_t *bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
