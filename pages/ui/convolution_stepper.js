// Every multiplication of a convolution. The browser computes at once; Python sends TensorFlow's numbers to compare.
//
// data.structure    names the settings; while it stays, the numbers on the screen are the person's own
// data.input        [height, width, channels]; data.kernel: side; data.filters; data.output: [height, width]
// data.stride, data.dilation, data.transposed, data.before: [top, left], data.after: [bottom, right]
// data.volume, data.kernels, data.bias: flat lists without edits; data.cell: the one to start at
// data.edits        text, of edits only that Python accepts too
// data.tensorflow   flat output for data.edits, or null; data.trouble: why there is none; data.operation: its name
//
// What the person does goes to Python as the state `work`: { edits, cell }.

const STEP_MS = 900;
const POST_MS = 350;
const still = matchMedia("(prefers-reduced-motion: reduce)");

class Stepper {
  constructor(root) {
    this.root = root;
    this.board = root.querySelector(".stepper-board");
    this.edits = null;
    this.cell = 0;
    this.onKey = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(root);
    const on = (name, type, act) => root.querySelector(name).addEventListener(type, act);
    on(".stepper-play", "click", () => (this.timer ? this.pause() : this.play()));
    on(".stepper-back", "click", () => this.step(-1));
    on(".stepper-next", "click", () => this.step(1));
    on(".stepper-scrub", "input", (event) => this.go(Number(event.target.value)));
    on(".stepper-reset", "click", () => this.undo());
    this.board.addEventListener("pointerover", (event) => this.point(event));
    this.board.addEventListener("click", (event) => this.point(event));
    this.board.addEventListener("input", (event) => this.edit(event.target));
    this.board.addEventListener("focusin", (event) => this.enter(event.target));
    this.board.addEventListener("focusout", (event) => this.settle(event.target));
    this.showPlaying();
  }

  update(data, post) {
    this.post = post;
    const first = this.edits === null;
    if (first) {
      this.edits = parseEdits(data.edits);
      this.cell = data.cell;
    }
    // A link may write its numbers in other ways, and in another order.
    this.told = editsText(parseEdits(data.edits));
    const rebuilt = this.data?.structure !== data.structure;
    this.data = data;
    if (rebuilt) this.build();
    this.check();
  }

  // Drawing

  build() {
    const { input, kernel, filters, output, before, after, bias } = this.data;
    const [height, width, channels] = input;
    this.cells = filters * output[0] * output[1];
    this.cell = Math.min(this.cell, this.cells - 1);
    this.apply();
    this.board.replaceChildren();
    this.board.style.setProperty("--channels", channels);
    for (let c = 0; c < channels; c++) {
      const title = channels > 1 ? `Input, channel ${c + 1}` : "Input";
      const size = this.data.transposed ? [height, width] : [height + before[0] + after[0], width + before[1] + after[1]];
      this.plane("input", title, 0, c, size, (r, k) => this.inputCell(r, k, c));
    }
    for (let f = 0; f < filters; f++) {
      for (let c = 0; c < channels; c++) {
        const title = c ? "" : filters > 1 ? `Filter ${f + 1}` : "Filter";
        const make = (r, k) => number("w", [r, k, c, f], `Filter ${f + 1}, channel ${c + 1}, row ${r + 1}, column ${k + 1}`);
        this.plane("kernel", title, f + 1, c, [kernel, kernel], make).dataset.filter = f;
      }
      this.plane("bias", "Bias", f + 1, channels, [1, 1], () => number("b", [f], `Bias of filter ${f + 1}`)).dataset.filter = f;
      const title = filters > 1 ? `Output ${f + 1}` : "Output";
      const make = (r, k) => this.outputCell(f, r, k);
      this.plane("output", title, f + 1, channels + 1, output, make).dataset.filter = f;
    }
    this.inputs = new Map([...this.board.querySelectorAll("[data-place]")].map((cell) => [cell.dataset.place, cell]));
    this.outputs = [...this.board.querySelectorAll("[data-cell]")];
    for (const [place, cell] of this.inputs) if (cell.localName === "input") fill(cell, this.value(place));
    this.root.querySelector(".stepper-scrub").max = this.cells - 1;
    this.root.querySelector(".stepper-sums").style.minHeight = "";
    this.fit();
    this.compute();
    this.look(this.cell, false);
  }

  plane(kind, title, across, along, [rows, columns], make) {
    const figure = document.createElement("figure");
    figure.className = `stepper-plane stepper-${kind}`;
    figure.style.setProperty("--across", across + 1);
    figure.style.setProperty("--along", along + 1);
    const caption = document.createElement("figcaption");
    caption.textContent = title || "\u00a0";
    const grid = document.createElement("div");
    grid.className = "stepper-grid";
    grid.style.setProperty("--columns", columns);
    for (let r = 0; r < rows; r++) for (let k = 0; k < columns; k++) grid.append(make(r, k));
    const frame = document.createElement("div");
    frame.className = "stepper-window";
    grid.append(frame);
    figure.append(caption, grid);
    this.board.append(figure);
    return figure;
  }

  inputCell(row, column, channel) {
    const [top, left] = this.data.transposed ? [0, 0] : this.data.before;
    const [r, k] = [row - top, column - left];
    const [height, width] = this.data.input;
    if (r >= 0 && k >= 0 && r < height && k < width)
      return number("x", [r, k, channel], `Input channel ${channel + 1}, row ${r + 1}, column ${k + 1}`);
    const pad = document.createElement("span");
    pad.className = "stepper-cell stepper-pad";
    pad.textContent = "0";
    pad.dataset.place = `x${r}.${k}.${channel}`;
    return pad;
  }

  outputCell(filter, row, column) {
    const cell = document.createElement("button");
    const [height, width] = this.data.output;
    cell.type = "button";
    cell.className = "stepper-cell";
    cell.tabIndex = -1;
    cell.dataset.cell = (filter * height + row) * width + column;
    return cell;
  }

  // As large as the width allows; a phone turns the board by a quarter.
  fit() {
    if (!this.data) return;
    const room = this.root.clientWidth;
    const { input, kernel, filters, output, before, after, transposed } = this.data;
    const padded = input[1] + (transposed ? 0 : before[1] + after[1]);
    const narrow = room < 620;
    const columns = narrow
      ? Math.max(padded + filters * Math.max(kernel, 2), filters * output[1])
      : input[2] * Math.max(padded, kernel) + 1.3 + output[1];
    const gaps = narrow ? 14 * filters + 4 : 22 * (input[2] + 1) + 4;
    this.board.classList.toggle("stepper-narrow", narrow);
    const size = Math.floor((room - gaps) / columns);
    const most = document.body.classList.contains("presenting") ? 38 : narrow ? 34 : 30;
    this.board.style.setProperty("--cell", `${Math.max(20, Math.min(size, most))}px`);
    this.frame();
  }

  // Arithmetic

  apply() {
    this.numbers = { x: [...this.data.volume], w: [...this.data.kernels], b: [...this.data.bias] };
    for (const [place, value] of this.edits) {
      const index = this.index(place);
      if (index !== undefined) this.numbers[place[0]][index] = value;
    }
  }

  shape(kind) {
    const { input, kernel, filters } = this.data;
    return kind === "x" ? input : kind === "w" ? [kernel, kernel, input[2], filters] : [filters];
  }

  index(place) {
    const at = place.slice(1).split(".").map(Number);
    const shape = this.shape(place[0]);
    if (at.length !== shape.length || at.some((i, axis) => !(i >= 0 && i < shape[axis]))) return undefined;
    return at.reduce((sum, i, axis) => sum * shape[axis] + i, 0);
  }

  value(place) {
    const index = this.index(place);
    return index === undefined ? 0 : this.numbers[place[0]][index];
  }

  // Pairs [input position, kernel position] along one axis that make the output position `o`.
  taps(o, axis) {
    const { stride, dilation, kernel, before, input, transposed } = this.data;
    const pairs = [];
    for (let a = 0; a < kernel; a++) {
      if (!transposed) pairs.push([o * stride - before[axis] + a * dilation, a]);
      else {
        const i = (o + before[axis] - a * dilation) / stride;
        if (Number.isInteger(i) && i >= 0 && i < input[axis]) pairs.push([i, a]);
      }
    }
    return pairs;
  }

  place(cell) {
    const [height, width] = this.data.output;
    return [Math.floor(cell / (height * width)), Math.floor(cell / width) % height, cell % width];
  }

  // The products that make an output cell, a list a channel: { x, w, input, weight }.
  products(cell) {
    const [f, row, column] = this.place(cell);
    const [rows, columns] = [this.taps(row, 0), this.taps(column, 1)];
    return Array.from({ length: this.data.input[2] }, (_, c) =>
      rows.flatMap(([r, a]) =>
        columns.map(([k, b]) => {
          const [input, weight] = [`x${r}.${k}.${c}`, `w${a}.${b}.${c}.${f}`];
          return { input, weight, x: this.value(input), w: this.value(weight) };
        }),
      ),
    );
  }

  sum(cell) {
    const total = (list) => list.reduce((sum, { x, w }) => sum + x * w, 0);
    const channels = this.products(cell).map(total);
    return { channels, bias: this.numbers.b[this.place(cell)[0]] };
  }

  compute() {
    this.results = this.outputs.map((cell) => {
      const { channels, bias } = this.sum(Number(cell.dataset.cell));
      return channels.reduce((a, b) => a + b, 0) + bias;
    });
    this.outputs.forEach((cell, index) => {
      const text = show(this.results[index]);
      if (cell.textContent && cell.title !== text) flash(cell);
      fill(cell, this.results[index]);
      const [f, r, k] = this.place(index);
      cell.setAttribute("aria-label", `Output ${f + 1}, row ${r + 1}, column ${k + 1}: ${text}`);
    });
  }

  // Looking at one output cell

  look(cell, tell = true) {
    this.cell = cell;
    const [f, row, column] = this.place(cell);
    for (const lit of this.board.querySelectorAll(".stepper-on")) lit.classList.remove("stepper-on");
    for (const figure of this.board.querySelectorAll("[data-filter]"))
      figure.classList.toggle("stepper-active", Number(figure.dataset.filter) === f);
    const products = this.products(cell);
    for (const { input, weight } of products.flat()) {
      this.inputs.get(input)?.classList.add("stepper-on");
      this.inputs.get(weight)?.classList.add("stepper-on");
    }
    this.inputs.get(`b${f}`).classList.add("stepper-on");
    this.outputs.forEach((output, index) => {
      output.tabIndex = index === cell ? 0 : -1;
      output.classList.toggle("stepper-on", index === cell);
    });
    this.frame();
    this.write(products, cell);
    const scrub = this.root.querySelector(".stepper-scrub");
    scrub.value = cell;
    const { filters } = this.data;
    const where = `${filters > 1 ? `Output ${f + 1}, row` : "Row"} ${row + 1}, column ${column + 1}`;
    this.root.querySelector(".stepper-where").textContent = where;
    scrub.setAttribute("aria-valuetext", where);
    if (tell && !this.timer) this.tell();
  }

  // Look at a cell that the board need not have in sight: sideways it follows, for the buttons stay where they are.
  go(cell, tell = true) {
    this.look(cell, tell);
    const scroll = this.root.querySelector(".stepper-scroll");
    const room = scroll.getBoundingClientRect();
    const plane = this.outputs[cell].closest(".stepper-plane").getBoundingClientRect();
    // All of a small output; of a large one the cell, so that the input stays in sight as far as it can.
    const part = plane.width < room.width / 2 ? plane : this.outputs[cell].getBoundingClientRect();
    const left = Math.max(0, part.right - room.right) + Math.min(0, part.left - room.left);
    if (left) scroll.scrollBy({ left, behavior: still.matches ? "instant" : "smooth" });
  }

  // Frames around the window: one an input channel, moved by the compositor.
  frame() {
    if (!this.outputs) return;
    const [, row, column] = this.place(this.cell);
    const [rows, columns] = [this.taps(row, 0), this.taps(column, 1)];
    const shift = this.data.transposed ? [0, 0] : this.data.before;
    const box = [rows, columns].map((pairs, axis) => {
      const places = pairs.map(([i]) => i + shift[axis]);
      return [Math.min(...places), Math.max(...places)];
    });
    for (const frame of this.board.querySelectorAll(".stepper-input .stepper-window")) {
      frame.hidden = !rows.length || !columns.length;
      if (frame.hidden) continue;
      frame.style.setProperty("--top", box[0][0]);
      frame.style.setProperty("--left", box[1][0]);
      frame.style.setProperty("--high", box[0][1] - box[0][0] + 1);
      frame.style.setProperty("--wide", box[1][1] - box[1][0] + 1);
    }
  }

  write(products, cell) {
    const { channels, bias } = this.sum(cell);
    const term = ({ x, w }) => {
      const nothing = x * w === 0 ? ' class="stepper-nothing"' : "";
      return `<span${nothing}><i class="stepper-x">${show(x)}</i>·<i class="stepper-w">${bracket(w)}</i></span>`;
    };
    const lines = products.map((list, c) => {
      const name = channels.length > 1 ? `Channel ${c + 1}` : "Products";
      const terms = list.map(term).join(" + ") || "no input cell reaches this place";
      return `<div><b>${name}</b><span class="stepper-terms">${terms}</span><strong>= ${show(channels[c])}</strong></div>`;
    });
    const total = channels.reduce((a, b) => a + b, 0) + bias;
    const parts = channels.map((value, index) => (index ? bracket(value) : show(value))).join(" + ");
    const sums = `${parts} + <i class="stepper-w">${bracket(bias)}</i> <small>bias</small>`;
    lines.push(
      `<div class="stepper-total"><b>Sum</b><span class="stepper-terms">${sums}</span><strong class="stepper-y">= ${show(total)}</strong></div>`,
    );
    const box = this.root.querySelector(".stepper-sums");
    box.innerHTML = lines.join("");
    // Never lower than it was with these settings, so that nothing below it jumps.
    box.style.minHeight = `${Math.max(parseFloat(box.style.minHeight) || 0, box.offsetHeight)}px`;
  }

  check() {
    const { tensorflow, trouble, operation } = this.data;
    const text = this.root.querySelector(".stepper-check");
    this.root.querySelector(".stepper-reset").disabled = !this.edits.size;
    const fresh = tensorflow && this.told === editsText(this.edits);
    text.classList.remove("stepper-differs");
    if (!fresh) {
      text.textContent = trouble || `Check: ${operation} is computing…`;
      return;
    }
    const difference = Math.max(...this.results.map((value, index) => Math.abs(value - tensorflow[index])));
    const largest = Math.max(1, ...tensorflow.map(Math.abs));
    text.classList.toggle("stepper-differs", !(difference <= 1e-5 * largest));
    text.textContent = `Check: ${operation} computed the same ${this.cells} numbers; largest difference ${difference ? difference.toExponential(1) : 0}.`;
  }

  // What the person does

  play() {
    this.go(this.cell >= this.cells - 1 ? 0 : this.cell, false);
    this.timer = setInterval(() => {
      if (!this.root.isConnected) return this.pause();
      this.go((this.cell + 1) % this.cells, false);
      if (this.cell === this.cells - 1) this.pause();
    }, STEP_MS);
    this.showPlaying();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.showPlaying();
    if (this.root.isConnected) this.tell();
  }

  showPlaying() {
    const button = this.root.querySelector(".stepper-play");
    button.textContent = this.timer ? "❚❚ Pause" : "▶ Play";
    button.setAttribute("aria-label", this.timer ? "Pause" : "Play");
  }

  step(by) {
    if (this.timer) this.pause();
    this.go((this.cell + by + this.cells) % this.cells);
  }

  point(event) {
    const output = event.target.closest("[data-cell]");
    if (!output || (event.type === "pointerover" && event.pointerType !== "mouse")) return;
    if (event.type === "click" && this.timer) this.pause();
    if (!this.timer) this.look(Number(output.dataset.cell));
  }

  edit(field) {
    const value = parse(field.value);
    field.classList.toggle("stepper-wrong", value === null);
    field.setAttribute("aria-invalid", value === null);
    if (value === null) return;
    const { place } = field.dataset;
    this.numbers[place[0]][this.index(place)] = value;
    const original = { x: this.data.volume, w: this.data.kernels, b: this.data.bias }[place[0]][this.index(place)];
    if (value === original) this.edits.delete(place);
    else this.edits.set(place, value);
    this.compute();
    this.look(this.cell);
    this.check();
  }

  // Who edits a number sees all of it.
  enter(field) {
    if (!field.dataset.place) return;
    field.value = written(this.value(field.dataset.place));
    field.select();
  }

  settle(field) {
    if (!field.dataset.place || !("value" in field)) return;
    fill(field, this.value(field.dataset.place));
    field.classList.remove("stepper-wrong");
    field.removeAttribute("aria-invalid");
  }

  undo() {
    this.edits.clear();
    this.apply();
    for (const [place, cell] of this.inputs) if (cell.localName === "input") fill(cell, this.value(place));
    this.compute();
    this.look(this.cell);
    this.check();
  }

  key(event) {
    if (!this.root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (this.board.contains(target) && target.localName === "input") return this.walk(event, target);
    const mine = this.root.contains(target);
    const taken = "input, textarea, select, button, a, summary, [contenteditable=true], [role=slider], [role=radio], [role=tab]";
    if (!mine && target.closest?.(taken)) return;
    if (event.key === " " && !(mine && target.localName === "button" && !target.dataset.cell)) this.timer ? this.pause() : this.play();
    else if (target.type === "range") return;
    else if (event.key === "ArrowRight") this.step(1);
    else if (event.key === "ArrowLeft") this.step(-1);
    else if (event.key === "ArrowDown") this.step(this.data.output[1]);
    else if (event.key === "ArrowUp") this.step(-this.data.output[1]);
    else return;
    event.preventDefault();
    if (target.dataset?.cell) this.outputs[this.cell].focus();
  }

  // In the numbers the arrows go to the neighbour.
  walk(event, field) {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.key === "Enter" || event.key === "Escape") field.blur();
    if (!by || field.dataset.place[0] === "b") return;
    const [row, column, ...rest] = field.dataset.place.slice(1).split(".").map(Number);
    const next = this.inputs.get(`${field.dataset.place[0]}${[row + by[0], column + by[1], ...rest].join(".")}`);
    if (next?.localName === "input") next.focus();
    event.preventDefault();
  }

  tell() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      const work = { edits: editsText(this.edits), cell: this.cell };
      const same = work.edits === this.told && work.cell === this.data.cell;
      if (this.root.isConnected && !same) this.post(work);
    }, POST_MS);
  }
}

function number(kind, at, label) {
  const field = document.createElement("input");
  field.className = "stepper-cell";
  field.inputMode = "text";
  field.autocomplete = "off";
  field.spellcheck = false;
  field.dataset.place = kind + at.join(".");
  field.tabIndex = at.slice(0, 2).some(Boolean) && kind !== "b" ? -1 : 0;
  field.setAttribute("aria-label", label);
  return field;
}

function parse(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  const value = Number(clean);
  return clean && Number.isFinite(value) && Math.abs(value) <= 1000 ? Number(value.toPrecision(6)) : null;
}

function parseEdits(text) {
  const pairs = text.split(",").filter(Boolean).map((part) => part.split("="));
  return new Map(pairs.map(([place, value]) => [place, Number(value)]));
}

function editsText(edits) {
  return [...edits].map(([place, value]) => `${place}=${value}`).sort().join(",");
}

function show(value) {
  return written(Number(value.toPrecision(4)));
}

function written(value) {
  return String(value).replace("-", "−");
}

// In widths of its type: a text, and what a cell has room for.
const widthOf = (text) => [...text].reduce((width, sign) => width + (sign === "." ? 0.27 : 0.52), 0);
const ROOM = 2.1;

// A number in a cell, with as many decimals as fit; one that is too long without any is set smaller, never cut.
function fill(cell, value) {
  const whole = show(value);
  const shorter = [2, 1, 0].map((decimals) => Number(value.toFixed(decimals))).filter((rest) => rest || !value);
  const text = [whole, ...shorter.map(written)].find((candidate) => widthOf(candidate) <= ROOM) ?? whole;
  cell.style.setProperty("--shrink", Math.min(1, ROOM / widthOf(text)));
  cell.title = whole;
  if (cell.localName === "input") cell.value = text;
  else cell.textContent = text;
}

function bracket(value) {
  return value < 0 ? `(${show(value)})` : show(value);
}

function flash(cell) {
  if (still.matches) return;
  cell.animate([{ boxShadow: "inset 0 0 0 3px #009E73" }, { boxShadow: "inset 0 0 0 0 #009E7300" }], 900);
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".stepper");
  root.stepper ??= new Stepper(root);
  root.stepper.update(data, (work) => setStateValue("work", work));
  document.addEventListener("keydown", root.stepper.onKey);
  return () => document.removeEventListener("keydown", root.stepper.onKey);
}
