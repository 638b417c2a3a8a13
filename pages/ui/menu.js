// Streamlit leaves the menu of a narrow screen open over the page that was chosen in it.

export default function () {
  const close = (event) => {
    if (!event.target.closest?.("[data-testid='stSidebarNavLink']")) return;
    document.querySelector("[data-testid='stSidebarCollapseButton'] button")?.click();
  };
  document.addEventListener("click", close);
  return () => document.removeEventListener("click", close);
}
