/* Runs a program in simavr's core, one instruction at a time: counts instructions and cycles by
 * phase, and watches the stack, the end of the code and what simavr itself finds wrong.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/sim_avr.h>
#include <simavr/sim_core.h>

enum { RUN_BUDGET = 1, RUN_STACK, RUN_OUTSIDE, RUN_READ, RUN_WRITE, RUN_STOPPED };
enum { SPL = 0x5D, SPH = 0x5E };

struct run {
    avr_t *avr;
    uint32_t code_end;      /* the first address behind the code */
    uint32_t main;          /* where a run ends */
    uint32_t stack_floor;   /* the lowest address the stack may fill */
    uint32_t lowest_stack;  /* the lowest it filled so far */
    const uint16_t *marks;  /* by word of code: 1 + the phase that begins here, or 0 */
    uint64_t *instructions; /* by phase */
    uint64_t *cycles;       /* by phase */
    uint64_t budget;        /* instructions left to run */
    uint32_t phase;
    uint32_t stopped; /* why: one of the above */
    uint32_t stopped_at;
    uint32_t address; /* that was read or written */
};

avr_t *run_open(const char *chip);
void run_close(avr_t *avr);
uint8_t *run_flash(avr_t *avr);
uint8_t *run_data(avr_t *avr);
void run_go(struct run *run, uint32_t start);

static struct run *current; /* whom simavr's messages are about */

/* simavr tells of a bad address in a message and nowhere else. */
static void listen(avr_t *avr, const int level, const char *format, va_list arguments)
{
    char text[256];
    const char *address;

    (void)avr;
    (void)level;
    vsnprintf(text, sizeof text, format, arguments);
    address = strstr(text, "ddress ");
    if (!current || current->stopped || !address)
        return;
    address = strstr(text, "Address ");
    if (address && strstr(text, "Invalid read"))
        current->stopped = RUN_READ;
    else if (address && strstr(text, "Invalid write"))
        current->stopped = RUN_WRITE;
    else
        return;
    current->address = (uint32_t)strtoul(address + strlen("Address "), NULL, 16);
}

avr_t *run_open(const char *chip)
{
    avr_t *avr;

    avr_global_logger_set(listen);
    avr = avr_make_mcu_by_name(chip);
    if (avr && avr_init(avr) == 0)
        return avr;
    return NULL;
}

void run_close(avr_t *avr)
{
    avr_terminate(avr);
}

uint8_t *run_flash(avr_t *avr)
{
    return avr->flash;
}

uint8_t *run_data(avr_t *avr)
{
    return avr->data;
}

static void stop(struct run *run, uint32_t reason, uint32_t address)
{
    run->stopped = run->stopped ? run->stopped : reason;
    run->stopped_at = address;
}

/* Whether an instruction writes the upper half of the stack pointer: the lower one follows. */
static int writes_upper_half(uint16_t instruction)
{
    return (instruction & 0xFE0F) == 0xBE0E;
}

static int writes_lower_half(uint16_t instruction)
{
    return (instruction & 0xFE0F) == 0xBE0D;
}

/* Run from an address until main is reached, or something is wrong. */
void run_go(struct run *run, uint32_t start)
{
    avr_t *avr = run->avr;
    int half_moved = 0;

    current = run;
    avr->state = cpu_Running;
    avr->pc = start;
    while (avr->pc != run->main) {
        const uint32_t pc = avr->pc;
        const avr_cycle_count_t before = avr->cycle;
        uint16_t instruction;
        uint32_t lowest;

        if (pc >= run->code_end) {
            stop(run, RUN_OUTSIDE, pc);
            return;
        }
        if (run->budget-- == 0) {
            stop(run, RUN_BUDGET, pc);
            return;
        }
        if (run->marks[pc / 2])
            run->phase = run->marks[pc / 2] - 1u;
        instruction = (uint16_t)(avr->flash[pc] | avr->flash[pc + 1] << 8);
        avr->run_cycle_count = 1; /* or it would run on until a timer is due */
        avr->pc = avr_run_one(avr);
        run->instructions[run->phase]++;
        run->cycles[run->phase] += avr->cycle - before;
        if (avr->state != cpu_Running || run->stopped) {
            stop(run, RUN_STOPPED, pc);
            return;
        }
        half_moved = writes_upper_half(instruction) || (half_moved && !writes_lower_half(instruction));
        lowest = (uint32_t)(avr->data[SPL] | avr->data[SPH] << 8) + 1u;
        if (half_moved || lowest >= run->lowest_stack)
            continue;
        run->lowest_stack = lowest;
        if (lowest < run->stack_floor) {
            stop(run, RUN_STACK, pc);
            return;
        }
    }
}
