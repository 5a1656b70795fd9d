// The camera: its view in grey with the square that is kept, and stills of that. Uses recorder.js.

const [PREVIEW, MOST] = [480, 480]; // pixels: width of the preview, side of a still
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

function render({ model, el }) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const canvas = make("canvas", { role: "img", "aria-label": "View of the camera, the square that is kept outlined" });
  const live = make("div", { class: "live view" }, canvas);

  /** Draw the view in grey; what is outside the square is pale. */
  function draw() {
    const context = canvas.getContext("2d");
    const [width, height] = [canvas.width, canvas.height];
    const side = Math.min(width, height);
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    context.filter = "grayscale(1)";
    context.drawImage(video, 0, 0, width, height);
    context.filter = "none";
    context.fillStyle = "rgb(255 255 255 / 65%)";
    context.fillRect(0, 0, left, height);
    context.fillRect(left + side, 0, width - left - side, height);
    context.fillRect(0, 0, width, top);
    context.fillRect(0, top + side, width, height - top - side);
    context.strokeStyle = "#d9730d";
    context.lineWidth = 3;
    context.strokeRect(left + 1.5, top + 1.5, side - 3, side - 3);
    context.setLineDash([6, 6]);
    context.lineWidth = 1;
    context.beginPath();
    context.arc(width / 2, height / 2, side * 0.4, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }

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
    canvas.width = PREVIEW;
    canvas.height = Math.round((PREVIEW * video.videoHeight) / video.videoWidth);
    const timer = setInterval(draw, 66);
    track.onended = () => lost("The camera is gone. Connect it again; what was kept is safe.");
    return () => {
      clearInterval(timer);
      track.onended = null;
      track.stop();
      video.srcObject = null;
    };
  }

  async function take() {
    const { grey, side, canvas: picture } = still(video);
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", "The picture that was taken");
    const blank = spread(grey) < DARK;
    return {
      message: { side }, buffers: [grey.buffer], picture: make("figure", { class: "view" }, make("figcaption", {}, "The take"), picture),
      words: blank ? "It shows hardly anything: check light and lens. Better discard it." : "Taken. Keep it, or discard it.",
      wrong: blank,
    };
  }

  return recorder({ model, el, verb: "Turn on the camera", action: "● Take a picture", live, open, take });
}

export default { render };
