// Kernels and a map of digits for one checkpoint of a run. All of them are here, so the slider answers at once; the app
// is told where it was let go.

const PLAY_MS = 650;
const GLIDE_MS = 350;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const element = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;

// Blue below zero, white at zero, orange above; `value` is a signed byte.
function signed(value, pixels, place) {
  const full = value < 0 ? [0, 114, 178] : [230, 159, 0];
  const share = Math.min(1, Math.abs(value) / 127);
  for (let channel = 0; channel < 3; channel++) pixels[place + channel] = 255 + (full[channel] - 255) * share;
  pixels[place + 3] = 255;
}

// One pixel a weight and a clear one between kernels. Kernels of a single input are put in a square.
function drawKernels(canvas, layer, step) {
  const { inputs, outputs, side } = layer;
  const columns = inputs === 1 ? Math.ceil(Math.sqrt(outputs)) : outputs;
  const rows = inputs === 1 ? Math.ceil(outputs / columns) : inputs;
  canvas.width = columns * (side + 1) - 1;
  canvas.height = rows * (side + 1) - 1;
  const picture = new ImageData(canvas.width, canvas.height);
  const count = inputs * outputs;
  for (let kernel = 0; kernel < count; kernel++) {
    const [row, column] = [Math.floor(kernel / columns), kernel % columns];
    for (let cell = 0; cell < side * side; cell++) {
      const y = row * (side + 1) + Math.floor(cell / side);
      const x = column * (side + 1) + (cell % side);
      const value = layer.weights[(step * count + kernel) * side * side + cell];
      signed(value, picture.data, 4 * (y * canvas.width + x));
    }
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

function drawMap(canvas, data, values) {
  const side = canvas.clientWidth;
  const density = window.devicePixelRatio || 1;
  canvas.width = canvas.height = Math.round(side * density);
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  const letters = data.names.every((name) => [...name].length === 1);
  pen.font = `600 ${side < 420 ? 11 : 13}px ${getComputedStyle(canvas).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const place = (value) => side / 2 + (value / 32000) * (side / 2 - 12);
  data.labels.forEach((label, index) => {
    const [x, y] = [place(values[2 * index]), place(-values[2 * index + 1])];
    pen.fillStyle = data.colours[label % data.colours.length];
    if (letters) pen.fillText(data.names[label], x, y);
    else {
      pen.beginPath();
      pen.arc(x, y, 3.5, 0, 7);
      pen.fill();
    }
  });
}

const pointsAt = (state, place) => {
  const size = 2 * state.data.labels.length;
  return state.points.subarray(place * size, (place + 1) * size);
};

// The points glide from where they are to where the checkpoint has them.
function glide(state, place) {
  cancelAnimationFrame(state.frame);
  const [from, to, began] = [state.seen ?? pointsAt(state, place), pointsAt(state, place), performance.now()];
  const draw = (now) => {
    const share = calm() ? 1 : Math.min(1, (now - began) / GLIDE_MS);
    state.seen = to.length === from.length ? Float32Array.from(to, (end, i) => from[i] + (end - from[i]) * share) : to;
    drawMap(state.root.querySelector(".learned-map canvas"), state.data, state.seen);
    if (share < 1) state.frame = requestAnimationFrame(draw);
  };
  draw(began);
}

function show(state, place) {
  state.place = place;
  const { data, root } = state;
  const input = root.querySelector("input");
  input.value = place;
  input.setAttribute("aria-valuetext", `step ${data.steps[place]}`);
  root.querySelector("output").textContent = `step ${data.steps[place].toLocaleString("en")}`;
  state.layers.forEach((layer, number) => {
    const figure = root.querySelectorAll(".learned-layer")[number];
    const [before, now] = figure.querySelectorAll("canvas");
    drawKernels(before, layer, 0);
    drawKernels(now, layer, place);
    const moved = layer.words.moved[place];
    figure.querySelector(".learned-now").textContent = `After step ${data.steps[place]}: moved by ${moved}`;
  });
  glide(state, place);
}

function layerFigure(layer) {
  const figure = element("div", "learned-layer" + (layer.inputs === 1 ? " learned-small" : ""));
  figure.append(element("p", "learned-title", layer.words.title));
  for (const [name, words] of [["learned-before", "Before"], ["learned-now", ""]]) {
    const part = element("figure");
    const canvas = element("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${layer.words.title}, ${name === "learned-now" ? "now" : "before"}`);
    part.append(canvas, element("figcaption", name, words));
    figure.append(part);
  }
  return figure;
}

function stop(state) {
  clearInterval(state.playing);
  state.playing = null;
  state.root.querySelector(".learned-play").textContent = "Play";
}

function play(state) {
  const last = state.data.steps.length - 1;
  if (state.place === last) show(state, 0);
  state.root.querySelector(".learned-play").textContent = "Pause";
  state.playing = setInterval(() => {
    if (!state.root.isConnected) return clearInterval(state.playing);
    if (state.place < last) show(state, state.place + 1);
    if (state.place < last) return;
    stop(state);
    state.tell();
  }, PLAY_MS);
}

function mount(root, data) {
  const layers = data.layers.map((layer) => ({ ...layer, weights: new Int8Array(bytesOf(layer.bytes)) }));
  const state = { root, data, layers, points: new Int16Array(bytesOf(data.points)) };
  root.querySelector(".learned-kernels").replaceChildren(...layers.map(layerFigure));
  const canvas = root.querySelector(".learned-map canvas");
  canvas.setAttribute("aria-label", "Test digits on the plane of the hidden layer, each drawn as what it is");
  const [across, up] = data.shares;
  root.querySelector(".learned-map figcaption").textContent =
    `${data.labels.length} test images where the hidden dense layer puts them, on the plane on which they vary most ` +
    `after the last checkpoint (PCA): ${across}% of all variance lies across, ${up}% up. It is the same plane for all ` +
    "checkpoints, so what moves is the network.";
  const input = root.querySelector("input");
  input.max = data.steps.length - 1;
  input.disabled = data.steps.length < 2;
  const button = root.querySelector(".learned-play");
  button.disabled = input.disabled;
  input.oninput = () => {
    stop(state);
    show(state, Number(input.value));
  };
  input.onchange = () => state.tell();
  button.onclick = () => (state.playing ? (stop(state), state.tell()) : play(state));
  state.resized = new ResizeObserver(() => drawMap(canvas, data, state.seen));
  return state;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".learned");
  if (root.learned?.data.revision !== data.revision) {
    if (root.learned) {
      stop(root.learned);
      root.learned.resized.disconnect();
    }
    root.learned = mount(root, data);
    show(root.learned, data.steps.length - 1);
    root.learned.resized.observe(root.querySelector(".learned-map canvas"));
  }
  root.learned.tell = () => setStateValue("place", { revision: data.revision, place: root.learned.place });
}
