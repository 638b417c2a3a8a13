// Pictures of one size beside each other. Only `src` changes when a new one arrives, so nothing jumps.

function figure() {
  const node = document.createElement("figure");
  node.innerHTML = '<figcaption></figcaption><div class="pictures-frame"><img draggable="false"></div>';
  return node;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".pictures");
  const [height, width] = data.shape;
  root.style.setProperty("--ratio", `${width} / ${height}`);
  while (root.childElementCount < data.figures.length) root.append(figure());
  while (root.childElementCount > data.figures.length) root.lastChild.remove();
  data.figures.forEach(({ src, title, hue }, index) => {
    const node = root.children[index];
    const image = node.querySelector("img");
    if (image.src !== src) image.src = src;
    image.alt = title;
    node.style.setProperty("--hue", hue);
    node.querySelector("figcaption").textContent = title;
  });
}
