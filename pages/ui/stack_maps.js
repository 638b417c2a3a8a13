// The feature maps of one layer. Choosing a map, and pointing at a place of it, is answered here at once: the window
// that a cell sees is arithmetic, field + place times jump.

const PAGE = 48;

const element = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)).replace("-", "−");

// Shows tile `index` of the atlas as the node's background.
function paint(node, data, index) {
  const rows = Math.ceil(data.peaks.length / data.columns);
  const at = (place, count) => (count > 1 ? (100 * place) / (count - 1) : 0) + "%";
  node.style.backgroundImage = `url(${data.atlas})`;
  node.style.backgroundSize = `${data.columns * 100}% ${rows * 100}%`;
  const [column, row] = [index % data.columns, Math.floor(index / data.columns)];
  node.style.backgroundPosition = `${at(column, data.columns)} ${at(row, rows)}`;
}

// Blue below zero, white at zero, orange above.
function signed(share) {
  const [red, green, blue] = share < 0 ? [0, 114, 178] : [230, 159, 0];
  const mix = (full) => Math.round(255 + (full - 255) * Math.min(1, Math.abs(share)));
  return `rgb(${mix(red)}, ${mix(green)}, ${mix(blue)})`;
}

function kernelPlane(plane, name, largest) {
  const digits = largest >= 9.5 ? 1 : 2;
  const figure = element("figure", "stack-plane");
  const grid = element("div", "stack-cells");
  grid.style.gridTemplateColumns = `repeat(${plane.length}, 1fr)`;
  for (const row of plane) {
    for (const weight of row) {
      const share = weight / largest;
      const cell = element("span", "", weight.toFixed(digits).replace(/^-(0\.0+)$/, "$1").replace("-", "−"));
      cell.style.background = signed(share);
      cell.classList.toggle("stack-deep", share < -0.55);
      grid.append(cell);
    }
  }
  figure.append(grid, element("figcaption", "", name));
  return figure;
}

function drawKernel(root, data, map) {
  const place = root.querySelector(".stack-kernel");
  const planes = data.kernels[map] ?? [];
  const largest = Math.max(1e-6, ...planes.flat(2).map(Math.abs));
  place.replaceChildren(...planes.map((plane, index) => kernelPlane(plane, data.planes[index], largest)));
  place.classList.toggle("stack-small-cells", planes.length > 0 && planes[0].length * planes.length > 5);
  place.append(element("p", "stack-words", data.about_kernel));
}

function drawWindow(root, data, row, column) {
  const [top, left] = [data.top + row * data.jump, data.left + column * data.jump];
  const [bottom, right] = [top + data.field, left + data.field];
  const inside = (value) => Math.min(data.size, Math.max(0, value));
  const box = root.querySelector(".stack-window");
  const percent = (value) => (100 * value) / data.size + "%";
  box.style.top = percent(inside(top));
  box.style.left = percent(inside(left));
  box.style.height = percent(inside(bottom) - inside(top));
  box.style.width = percent(inside(right) - inside(left));
  const beyond = { Top: top < 0, Left: left < 0, Bottom: bottom > data.size, Right: right > data.size };
  for (const [side, out] of Object.entries(beyond)) box.style[`border${side}Style`] = out ? "dashed" : "solid";
  return Object.values(beyond).some(Boolean);
}

function drawPlace(root, data, state) {
  const strongest = data.places[state.map];
  const [row, column] = state.probe ?? strongest;
  const cell = root.querySelector(".stack-cell");
  const share = 100 / data.map_size;
  cell.style.top = (row + 0.5) * share + "%";
  cell.style.left = (column + 0.5) * share + "%";
  cell.style.width = cell.style.height = `max(11px, ${share}%)`;
  const beyond = drawWindow(root, data, row, column);
  const isPeak = row === strongest[0] && column === strongest[1];
  const peak = data.peaks[state.map];
  const value = number(peak) + (data.cut && peak > 6 ? ", cut to 6" : "");
  root.querySelector(".stack-place").textContent = isPeak
    ? `Strongest place: row ${row}, column ${column}, ${value}`
    : `Row ${row}, column ${column}`;
  root.querySelector(".stack-sees").textContent =
    `It sees ${data.field}×${data.field} pixels` + (beyond ? ", partly beyond the edge (dashed)" : "");
}

function drawMap(root, data, state) {
  root.querySelector(".stack-map-name").textContent = `Map ${state.map}`;
  paint(root.querySelector(".stack-map-image"), data, state.map);
  drawKernel(root, data, state.map);
  drawPlace(root, data, state);
  for (const tile of root.querySelectorAll(".stack-tile")) {
    tile.setAttribute("aria-pressed", String(Number(tile.dataset.map) === state.map));
  }
}

function drawGrid(root, data, state) {
  const grid = root.querySelector(".stack-grid");
  const shown = data.order.slice(state.first, state.first + PAGE);
  const columns = data.order.length <= 12 ? 4 : data.order.length <= 24 ? 6 : 8;
  grid.style.setProperty("--columns", columns);
  grid.replaceChildren(
    ...shown.map((map) => {
      const tile = element("button", "stack-tile");
      tile.type = "button";
      tile.dataset.map = map;
      tile.setAttribute("aria-label", `Map ${map}, strongest value ${number(data.peaks[map])}`);
      paint(tile, data, map);
      return tile;
    }),
  );
  const [total, last] = [data.order.length, state.first + shown.length];
  root.querySelector(".stack-range").textContent =
    total > PAGE ? `${state.first + 1} to ${last} of ${total}` : `All ${total}`;
  root.querySelector(".stack-back").disabled = state.first === 0;
  root.querySelector(".stack-on").disabled = last === total;
  drawMap(root, data, state);
}

function turn(root, data, state, step) {
  state.first += step * PAGE;
  drawGrid(root, data, state);
}

// The cell of the enlarged map under the pointer.
function under(event, data) {
  const box = event.currentTarget.getBoundingClientRect();
  const cell = (share) => Math.min(data.map_size - 1, Math.max(0, Math.floor(share * data.map_size)));
  return [cell((event.clientY - box.top) / box.height), cell((event.clientX - box.left) / box.width)];
}

function listen(root, data, state, setStateValue) {
  root.querySelector(".stack-back").onclick = () => turn(root, data, state, -1);
  root.querySelector(".stack-on").onclick = () => turn(root, data, state, 1);
  root.querySelector(".stack-grid").onclick = (event) => {
    const tile = event.target.closest(".stack-tile");
    if (!tile) return;
    state.map = Number(tile.dataset.map);
    state.probe = null;
    drawMap(root, data, state);
    setStateValue("map", { layer: data.layer, map: state.map });
  };
  const map = root.querySelector(".stack-map");
  const probe = (place) => {
    state.probe = place;
    drawPlace(root, data, state);
  };
  map.onpointerdown = map.onpointermove = (event) => probe(under(event, data));
  map.onpointerleave = (event) => event.pointerType === "mouse" && probe(null);
  map.onkeydown = (event) => {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Escape") probe(null);
    if (!moves[event.key]) return;
    event.preventDefault();
    const from = state.probe ?? data.places[state.map];
    probe(from.map((value, axis) => Math.min(data.map_size - 1, Math.max(0, value + moves[event.key][axis]))));
  };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".stack-maps");
  if (root.layer !== data.layer || root.atlas !== data.atlas) {
    const map = data.chosen ?? data.order[0];
    root.state = { first: Math.floor(data.order.indexOf(map) / PAGE) * PAGE, map, probe: null };
    [root.layer, root.atlas] = [data.layer, data.atlas];
    root.querySelector(".stack-picture img").src = data.picture;
    root.querySelector(".stack-low").textContent = data.low ? `${number(data.low)} or less` : "0";
    root.querySelector(".stack-high").textContent = data.cut && data.high > 5.99 ? "6" : `${number(data.high)} or more`;
    listen(root, data, root.state, setStateValue);
    drawGrid(root, data, root.state);
  }
}
