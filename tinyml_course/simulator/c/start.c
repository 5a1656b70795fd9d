/* The start of every simulated program: vector table, start-up code, and a main that waits.
 *
 * Once main is reached the simulator takes its place: it calls the program's functions as main
 * would, with main's stack.
 */
#include <stdint.h>

/* Addresses set by program.ld. */
extern uint32_t start_data_from[], start_data[], start_data_end[];
extern uint32_t start_bss[], start_bss_end[];
extern uint32_t start_stack_top[];

int main(void);
void Reset_Handler(void);

__attribute__((noinline, weak)) int main(void)
{
    for (;;)
        ;
}

void Reset_Handler(void)
{
    volatile uint32_t *to = start_data; /* volatile: a loop here, not a call of memcpy */
    const uint32_t *from = start_data_from;

    while (to < start_data_end)
        *to++ = *from++;
    for (to = start_bss; to < start_bss_end; to++)
        *to = 0;
    main();
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[2] = {
    (uintptr_t)start_stack_top,
    (uintptr_t)Reset_Handler,
};
