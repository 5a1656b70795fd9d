/* Runs a sketch on a computer.
 *
 *     sketch [--pdm FILE] [--chunks 256,17,...] [--chunks-per-loop N] [--no-microphone]
 *            [--motion FILE] [--imu NAME] [--loop-ms N] [--pictures FILE] [--wall-clock]
 *
 * FILE holds int16 samples, given to the sketch in chunks of the sizes listed, over and over, N of
 * them between two calls of loop(). The program ends when standard input has ended, all samples
 * have been given and loop() has run 1,000 times more. delay() moves the clock but does not wait.
 * With --motion (see host_imu.h) the clock is a made-up one: each loop() takes N milliseconds, 1 by
 * default, until all samples of the file have been read. With --wall-clock the clock is the real one all
 * the same, and sound comes at 16,000 samples a second.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "Arduino.h"
#include "PDM.h"
#include "host_camera.h"
#include "host_imu.h"

SerialPort Serial;
Microphone PDM;

static bool inputEnded = false;

/* Clock */

static unsigned long skippedMs = 0;
static int delays = 0; /* since loop() was last called */

static bool madeUpClock = false;
static bool wallClock = false;
static unsigned long loopMs = 1;

unsigned long micros() {
  if (madeUpClock && !wallClock) {
    return skippedMs * 1000;
  }
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  static const time_t start = now.tv_sec;
  return static_cast<unsigned long>((now.tv_sec - start) * 1000000 + now.tv_nsec / 1000) +
         skippedMs * 1000;
}

unsigned long millis() {
  return micros() / 1000;
}

void delay(unsigned long ms) {
  skippedMs += ms;
  if (++delays > 10 && Serial.available() == 0 && inputEnded) {
    exit(0); /* a sketch that has stopped with an error waits for ever */
  }
}

/* Pins */

void pinMode(pin_size_t, PinMode) {}

void digitalWrite(pin_size_t pin, PinStatus level) {
  static int levels[64];
  static bool known[64];
  if (!known[pin] || levels[pin] != level) {
    fprintf(stderr, "pin %d %s\n", pin, level == LOW ? "LOW" : "HIGH");
  }
  levels[pin] = level;
  known[pin] = true;
}

/* Serial */

static uint8_t received[64]; /* one USB packet */
static size_t receivedSize = 0;
static size_t receivedRead = 0;

void SerialPort::begin(unsigned long) {
  setvbuf(stdout, nullptr, _IONBF, 0);
}

SerialPort::operator bool() const {
  return true;
}

int SerialPort::available() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  if (receivedRead == receivedSize && !inputEnded && poll(&input, 1, 0) > 0) {
    const ssize_t count = ::read(STDIN_FILENO, received, sizeof received);
    receivedSize = count > 0 ? static_cast<size_t>(count) : 0;
    receivedRead = 0;
    inputEnded = count <= 0;
  }
  return static_cast<int>(receivedSize - receivedRead);
}

int SerialPort::read() {
  return available() > 0 ? received[receivedRead++] : -1;
}

size_t SerialPort::write(const uint8_t *bytes, size_t size) {
  return fwrite(bytes, 1, size, stdout);
}

size_t SerialPort::print(const char *text) {
  return write(reinterpret_cast<const uint8_t *>(text), strlen(text));
}

size_t SerialPort::print(int number) {
  return print(static_cast<long>(number));
}

size_t SerialPort::print(unsigned number) {
  return print(static_cast<unsigned long>(number));
}

size_t SerialPort::print(long number) {
  return static_cast<size_t>(printf("%ld", number));
}

size_t SerialPort::print(unsigned long number) {
  return static_cast<size_t>(printf("%lu", number));
}

size_t SerialPort::print(double number) {
  return static_cast<size_t>(printf("%.2f", number));
}

size_t SerialPort::println() {
  return print("\r\n");
}

/* Microphone */

static struct {
  uint8_t sound[1 << 21]; /* a minute */
  size_t size = 0;        /* bytes of it */
  size_t given = 0;       /* of these, up to the end of the present chunk */
  size_t unread = 0;      /* of these, of the present chunk */
  size_t chunks[1024] = {256};
  size_t chunkCount = 1;
  size_t turn = 0;
  int chunksPerLoop = 1;
  bool broken = false;
  bool running = false;
  unsigned long startUs = 0; /* when the first chunk was due */
  void (*receive)() = nullptr;
} microphone;

void Microphone::onReceive(void (*receive)()) {
  microphone.receive = receive;
}

void Microphone::setGain(int) {}

int Microphone::begin(int channels, int rateHz) {
  microphone.running = !microphone.broken && channels == 1 && rateHz == 16000;
  return microphone.running;
}

int Microphone::available() {
  return static_cast<int>(microphone.unread);
}

int Microphone::read(void *buffer, size_t bytes) {
  const size_t count = bytes < microphone.unread ? bytes : microphone.unread;
  memcpy(buffer, microphone.sound + microphone.given - microphone.unread, count);
  microphone.unread -= count;
  return static_cast<int>(count);
}

static bool soundLeft() {
  return microphone.running && microphone.given < microphone.size;
}

/* Whether the next chunk has been spoken: with the real clock, not before its time. */
static bool soundDue() {
  microphone.startUs = microphone.given == 0 ? micros() : microphone.startUs;
  const uint64_t spokenUs = static_cast<uint64_t>(microphone.given) / 2 * 1000 / 16;
  return soundLeft() && (!wallClock || micros() - microphone.startUs >= spokenUs);
}

static void interrupt() {
  const size_t wanted = 2 * microphone.chunks[microphone.turn++ % microphone.chunkCount];
  const size_t left = microphone.size - microphone.given;
  microphone.unread = wanted < left ? wanted : left;
  microphone.given += microphone.unread;
  microphone.receive();
  if (microphone.unread > 0) {
    fprintf(stderr, "microphone stopped: %zu bytes were not read\n", microphone.unread);
    microphone.running = false;
  }
}

static void loadSound(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == nullptr) {
    perror(path);
    exit(1);
  }
  microphone.size = fread(microphone.sound, 1, sizeof microphone.sound, file);
  fclose(file);
}

static void readOptions(int count, char **options) {
  for (int i = 1; i < count; ++i) {
    if (strcmp(options[i], "--no-microphone") == 0) {
      microphone.broken = true;
    } else if (strcmp(options[i], "--motion") == 0) {
      imuLoad(options[++i]);
      madeUpClock = true;
    } else if (strcmp(options[i], "--wall-clock") == 0) {
      wallClock = true;
    } else if (strcmp(options[i], "--pictures") == 0) {
      cameraLoad(options[++i]);
    } else if (strcmp(options[i], "--imu") == 0) {
      imuChoose(options[++i]);
    } else if (strcmp(options[i], "--loop-ms") == 0) {
      loopMs = strtoul(options[++i], nullptr, 10);
    } else if (strcmp(options[i], "--pdm") == 0) {
      loadSound(options[++i]);
    } else if (strcmp(options[i], "--chunks-per-loop") == 0) {
      microphone.chunksPerLoop = atoi(options[++i]);
    } else if (strcmp(options[i], "--chunks") == 0) {
      microphone.chunkCount = 0;
      for (char *size = strtok(options[++i], ","); size; size = strtok(nullptr, ",")) {
        microphone.chunks[microphone.chunkCount++] = strtoul(size, nullptr, 10);
      }
    }
  }
}

int main(int count, char **options) {
  readOptions(count, options);
  setup();
  for (int idle = 0; idle < 1000;) {
    delays = 0;
    loop();
    for (int i = 0; i < microphone.chunksPerLoop && soundDue(); ++i) {
      interrupt();
    }
    if (imuLeft() && !wallClock) {
      skippedMs += loopMs;
    }
    const bool busy = soundLeft() || imuLeft() || cameraLeft();
    if (busy && !wallClock) {
      continue;
    }
    if (busy && inputEnded) {
      poll(nullptr, 0, 1);
    } else if (inputEnded) {
      ++idle;
    } else {
      pollfd input = {STDIN_FILENO, POLLIN, 0};
      poll(&input, 1, Serial.available() > 0 ? 0 : busy ? 1 : 10); /* nothing else to do */
    }
  }
  return 0;
}
