/* A thin stand-in for the Arduino API: what our sketches call, and nothing else.
 *
 * Declarations only, so that a sketch also compiles for a bare Cortex-M4; host.cpp defines them for
 * a computer, where Serial is standard input and output and the LED is told of on standard error.
 */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>
#if __has_include(<string.h>)
#include <string.h>
#else /* zig has no C library for a bare board; the core's Arduino.h has string.h */
extern "C" void *memcpy(void *to, const void *from, size_t size);
extern "C" size_t strlen(const char *text);
#endif

/* Types as ArduinoCore-API has them, so that what compiles here compiles there. */
typedef uint8_t pin_size_t;
typedef enum { LOW = 0, HIGH = 1 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1 } PinMode;
typedef uint16_t word;

/* The pin numbers of ArduinoCore-mbed, variants/ARDUINO_NANO33BLE. */
#define LEDR (22u)
#define LEDG (23u)
#define LEDB (24u)
#define LED_BUILTIN (13u)

/* An AVR keeps texts in flash by these; elsewhere flash is read as RAM is. */
typedef char __FlashStringHelper;
#define PROGMEM
#define F(text) (text)
#define PSTR(text) (text)
#define PROGMEM
#define strlen_P strlen
#define memcpy_P memcpy

void pinMode(pin_size_t pin, PinMode mode);
void digitalWrite(pin_size_t pin, PinStatus level);
unsigned long millis();
unsigned long micros();
void delay(unsigned long ms);

class SerialPort {
public:
  void begin(unsigned long baud);
  explicit operator bool() const;
  int available();
  int read();
  size_t write(const uint8_t *bytes, size_t size);
  size_t print(const char *text);
  size_t print(int number);
  size_t print(unsigned number);
  size_t print(long number);
  size_t print(unsigned long number);
  size_t print(double number);
  size_t println();
  template <typename T> size_t println(T value) {
    return print(value) + println();
  }
};

extern SerialPort Serial;

/* Arduino's builder writes a prototype for each function of an .ino; here the test does. */
void setup();
void loop();

#endif
