/* The main of every simulated program on an AVR, reached by avr-libc's own start-up code: as in
 * start.c, it waits, and the simulator takes its place.
 */
int main(void);

__attribute__((noinline)) int main(void)
{
    for (;;)
        ;
}
