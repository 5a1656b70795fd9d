// The camera: its view in grey with the square that is kept, and stills of that. Uses recorder.js.

const MOST = 480; // pixels, side of a still
const DARK = 8; // standard deviation of grey values below which a picture shows nothing

/** The middle square of a video as grey values, by the weights of ITU-R BT.601. */
function still(video) {
  const [width, height] = [video.videoWidth, video.videoHeight];
  const cut = Math.min(width, height);
  const side = Math.min(cut, MOST);
  const canvas = make("canvas", { width: side, height: side });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, (width - cut) / 2, (height - cut) / 2, cut, cut, 0, 0, side, side);
  const pixels = context.getImageData(0, 0, side, side);
  const grey = new Uint8Array(side * side);
  for (let i = 0; i < grey.length; i += 1) {
    const [red, green, blue] = [pixels.data[4 * i], pixels.data[4 * i + 1], pixels.data[4 * i + 2]];
    grey[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    pixels.data[4 * i] = pixels.data[4 * i + 1] = pixels.data[4 * i + 2] = grey[i];
  }
  context.putImageData(pixels, 0, 0);
  return { grey, side, canvas };
}

function spread(values) {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

/** What is kept, over the view: the square, and a circle to lay a part into; the rest is pale. */
function mask(width, height) {
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  return make("svg:svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    make("svg:path", { class: "veil", "fill-rule": "evenodd",
      d: `M0 0H${width}V${height}H0Z M${left} ${top}v${side}h${side}v${-side}Z` }),
    make("svg:rect", { class: "outline", x: left, y: top, width: side, height: side }),
    make("svg:circle", { class: "chosen", cx: width / 2, cy: height / 2, r: side * 0.4 }));
}

function render({ model, el }) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const view = make("div", { role: "img", "aria-label": "View of the camera, the square that is kept outlined" });
  const live = make("div", { class: "live view" }, view);

  async function open(tell, lost) {
    const stream = await mediaStream({ video: { width: { ideal: 640 }, height: { ideal: 480 } } });
    const [track] = stream.getTracks();
    video.srcObject = stream;
    try {
      await video.play();
    } catch (error) {
      track.stop();
      throw error;
    }
    view.replaceChildren(video, mask(video.videoWidth, video.videoHeight));
    track.onended = () => lost("The camera is gone. Connect it again.");
    return () => {
      track.onended = null;
      track.stop();
      video.srcObject = null;
    };
  }

  async function take() {
    const { grey, side, canvas: picture } = still(video);
    const blank = spread(grey) < DARK;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `The take, ${side} by ${side} pixels in grey${blank ? ", nearly all alike" : ""}`);
    return {
      message: { side }, buffers: [grey.buffer], picture: make("figure", { class: "view" }, make("figcaption", {}, "The take"), picture),
      words: blank ? "It shows hardly anything: check light and lens. Better discard it." : "Taken. Keep it, or discard it.",
      wrong: blank,
    };
  }

  return recorder({ model, el, verb: "Turn on the camera", action: "● Take a picture", live, open, take });
}

export default { render };
