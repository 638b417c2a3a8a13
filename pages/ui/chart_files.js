// A row of buttons a chart: it is drawn anew for paper, in dark on white, and saved by the browser itself.
//
// data.charts: { label, title, filename, figure, height }, and the title as `heading` in the markup of Plotly

const INK = "#23252D";
const LINE = "#D9D9DE";

function forPaper(figure, heading) {
  const layout = { ...figure.layout, paper_bgcolor: "#FFFFFF", plot_bgcolor: "#FFFFFF" };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key))) {
    layout[name] = { gridcolor: LINE, zerolinecolor: LINE, linecolor: LINE, ...layout[name] };
  }
  if (layout.shapes) layout.shapes = layout.shapes.map((s) => ({ ...s, line: { color: INK, ...s.line } }));
  layout.title = { text: heading, x: 0.02, font: { size: 16 } };
  layout.margin = { ...layout.margin, t: 48 };
  layout.font = { ...layout.font, color: INK, family: "Arial, Helvetica, sans-serif" };
  return { data: figure.data, layout };
}

// A page that needs nothing but itself: Plotly's whole source is in it.
async function asPage(chart, figure, plotlyAddress) {
  const source = await (await fetch(new URL(plotlyAddress, document.baseURI))).text();
  const safe = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
  const head = document.createElement("title");
  head.textContent = chart.title;
  return (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">' +
    head.outerHTML +
    `</head><body><div id="chart" style="height:${chart.height}px"></div><script>` +
    source +
    "</script>\n<script>Plotly.newPlot('chart', " +
    `${safe(figure.data)}, ${safe(figure.layout)}, {responsive: true});</script></body></html>\n`
  );
}

function saveText(text, type, filename) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function save(chart, format, plotlyAddress) {
  const Plotly = await load(plotlyAddress);
  const figure = forPaper(chart.figure, chart.heading);
  if (format === "html") {
    saveText(await asPage(chart, figure, plotlyAddress), "text/html", `${chart.filename}.html`);
  } else {
    const size = { width: 900, height: chart.height, scale: format === "png" ? 2 : 1 };
    await Plotly.downloadImage(figure, { format, filename: chart.filename, ...size });
  }
}

function button(chart, format, plotlyAddress, note) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = format.toUpperCase();
  node.setAttribute("aria-label", `${chart.title} as ${format.toUpperCase()}`);
  node.onclick = () => {
    node.disabled = true;
    note.textContent = "";
    save(chart, format, plotlyAddress)
      .catch((error) => (note.textContent = `The chart could not be saved: ${error.message}`))
      .finally(() => (node.disabled = false));
  };
  return node;
}

export default function ({ data, parentElement }) {
  const note = parentElement.querySelector(".chart-files-note");
  const rows = data.charts.map((chart) => {
    const row = document.createElement("div");
    const name = document.createElement("span");
    name.textContent = chart.label;
    row.append(name, ...["png", "svg", "html"].map((format) => button(chart, format, data.plotly, note)));
    return row;
  });
  parentElement.querySelector(".chart-files-rows").replaceChildren(...rows);
}
