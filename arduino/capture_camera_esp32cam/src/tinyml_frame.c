#include "tinyml_frame.h"

static const uint8_t magic[2] = {0xA5u, 0xC3u};

/* CRC-32 of each half-byte: a table of 16 instead of 256 costs 64 bytes of flash, not 1,024. */
static const uint32_t crc_of_nibble[16] = {
    0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
    0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
    0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
};

uint32_t tinyml_crc32(const uint8_t *bytes, size_t size) {
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; ++i) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ crc_of_nibble[crc & 15u];
        crc = (crc >> 4) ^ crc_of_nibble[crc & 15u];
    }
    return ~crc;
}

static uint16_t read_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | (bytes[1] << 8));
}

static uint32_t read_u32(const uint8_t *bytes) {
    return (uint32_t)read_u16(bytes) | ((uint32_t)read_u16(bytes + 2) << 16);
}

static void write_u16(uint8_t *bytes, uint16_t value) {
    bytes[0] = (uint8_t)(value & 0xFFu);
    bytes[1] = (uint8_t)(value >> 8);
}

static void write_u32(uint8_t *bytes, uint32_t value) {
    write_u16(bytes, (uint16_t)(value & 0xFFFFu));
    write_u16(bytes + 2, (uint16_t)(value >> 16));
}

/* What the bytes at the front of a reader are. */
typedef enum { FRONT_INCOMPLETE, FRONT_DAMAGED, FRONT_FRAME } front;

static front examine(const tinyml_frame_reader *reader) {
    const uint8_t *bytes = reader->bytes;
    for (size_t i = 0; i < 2 && i < reader->size; ++i) {
        if (bytes[i] != magic[i]) {
            return FRONT_DAMAGED;
        }
    }
    if (reader->size < TINYML_FRAME_HEADER_BYTES) {
        return FRONT_INCOMPLETE;
    }
    const size_t length = read_u16(bytes + 5);
    if (length > TINYML_FRAME_PAYLOAD_MAX) {
        return FRONT_DAMAGED;
    }
    const size_t crc_at = TINYML_FRAME_HEADER_BYTES + length;
    if (reader->size < crc_at + TINYML_FRAME_CRC_BYTES) {
        return FRONT_INCOMPLETE;
    }
    const uint32_t crc = tinyml_crc32(bytes + 2, crc_at - 2);
    return crc == read_u32(bytes + crc_at) ? FRONT_FRAME : FRONT_DAMAGED;
}

static void drop(tinyml_frame_reader *reader, size_t count) {
    reader->size -= count;
    for (size_t i = 0; i < reader->size; ++i) {
        reader->bytes[i] = reader->bytes[i + count];
    }
}

void tinyml_frame_reset(tinyml_frame_reader *reader) {
    reader->size = 0;
    reader->taken = 0;
}

void tinyml_frame_push(tinyml_frame_reader *reader, uint8_t byte) {
    drop(reader, reader->taken);
    reader->taken = 0;
    reader->bytes[reader->size++] = byte;
}

int tinyml_frame_next(tinyml_frame_reader *reader, tinyml_frame *frame) {
    drop(reader, reader->taken);
    reader->taken = 0;
    front found = FRONT_INCOMPLETE;
    while (reader->size > 0 && (found = examine(reader)) == FRONT_DAMAGED) {
        drop(reader, 1);
    }
    if (found != FRONT_FRAME) {
        return 0;
    }
    frame->kind = reader->bytes[2];
    frame->counter = read_u16(reader->bytes + 3);
    frame->length = read_u16(reader->bytes + 5);
    frame->payload = reader->bytes + TINYML_FRAME_HEADER_BYTES;
    reader->taken = TINYML_FRAME_HEADER_BYTES + frame->length + TINYML_FRAME_CRC_BYTES;
    return 1;
}

size_t tinyml_frame_encode(const tinyml_frame *frame, uint8_t *out) {
    const size_t crc_at = TINYML_FRAME_HEADER_BYTES + frame->length;
    out[0] = magic[0];
    out[1] = magic[1];
    out[2] = frame->kind;
    write_u16(out + 3, frame->counter);
    write_u16(out + 5, frame->length);
    for (size_t i = 0; i < frame->length; ++i) {
        out[TINYML_FRAME_HEADER_BYTES + i] = frame->payload[i];
    }
    write_u32(out + crc_at, tinyml_crc32(out + 2, crc_at - 2));
    return crc_at + TINYML_FRAME_CRC_BYTES;
}
