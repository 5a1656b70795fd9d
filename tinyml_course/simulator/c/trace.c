/* Follows an emulated program block by block: counts, and watches the stack.
 *
 * The emulator calls trace_block before each block of straight code. One pair of counts a halfword
 * of code is enough to know later how often each instruction ran (the running sum of started less
 * ended) and how often a branch was not taken (a block that starts where the last one ended). A run
 * is cut into phases at marked places, which may be passed again; each has counts of its own.
 */
#include <stddef.h>
#include <stdint.h>

enum { TRACE_BUDGET = 1, TRACE_STACK = 2, TRACE_OUTSIDE = 3, TRACE_UNALIGNED = 4 };

/* How an instruction gets at memory; of one that does not, `base` is 0. */
struct access {
    uint16_t base;    /* register that is the address or its start; IN_CODE: beside the code */
    uint16_t index;   /* register that is added to it, or 0 */
    uint8_t alignment; /* the address must be a multiple of, or the core traps */
    uint8_t reads;    /* bytes that are read; 0 for a store */
};

enum { IN_CODE = 0xFFFF };

/* What a phase read from flash. */
struct reading {
    uint64_t reads, bytes;
    uint32_t lowest, highest; /* addresses */
};

struct trace {
    uint32_t code;            /* address of the first halfword of code */
    uint32_t halfwords;       /* of code */
    uint64_t *started; /* by phase and halfword: blocks that started here */
    uint64_t *ended;   /* by phase and halfword: blocks that ended before here */
    uint64_t *passed;  /* by phase and halfword: blocks that started here as the last ended here */
    const uint16_t *marks;    /* by halfword: 1 + the phase that begins here, or 0 */
    uint32_t phase;           /* the current one */
    const uint32_t *lowering; /* by halfword: bytes all code before here would lower the stack by */
    uint64_t budget;          /* halfwords of code left to run */
    uint32_t stack_floor;     /* the lowest address the stack may reach */
    uint32_t lowest_stack;
    uint32_t last_end; /* halfword the last block ended before */
    uint32_t last_lowers;
    uint32_t stopped; /* why: one of the above */
    uint32_t stopped_at;
    int stack_register;
    int (*read_register)(void *emulator, int name, void *value);
    int (*stop)(void *emulator);
    const struct access *accesses; /* by halfword */
    struct reading *readings;      /* by phase */
    uint32_t flash, flash_end;
};

void trace_block(void *emulator, uint64_t address, uint32_t size, void *user);
void trace_stack(void *emulator, uint64_t address, uint32_t size, void *user);
void trace_access(void *emulator, uint64_t address, uint32_t size, void *user);

static void stop(void *emulator, struct trace *trace, uint32_t reason, uint32_t address)
{
    trace->stopped = reason;
    trace->stopped_at = address;
    trace->stop(emulator);
}

void trace_block(void *emulator, uint64_t address, uint32_t size, void *user)
{
    struct trace *trace = user;
    uint32_t start = ((uint32_t)address - trace->code) / 2;
    uint32_t end = start + size / 2;
    uint32_t lowers;
    size_t row;

    if ((uint32_t)address < trace->code || end > trace->halfwords) {
        stop(emulator, trace, TRACE_OUTSIDE, (uint32_t)address);
        return;
    }
    /* What a block takes of the stack is known before it runs, but for amounts held in a register:
     * those show when the next block starts.
     */
    lowers = trace->lowering[end] - trace->lowering[start];
    if (lowers || trace->last_lowers) {
        uint32_t stack = 0;
        trace->read_register(emulator, trace->stack_register, &stack);
        stack = (stack - lowers + 3) & ~(uint32_t)3; /* an unknown amount stands as 1 byte */
        if (stack < trace->lowest_stack)
            trace->lowest_stack = stack;
        if (stack < trace->stack_floor) {
            stop(emulator, trace, TRACE_STACK, (uint32_t)address);
            return;
        }
    }
    if (size / 2 > trace->budget) {
        stop(emulator, trace, TRACE_BUDGET, (uint32_t)address);
        return;
    }
    trace->budget -= size / 2;
    if (trace->marks[start])
        trace->phase = trace->marks[start] - 1u;
    row = (size_t)trace->phase * (trace->halfwords + 1);
    trace->started[row + start]++;
    trace->ended[row + end]++;
    if (start == trace->last_end)
        trace->passed[row + start]++;
    trace->last_end = end;
    trace->last_lowers = lowers;
}

/* Called behind each instruction that moves the stack by an amount in a register: the block may give
 * it back before the next one starts.
 */
void trace_stack(void *emulator, uint64_t address, uint32_t size, void *user)
{
    struct trace *trace = user;
    uint32_t stack = 0;

    (void)size;
    trace->read_register(emulator, trace->stack_register, &stack);
    if (stack < trace->lowest_stack)
        trace->lowest_stack = stack;
    if (stack < trace->stack_floor)
        stop(emulator, trace, TRACE_STACK, (uint32_t)address);
}

/* Called before each instruction while a machine is strict: what it reads of flash is counted, and
 * an address that would trap on the core, where the emulator does not, ends the run.
 */
void trace_access(void *emulator, uint64_t address, uint32_t size, void *user)
{
    struct trace *trace = user;
    const struct access *access = &trace->accesses[((uint32_t)address - trace->code) / 2];
    struct reading *reading;
    uint32_t base = (uint32_t)address, index = 0;

    (void)size;
    if (!access->base)
        return;
    if (access->base != IN_CODE)
        trace->read_register(emulator, access->base, &base);
    if (access->index)
        trace->read_register(emulator, access->index, &index);
    base += index;
    if (access->alignment && base % access->alignment) {
        stop(emulator, trace, TRACE_UNALIGNED, (uint32_t)address);
        return;
    }
    if (!access->reads || base < trace->flash || base >= trace->flash_end)
        return;
    reading = &trace->readings[trace->phase];
    reading->reads++;
    reading->bytes += access->reads;
    if (base < reading->lowest)
        reading->lowest = base;
    if (base > reading->highest)
        reading->highest = base;
}
