// A board on a serial line: frames of a capture sketch (device/frames.py, sketch capture.h), or lines
// of numbers. Nothing here ever closes a gap: a take with samples missing fails in words.

const [MAGIC_1, MAGIC_2, HEAD, CRC, LONGEST] = [0xa5, 0xc3, 7, 4, 1024];
const KIND = { hello: 0x01, start: 0x05, stop: 0x06, info: 0x81, taken: 0x82, data: 0x84, end: 0x85, refused: 0x8f };
const BAUD = 115200;
const [ANSWERS_MS, QUIET_MS] = [1500, 2500];
const NUMBERS = /^\s*-?[\d.]+(?:e[-+]?\d+)?(?:[,\t ]+-?[\d.]+(?:e[-+]?\d+)?)+\s*$/i;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** The CRC-32 of IEEE 802.3. */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function encodeFrame(kind, counter, payload = new Uint8Array()) {
  const frame = new Uint8Array(HEAD + payload.length + CRC);
  const view = new DataView(frame.buffer);
  frame.set([MAGIC_1, MAGIC_2, kind]);
  view.setUint16(3, counter, true);
  view.setUint16(5, payload.length, true);
  frame.set(payload, HEAD);
  view.setUint32(HEAD + payload.length, crc32(frame.subarray(2, HEAD + payload.length)), true);
  return frame;
}

/** Finds frames, and lines of numbers between them, in bytes that come in pieces. */
class LineReader {
  constructor(onFrame, onLine) {
    this.bytes = [];
    this.text = "";
    Object.assign(this, { onFrame, onLine });
  }

  feed(bytes) {
    this.bytes.push(...bytes);
    let used = 0;
    while (used < this.bytes.length) {
      const size = this.sizeAt(used);
      if (size === null) break;
      if (size === 0) this.skip(this.bytes[used]);
      else this.onFrame(frameOf(Uint8Array.from(this.bytes.slice(used, used + size))));
      used += Math.max(1, size);
    }
    this.bytes.splice(0, used);
  }

  /** Bytes of the frame that begins at a place; 0 if none does, null if that is not yet known. */
  sizeAt(at) {
    const left = this.bytes.length - at;
    if (this.bytes[at] !== MAGIC_1 || (left > 1 && this.bytes[at + 1] !== MAGIC_2)) return 0;
    if (left < HEAD) return null;
    const length = this.bytes[at + 5] | (this.bytes[at + 6] << 8);
    if (length > LONGEST) return 0;
    const size = HEAD + length + CRC;
    if (left < size) return null;
    const frame = Uint8Array.from(this.bytes.slice(at, at + size));
    const told = new DataView(frame.buffer).getUint32(size - CRC, true);
    return crc32(frame.subarray(2, size - CRC)) === told ? size : 0;
  }

  skip(byte) {
    if (byte !== 10) {
      this.text = (this.text + String.fromCharCode(byte)).slice(-200);
      return;
    }
    if (NUMBERS.test(this.text)) this.onLine(this.text.trim().split(/[,\t ]+/).map(Number));
    this.text = "";
  }
}

function frameOf(bytes) {
  const view = new DataView(bytes.buffer);
  return { kind: bytes[2], counter: view.getUint16(3, true), payload: bytes.slice(HEAD, bytes.length - CRC) };
}

/** An open line to a board; `onSample(values)` hears all that comes. */
class CaptureLine {
  constructor(port, onSample, onLost) {
    Object.assign(this, { port, onSample, onLost, info: null, counter: 0, waiting: null, isOpen: true });
    this.reader = new LineReader((frame) => this.hearFrame(frame), (values) => this.hearLine(values));
  }

  static async open(onSample, onLost) {
    const port = await navigator.serial.requestPort();
    await port.open({ baudRate: BAUD, bufferSize: 65536 });
    const line = new CaptureLine(port, onSample, onLost);
    line.listening = line.listen();
    try {
      await line.meet();
    } catch (error) {
      await line.close();
      throw error;
    }
    return line;
  }

  async listen() {
    try {
      this.input = this.port.readable.getReader();
      for (;;) {
        const { value, done } = await this.input.read();
        if (done) break;
        this.reader.feed(value);
      }
    } catch (error) {
      this.trouble = error;
    }
    this.input?.releaseLock();
    if (this.isOpen) this.onLost("The board is gone. Connect it again.");
  }

  /** Send a request; whoever wants its answer begins to wait before that. */
  async send(kind, payload) {
    this.counter = (this.counter + 1) % 65536;
    const output = this.port.writable.getWriter();
    try {
      await output.write(encodeFrame(kind, this.counter, payload));
    } finally {
      output.releaseLock();
    }
  }

  /** Wait until `hear(event)` returns something; null after `ms` without an event. */
  until(hear, ms) {
    return new Promise((resolve, reject) => {
      const end = (value) => {
        clearTimeout(timer);
        this.waiting = null;
        resolve(value);
      };
      let timer = setTimeout(() => end(null), ms);
      this.waiting = (event) => {
        try {
          const value = hear(event);
          if (value !== undefined) return end(value);
        } catch (error) {
          clearTimeout(timer);
          this.waiting = null;
          return reject(error);
        }
        clearTimeout(timer);
        timer = setTimeout(() => end(null), ms);
        return undefined;
      };
    });
  }

  hearFrame(frame) {
    this.waiting?.(frame);
  }

  hearLine(values) {
    this.onSample(values);
    this.waiting?.({ values });
  }

  /** Find out whether a capture sketch is there, or somebody who prints numbers. */
  async meet() {
    const parts = [];
    for (let from = 0; ;) {
      const counter = this.counter + 1;
      let lines = 0;
      const answering = this.until((event) => {
        if (event.values) {
          lines += 1;
          return lines > 20 ? "lines" : undefined;
        }
        return event.kind === KIND.info && event.counter === counter ? event.payload : undefined;
      }, ANSWERS_MS);
      await this.send(KIND.hello, Uint8Array.of(from & 255, from >> 8));
      const answer = await answering;
      if (answer === "lines") return;
      if (answer === null) {
        throw new Error("the board says nothing this page understands: upload the sketch capture_motion, "
          + "or one that prints lines such as 0.01,-0.02,1.00");
      }
      if (answer.length === 0) break;
      parts.push(...answer);
      from += answer.length;
    }
    this.info = JSON.parse(new TextDecoder().decode(Uint8Array.from(parts)));
    if (this.info.sensor !== "motion") throw new Error(`the board runs a sketch for the ${this.info.sensor}`);
  }

  /** Record so many seconds; resolves to { samples: rows of numbers, rate_hz }. */
  take(seconds) {
    return this.info ? this.takeFrames(seconds) : this.takeLines(seconds);
  }

  async takeFrames(seconds) {
    const wanted = Math.round(seconds * this.info.rate_hz);
    const scale = this.info.channels.map(([, , counts]) => counts);
    const samples = [];
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, wanted, true);
    const ending = this.until(({ kind, payload }) => {
      if (kind === KIND.refused) throw new Error(new TextDecoder().decode(payload));
      if (kind === KIND.end) return true;
      if (kind !== KIND.data) return undefined;
      const view = new DataView(payload.buffer);
      if (view.getUint32(0, true) !== samples.length) {
        throw new Error(`${Math.abs(view.getUint32(0, true) - samples.length)} samples were lost on the way. `
          + "Record again; use a shorter cable, and no hub.");
      }
      for (let at = 4; at + 2 * scale.length <= payload.length; at += 2 * scale.length) {
        const values = scale.map((counts, i) => view.getInt16(at + 2 * i, true) / counts);
        samples.push(values);
        this.onSample(values);
      }
      return undefined;
    }, QUIET_MS);
    await this.send(KIND.start, number);
    const ended = await ending;
    if (!ended) throw new Error("The board fell silent. Press its reset button, and record again.");
    if (samples.length < wanted) throw new Error(`${wanted - samples.length} samples were lost. Record again.`);
    return { samples, rate_hz: this.info.rate_hz };
  }

  /** Lines carry no time: their rate is measured by this computer's clock. */
  async takeLines(seconds) {
    const [samples, times] = [[], []];
    const ended = await this.until(({ values }) => {
      if (!values) return undefined;
      if (samples.length && values.length !== samples[0].length) {
        throw new Error("The lines have different numbers of values: some are damaged. Record again.");
      }
      samples.push(values);
      times.push(performance.now());
      return times.at(-1) - times[0] >= 1000 * seconds ? true : undefined;
    }, QUIET_MS);
    if (!ended) throw new Error("The board fell silent. Press its reset button, and record again.");
    return { samples, rate_hz: (1000 * (times.length - 1)) / (times.at(-1) - times[0]) };
  }

  async close() {
    this.isOpen = false;
    try {
      if (this.info) await this.send(KIND.stop);
      await this.input?.cancel();
      await this.listening;
      await this.port.close();
    } catch {
      // It is gone already.
    }
  }
}
