// Draws the figure with Plotly.react, which changes the existing chart instead of mounting a new one.

const loading = {};

function load(address) {
  loading[address] ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(address, document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      delete loading[address];
      reject(new Error("Plotly could not be loaded from " + script.src));
    };
    document.head.append(script);
  });
  return loading[address];
}

// Charts follow the theme of the page: all greys come from the text colour.
function themed(layout, node) {
  const ink = getComputedStyle(node).color;
  const faint = ink.replace("rgb(", "rgba(").replace(")", ", 0.16)");
  const axis = { gridcolor: faint, zerolinecolor: faint, linecolor: faint, tickcolor: faint };
  const copy = { ...layout };
  for (const name of Object.keys(copy).filter((key) => /^[xy]axis\d*$/.test(key))) {
    copy[name] = { ...axis, ...copy[name] };
  }
  return { ...copy, font: { ...copy.font, color: ink, family: getComputedStyle(node).fontFamily } };
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".live-chart-plot");
  node.style.height = data.height + "px";
  parentElement.querySelector("figcaption").textContent = data.description;
  node.latest = data;
  load(data.plotly)
    .then((Plotly) => {
      if (node.latest !== data || !node.isConnected) return;
      const config = { displayModeBar: false, responsive: true };
      Plotly.react(node, data.figure.data, themed(data.figure.layout, node), config);
    })
    .catch((error) => {
      node.textContent = error.message;
    });
}
