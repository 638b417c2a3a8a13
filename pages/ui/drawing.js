// Shows the markup it is given, and shows it again when it changes.

export default function ({ data, parentElement }) {
  parentElement.querySelector(".lab-drawing").innerHTML = data.svg;
}
