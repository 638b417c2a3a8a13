// Feature map, activated map and pooled map beside each other.
//
// data.maps     three of { title, hue, shape: [height, width], values: rows of numbers, or src: a picture }
// data.window, data.stride, data.before: [top, left] of the pooling
// data.winners  for each pooled cell the cell row·width + column that won, 16 bits each in base64; null for an average
// data.editable whether the first map's numbers can be edited; they go to Python as the state `map`, rows by semicolons
// data.heard    the edit that the numbers are the answer to, or null: later ones stay
// data.chosen   the pooled cell that is looked at first

const LOST_MS = 5000;

function show(value) {
  return String(Number(value.toFixed(2))).replace("-", "−");
}

function parse(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(clean);
  return clean && Number.isFinite(value) && Math.abs(value) <= 1000 ? value : null;
}

function numbers(base64) {
  return new Uint16Array(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
}

class Flow {
  constructor(root) {
    this.root = root;
    root.addEventListener("pointermove", (event) => this.point(event));
    root.addEventListener("pointerdown", (event) => this.point(event));
    root.addEventListener("input", (event) => this.edit(event.target));
    root.addEventListener("focusin", (event) => event.target.select?.());
    root.addEventListener("focusout", (event) => this.settle(event.target));
    root.addEventListener("keydown", (event) => this.key(event));
  }

  update(data, post) {
    const late = this.posted && data.heard !== this.posted && performance.now() - this.editedAt < LOST_MS;
    if (late) data.maps[0] = this.data.maps[0];
    this.data = data;
    this.post = post;
    this.winners = data.winners && numbers(data.winners);
    if (!this.root.children.length) this.root.append(...data.maps.map(() => document.createElement("figure")), this.line());
    data.maps.forEach((map, index) => {
      const form = JSON.stringify([map.shape, Boolean(map.src)]);
      if (form !== this.root.children[index].dataset.form) {
        // The others stay: to lay out all cells anew takes most of the time of a slider's move.
        const node = this.figure(map, index);
        node.dataset.form = form;
        this.root.children[index].replaceWith(node);
        if (index === 2) this.chosen = Math.min(data.chosen, map.shape[0] * map.shape[1] - 1);
      }
      this.fill(this.root.children[index], map);
    });
    this.look();
  }

  figure({ hue, shape: [height, width], src }, index) {
    const node = document.createElement("figure");
    node.style.setProperty("--hue", hue);
    node.innerHTML = "<figcaption></figcaption>";
    const frame = document.createElement("div");
    frame.className = "flow-frame";
    frame.style.setProperty("--columns", width);
    frame.style.setProperty("--rows", height);
    if (index === 2) {
      frame.tabIndex = 0;
      frame.setAttribute("aria-label", "Pooled map; arrows choose a cell");
    }
    if (src) frame.append(document.createElement("img"));
    else for (let cell = 0; cell < height * width; cell++) frame.append(this.cell(index, cell, width));
    for (const mark of ["flow-window", "flow-winner"]) {
      const box = document.createElement("div");
      box.className = mark;
      frame.append(box);
    }
    node.append(frame);
    return node;
  }

  cell(index, cell, width) {
    const node = document.createElement(index === 0 && this.data.editable ? "input" : "span");
    node.className = "flow-cell";
    node.dataset.at = cell;
    if (node.localName === "input") {
      node.autocomplete = "off";
      node.tabIndex = cell ? -1 : 0;
      node.setAttribute("aria-label", `Feature map row ${Math.floor(cell / width) + 1}, column ${(cell % width) + 1}`);
    }
    return node;
  }

  line() {
    const node = document.createElement("p");
    node.className = "flow-line";
    node.setAttribute("role", "status");
    return node;
  }

  fill(node, { title, src, values }) {
    node.querySelector("figcaption").textContent = title;
    const image = node.querySelector("img");
    if (image && image.src !== src) image.src = src;
    if (image) image.alt = title;
    const written = JSON.stringify(values);
    if (!values || written === node.written) return;
    node.written = written;
    const flat = values.flat();
    const largest = Math.max(...flat.map(Math.abs)) || 1;
    node.querySelectorAll(".flow-cell").forEach((cell, index) => {
      const value = flat[index];
      const share = Math.round((70 * Math.abs(value)) / largest);
      const dark = value < 0 && share > 50;
      cell.style.background = `color-mix(in srgb, ${value > 0 ? "#E69F00" : "#0072B2"} ${share}%, #fff)`;
      cell.style.color = dark ? "#fff" : "#23252D";
      if (cell.localName !== "input") cell.textContent = show(value);
      else if (document.activeElement !== cell) cell.value = show(value);
    });
  }

  look() {
    const { maps, window, stride, before } = this.data;
    const [height, width] = maps[1].shape;
    const columns = maps[2].shape[1];
    const [row, column] = [Math.floor(this.chosen / columns), this.chosen % columns];
    const top = Math.max(0, row * stride - before[0]);
    const left = Math.max(0, column * stride - before[1]);
    const bottom = Math.min(height, row * stride - before[0] + window);
    const right = Math.min(width, column * stride - before[1] + window);
    const winner = this.winners ? this.winners[this.chosen] : null;
    const boxes = [
      [top, left, bottom - top, right - left],
      [top, left, bottom - top, right - left],
      [row, column, 1, 1],
    ];
    [...this.root.querySelectorAll(".flow-frame")].forEach((frame, index) => {
      place(frame.querySelector(".flow-window"), boxes[index], maps[index].shape);
      const mark = frame.querySelector(".flow-winner");
      mark.hidden = winner === null || index === 2;
      if (!mark.hidden) place(mark, [Math.floor(winner / width), winner % width, 1, 1], maps[index].shape);
    });
    const where = `Pooled row ${row + 1}, column ${column + 1}`;
    const inside = `rows ${top + 1} to ${bottom}, columns ${left + 1} to ${right}`;
    this.root.querySelector(".flow-line").textContent =
      winner === null
        ? `${where}: the mean of ${(bottom - top) * (right - left)} cells, ${inside}. Nobody wins: all have a share.`
        : `${where}: of ${inside}, row ${Math.floor(winner / width) + 1}, column ${(winner % width) + 1} won.`;
  }

  // The pooled cell under the pointer, or the one whose window begins nearest to the cell pointed at.
  point(event) {
    const frame = event.target.closest(".flow-frame");
    if (!frame) return;
    const index = [...this.root.querySelectorAll(".flow-frame")].indexOf(frame);
    const box = frame.getBoundingClientRect();
    const { maps, window, stride, before } = this.data;
    const [height, width] = maps[index].shape;
    const [rows, columns] = maps[2].shape;
    let at = [((event.clientY - box.top) / box.height) * height, ((event.clientX - box.left) / box.width) * width];
    if (index < 2) at = at.map((cell, axis) => (cell + before[axis] - (window - stride) / 2) / stride);
    const [row, column] = at.map((cell, axis) => Math.max(0, Math.min([rows, columns][axis] - 1, Math.floor(cell))));
    this.choose(row * columns + column);
  }

  choose(cell) {
    if (cell === this.chosen) return;
    this.chosen = cell;
    this.look();
  }

  key(event) {
    const [rows, columns] = this.data.maps[2].shape;
    const field = event.target.localName === "input";
    const across = field ? this.data.maps[0].shape[1] : columns;
    const by = { ArrowUp: -across, ArrowDown: across, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (field && event.key === "Enter") event.target.blur();
    if (!by) return;
    event.preventDefault();
    if (field) this.root.querySelector(`input[data-at="${Number(event.target.dataset.at) + by}"]`)?.focus();
    else this.choose(Math.max(0, Math.min(rows * columns - 1, this.chosen + by)));
  }

  edit(field) {
    const value = parse(field.value);
    field.setAttribute("aria-invalid", value === null);
    if (value === null) return;
    const { values, shape } = this.data.maps[0];
    const at = Number(field.dataset.at);
    values[Math.floor(at / shape[1])][at % shape[1]] = value;
    this.root.children[0].written = null;
    this.posted = values.map((row) => row.join(",")).join(";");
    this.editedAt = performance.now();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.post(this.posted), 120);
  }

  settle(field) {
    if (field.localName !== "input") return;
    field.value = show(this.data.maps[0].values.flat()[field.dataset.at]);
    field.removeAttribute("aria-invalid");
  }
}

function place(box, [top, left, high, wide], [height, width]) {
  Object.assign(box.style, {
    top: `${(100 * top) / height}%`,
    left: `${(100 * left) / width}%`,
    height: `${(100 * high) / height}%`,
    width: `${(100 * wide) / width}%`,
  });
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".flow");
  root.flow ??= new Flow(root);
  root.flow.update(data, (map) => setStateValue("map", map));
}
