// All frames are here, so the slider answers at once. A change of the frames shows the last one.

const FRAME_MS = 1000 / 12;

function show(root, index) {
  const frame = root.frames[index];
  const image = root.querySelector("img");
  const input = root.querySelector("input");
  image.src = frame.src;
  const place = `${root.unit} ${frame.step}`;
  image.alt = `The picture at ${place}`;
  input.value = index;
  input.setAttribute("aria-valuetext", place);
  root.querySelector("output").textContent = place;
}

function play(root, on) {
  clearInterval(root.timer);
  root.timer = 0;
  root.querySelector("button").textContent = on ? "⏸ Pause" : "▶ Play";
  if (!on) return;
  let index = Number(root.querySelector("input").value);
  if (index >= root.frames.length - 1) index = -1;
  root.timer = setInterval(() => {
    index += 1;
    show(root, index);
    if (index >= root.frames.length - 1) play(root, false);
  }, FRAME_MS);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".history");
  const input = root.querySelector("input");
  const [height, width] = data.shape;
  root.style.setProperty("--ratio", width / height);
  const last = data.frames.length - 1;
  const changed = root.frames?.at(-1)?.src !== data.frames[last].src || root.frames.length !== data.frames.length;
  root.frames = data.frames;
  root.unit = data.unit;
  input.max = last;
  if (changed) {
    play(root, false);
    show(root, last);
  }
  input.oninput = () => {
    play(root, false);
    show(root, Number(input.value));
  };
  root.querySelector("button").onclick = () => play(root, !root.timer);
  return () => clearInterval(root.timer);
}
