// A pad to draw on, and what the network makes of the drawing. The drawing is a list of strokes, and lives here: what
// comes from the app changes the pictures beside the pad, and the pad only when it is mounted anew.

const UNITS = 280; // the pad's side in the units of the strokes
const STEP = 2; // points closer than this are left out
const MOST_POINTS = 5000;
const MOST_STROKES = 200;
const PATIENCE_MS = 3000; // without an answer for so long, the next state is sent all the same

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".digit-lab");
  root.pad ??= mount(root, data);
  root.pad.send = (drawing) => setStateValue("drawing", drawing);
  root.pad.repaint(); // the theme may have changed
  show(root, data);
  root.pad.answered(data.version);
}

// The pad

function mount(root, { strokes, example }) {
  const canvas = root.querySelector("canvas");
  const pad = { strokes, version: 0, sent: 0, sentAt: 0, drawing: null };
  const repaint = () => {
    root.classList.toggle("digit-empty", pad.strokes.length === 0);
    paint(canvas, pad.strokes.length ? pad.strokes : example);
    for (const button of root.querySelectorAll("button")) button.disabled = pad.strokes.length === 0;
  };
  const changed = () => {
    pad.version = Math.max(Date.now(), pad.version + 1);
    repaint();
    deliver(pad);
  };
  pad.answered = (version) => {
    if (version === pad.sent) pad.sentAt = 0;
    deliver(pad);
  };
  listen(root, canvas, pad, changed);
  pad.repaint = repaint;
  return pad;
}

function listen(root, canvas, pad, changed) {
  const brush = root.querySelector("input");
  // A quick stroke is no fling: browsers would swallow the next tap, thinking that it stops one.
  canvas.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  canvas.onpointerdown = (event) => {
    if (!event.isPrimary || event.button || pad.strokes.length >= MOST_STROKES) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pad.drawing = { brush: Number(brush.value), points: place(canvas, event) };
    pad.strokes = [...pad.strokes, pad.drawing];
    changed();
  };
  canvas.onpointermove = (event) => {
    if (!pad.drawing || !event.isPrimary) return;
    const before = pad.drawing.points.length;
    for (const part of event.getCoalescedEvents?.() ?? []) extend(pad, place(canvas, part));
    extend(pad, place(canvas, event));
    if (pad.drawing.points.length > before) changed();
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    pad.drawing = null;
  };
  root.querySelector("[data-does=undo]").onclick = () => {
    pad.strokes = pad.strokes.slice(0, -1);
    changed();
  };
  root.querySelector("[data-does=clear]").onclick = () => {
    pad.strokes = [];
    changed();
  };
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const unit = (value) => Math.round(Math.min(Math.max(value, 0), 1) * UNITS);
  return [unit((event.clientX - box.left) / box.width), unit((event.clientY - box.top) / box.height)];
}

function extend(pad, [x, y]) {
  const points = pad.drawing.points;
  const total = pad.strokes.reduce((sum, stroke) => sum + stroke.points.length / 2, 0);
  if (Math.hypot(x - points.at(-2), y - points.at(-1)) >= STEP && total < MOST_POINTS) points.push(x, y);
}

// One state is on its way at a time: the app would drop its work for a newer one, and a slow one would never answer.
function deliver(pad) {
  if (pad.sent === pad.version || Date.now() - pad.sentAt < PATIENCE_MS) return;
  pad.sent = pad.version;
  pad.sentAt = Date.now();
  pad.send({ strokes: structuredClone(pad.strokes), version: pad.version });
  setTimeout(() => deliver(pad), PATIENCE_MS);
}

function paint(canvas, strokes) {
  const pen = canvas.getContext("2d");
  const scale = canvas.width / UNITS;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.lineCap = pen.lineJoin = "round";
  for (const { brush, points } of strokes) {
    pen.lineWidth = brush * scale;
    pen.beginPath();
    pen.moveTo(points[0] * scale, points[1] * scale);
    for (let i = 0; i < points.length; i += 2) pen.lineTo(points[i] * scale, points[i + 1] * scale);
    pen.stroke();
  }
}

// What the network makes of it

function show(root, { says, note, probabilities, steps, units }) {
  root.querySelector(".digit-says").textContent = says;
  root.querySelector(".digit-note").textContent = note;
  bars(root.querySelector(".digit-bars"), probabilities);
  figures(root.querySelector(".digit-steps"), steps);
  figures(root.querySelector(".digit-units"), units);
}

function bars(node, probabilities) {
  while (node.children.length < probabilities.length) {
    const row = document.createElement("div");
    row.innerHTML = "<b></b><span><i></i></span><small></small>";
    row.firstChild.textContent = node.children.length;
    node.append(row);
  }
  const top = Math.max(...probabilities);
  probabilities.forEach((share, digit) => {
    const row = node.children[digit];
    row.classList.toggle("digit-top", share === top && top > 0);
    row.querySelector("i").style.width = 100 * share + "%";
    row.querySelector("small").textContent = top > 0 ? percent(share) : "";
  });
}

// As pages.ui.percent does it.
function percent(share) {
  return share >= 0.995 ? ">99%" : share < 0.005 ? "<1%" : Math.round(100 * share) + "%";
}

// The nodes stay, so that nothing flickers while one draws.
function figures(node, list) {
  list.forEach(({ images, shapes, caption }, i) => {
    const figure = node.children[i] ?? node.appendChild(document.createElement("figure"));
    if (!figure.children.length) figure.innerHTML = "<div></div><figcaption></figcaption>";
    figure.lastChild.textContent = caption;
    images.forEach((image, part) => {
      const picture = figure.firstChild.children[part] ?? figure.firstChild.appendChild(new Image());
      picture.style.visibility = image ? "" : "hidden";
      picture.alt = caption;
      // Maps of another network have another shape; the style sheet keeps the place until there are some.
      if (node.className === "digit-units") picture.style.aspectRatio = shapes[part];
      if (image && picture.src !== image) picture.src = image;
    });
  });
}
