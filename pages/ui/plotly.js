// Plotly's own JavaScript, loaded once a page. Put before the code of a component that draws charts.

const loading = (window.plotlyLoading ??= {});

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
