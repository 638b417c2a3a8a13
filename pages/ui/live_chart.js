// Draws the figure with Plotly.react, which changes the existing chart instead of mounting a new one. Charts of a page
// that is left are kept a while: who comes back finds them drawn.

const NARROW = 560;
const OPTIONS = { displayModeBar: false, responsive: true };

// Charts follow the theme of the page: greys, and lines without a colour, come from the text colour.
function themed(layout, node, ink = getComputedStyle(node).color) {
  const faint = ink.replace("rgb(", "rgba(").replace(")", ", 0.16)");
  const axis = { gridcolor: faint, zerolinecolor: faint, linecolor: faint, tickcolor: faint };
  const copy = { ...layout };
  for (const name of Object.keys(copy).filter((key) => /^[xy]axis\d*$/.test(key))) {
    copy[name] = { ...axis, ...copy[name] };
  }
  if (copy.shapes) copy.shapes = copy.shapes.map((shape) => ({ ...shape, line: { color: ink, ...shape.line } }));
  return { ...copy, font: { ...copy.font, color: ink, family: getComputedStyle(node).fontFamily } };
}

// How much larger than usual the page's type is: presenter mode makes it so, and charts are sized in pixels.
const enlarged = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

// The layout with its type, and the margins that hold it, so many times as large.
function scaled(layout, by) {
  const larger = JSON.parse(JSON.stringify(layout), (key, value) => (key === "size" ? value * by : value));
  return { ...larger, margin: Object.fromEntries(Object.entries(layout.margin).map(([side, size]) => [side, size * by])) };
}

function figureFor(place, number) {
  if (!place.children[number]) {
    const figure = document.createElement("figure");
    figure.className = "live-chart";
    figure.innerHTML = '<div class="live-chart-plot"></div><figcaption></figcaption>';
    place.append(figure);
  }
  return place.children[number];
}

// Pixels: what a page of A4 leaves beside its margins, and the gap between two charts.
const PAPER = 690;
const GAP = 12;
const INK = "rgb(27, 29, 35)";

// What was drawn -> the node that shows it, of charts whose place has gone, the latest last.
const left = (window.chartsLeft ??= new Map());
const MOST_LEFT = 12;

function leave(place) {
  for (const node of place.querySelectorAll(".live-chart-plot")) {
    if (!node.drawn) continue;
    left.delete(node.drawn);
    left.set(node.drawn, node);
  }
  for (const drawn of [...left.keys()].slice(0, -MOST_LEFT)) left.delete(drawn);
}

// A node that shows what is to be drawn already, and stands nowhere; or none.
function returning(drawn) {
  const node = left.get(drawn);
  left.delete(drawn);
  return node?.drawn === drawn && !node.isConnected ? node : null;
}

// On paper charts are as wide as the paper allows, and dark on white; then as before.
function printed(place, on) {
  for (const node of place.querySelectorAll(".live-chart-plot")) {
    if (!node.shown || !node.clientWidth) continue;
    const beside = Math.min(place.children.length, 2);
    const { data, layout } = node.shown;
    const size = on ? { width: (PAPER - GAP * (beside - 1)) / beside, height: node.clientHeight } : {};
    globalThis.Plotly.react(node, data, { ...themed(layout, node, on ? INK : undefined), ...size }, OPTIONS);
  }
}

function draw(place, Plotly) {
  const { charts, height } = place.latest;
  place.by = enlarged();
  charts.forEach(({ figure }, number) => {
    const node = place.children[number].firstChild;
    // What a figure has beside its layout for a narrow place replaces parts of the layout there.
    const fitting = node.clientWidth < NARROW ? { ...figure.layout, ...figure.narrow } : figure.layout;
    const layout = place.by === 1 ? fitting : scaled(fitting, place.by);
    const { color, width } = getComputedStyle(node);
    const drawn = JSON.stringify([figure.data, layout, color, width, height]);
    if (node.drawn === drawn) return;
    const again = node.drawn ? null : returning(drawn);
    if (again) return node.replaceWith(again);
    node.drawn = drawn;
    node.shown = { data: figure.data, layout };
    Plotly.react(node, figure.data, themed(layout, node), OPTIONS);
  });
}

export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".live-charts");
  data.charts.forEach((chart, number) => {
    const figure = figureFor(place, number);
    figure.lastChild.textContent = chart.description;
    figure.firstChild.style.height = data.height + "px";
  });
  while (place.children.length > data.charts.length) place.lastChild.remove();
  place.latest = data;
  load(data.plotly)
    .then((Plotly) => {
      if (place.latest === data && place.isConnected) draw(place, Plotly);
    })
    .catch((error) => {
      place.textContent = error.message;
    });
  // Called again with each update: one listener of each is enough.
  place.unlisten?.();
  const before = () => printed(place, true);
  const after = () => printed(place, false);
  const resized = () => place.by && place.by !== enlarged() && draw(place, globalThis.Plotly);
  addEventListener("resize", resized);
  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  place.unlisten = () => {
    removeEventListener("resize", resized);
    removeEventListener("beforeprint", before);
    removeEventListener("afterprint", after);
  };
  return () => {
    place.unlisten();
    leave(place);
  };
}
